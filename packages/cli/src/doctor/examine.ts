/** What only the process itself can look at: its Node, its folders, who is connected. */
import { existsSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import type { Finding } from '@remit/control';
import type { Machine } from '../machine.ts';
import { connectedUsers } from './connected-users.ts';

export interface Examined {
  machine: Machine;
  data: string;
  workspace: string;
  checkpoints: string | undefined;
  /** Port of the agents' listener; absent where none listens. */
  agents_port: () => number | undefined;
}

export function examine(examined: Examined): Finding[] {
  return [
    nodeFinding(examined),
    folderFinding(examined),
    placeFinding(examined),
    checkpointsFinding(examined),
  ].concat(userFinding(examined));
}

function nodeFinding({ machine }: Examined): Finding {
  const ok = Number(machine.node_version.split('.')[0]) >= 24;
  if (ok) return { check: 'node', status: 'ok', message: `Node ${machine.node_version}.` };
  return {
    check: 'node',
    status: 'problem',
    message: `Node ${machine.node_version} is older than 24.`,
    remedy: 'Run Remit on Node 24 or later.',
  };
}

function folderFinding({ machine, data }: Examined): Finding {
  const { mode, uid } = statSync(data);
  if ((mode & 0o077) !== 0) {
    return {
      check: 'data folder',
      status: 'problem',
      message: `Others may read ${data} (mode ${(mode & 0o777).toString(8)}).`,
      remedy: `Run \`chmod 700 ${data}\`.`,
    };
  }
  if (machine.user_id !== undefined && uid !== machine.user_id) {
    return {
      check: 'data folder',
      status: 'problem',
      message: `${data} belongs to user ${uid}, and Remit runs as ${machine.user_id}.`,
      remedy: 'Give the folder to the user that runs Remit.',
    };
  }
  return { check: 'data folder', status: 'ok', message: `${data} is this user's alone.` };
}

function placeFinding({ data, workspace }: Examined): Finding {
  if (!`${data}${sep}`.startsWith(`${workspace}${sep}`)) {
    return { check: 'data place', status: 'ok', message: 'The data folder lies outside the workspace.' };
  }
  return {
    check: 'data place',
    status: 'warning',
    message: `The data folder ${data} lies in the workspace, where servers run and git looks.`,
    remedy: 'Choose a folder outside with --data.',
  };
}

/** A checkpoint kept where whoever changes the database cannot reach it is what shows the change. */
function checkpointsFinding({ data, checkpoints }: Examined): Finding {
  const check = 'checkpoint folder';
  if (checkpoints === undefined) {
    return {
      check,
      status: 'warning',
      message: 'Checkpoints are kept beside the ledger only.',
      remedy: 'Name a folder on another disk or host with --checkpoints or REMIT_CHECKPOINTS.',
    };
  }
  if (!existsSync(checkpoints)) {
    return {
      check,
      status: 'problem',
      message: `There is no folder ${checkpoints}.`,
      remedy: 'Make it, or mount what belongs there.',
    };
  }
  const place = statSync(checkpoints).dev === statSync(data).dev ? 'on the same disk' : 'on another disk';
  return { check, status: 'ok', message: `Checkpoints also go to ${checkpoints}, ${place}.` };
}

/** An agent under Remit's own user can read what Remit keeps, whatever the policy says. */
function userFinding({ machine, agents_port }: Examined): Finding[] {
  const port = agents_port();
  if (port === undefined || machine.user_id === undefined) return [];
  const users = connectedUsers(machine, port);
  if (users === undefined) return [];
  if (!users.includes(machine.user_id)) {
    return [{ check: 'agents’ users', status: 'ok', message: "No connected agent runs under Remit's user." }];
  }
  return [
    {
      check: 'agents’ users',
      status: 'warning',
      message: "An agent that is connected runs under Remit's own user, so it could read the data folder.",
      remedy: 'Run Remit as a user of its own.',
    },
  ];
}
