/**
 * The embedded shape: control plane and data plane in one process over one data folder
 * (architecture.md, "Shapes it runs in"). Put together here and nowhere else.
 */
import { bounds } from '@remit/contracts';
import { Approvals } from '@remit/enforce';
import {
  createControl,
  openPrivacy,
  PolicyOffice,
  PolicyVersions,
  restoreStanding,
  type Actor,
} from '@remit/control';
import { fingerprint } from '@remit/inspect';
import { groupsInPolicy, type CompiledPolicy } from '@remit/policy';
import type { Logger } from 'pino';
import { followRetention } from './retention.ts';
import { restoredState } from './restored-state.ts';
import { sweepApprovals } from './approval-sweep.ts';
import { backupMaker } from './backup/make-backup.ts';
import { injectTransport } from './client/inject.ts';
import type { Transport } from './client/transport.ts';
import { openCore, type Core } from './core.ts';
import { DataPlane } from './data-plane.ts';
import type { DataFolder } from './data/data-folder.ts';
import { policyVersionsOf } from './data/layout.ts';
import { examine, type Examined } from './doctor/examine.ts';
import { givingWay } from './giving-way.ts';
import { openKeptState } from './kept-state.ts';
import type { Machine } from './machine.ts';
import { WorkspacePolicy } from './policy-holder.ts';
import type { Upstreams } from '@remit/gateway';
import { openServers } from './servers.ts';
import { explainQuestion } from './workspace/explain.ts';
import { loadForStart } from './workspace/load-for-start.ts';

export interface EmbeddedOptions {
  machine: Machine;
  workspace: string;
  folder: DataFolder;
  /** A second place for signed checkpoints. */
  checkpoints?: string | undefined;
  /** URL of the PostgreSQL database that keeps the log; the data folder where there is none. */
  ledger_url?: string | undefined;
  /** Who cosigns them: a witness policy. */
  witnesses?: { text: string; file: string } | undefined;
  log: Logger;
  /** Connect to the upstream servers; else they are shown as not connected. */
  servers: boolean;
  /** Write tools.lock where there is none (needs `servers`). */
  first_lock?: boolean;
  /** Names and origins besides loopback that both listeners accept. */
  hosts?: string[];
  origins?: string[];
  /** The ledger failed for good: the process has to end. */
  failed: (error: Error) => void;
}

export interface Embedded {
  /** The people's API within this process; closing it closes everything. */
  transport: Transport;
  /** Of this start. */
  operator_token: string;
  policy: WorkspacePolicy;
  control: ReturnType<typeof createControl>;
  data: DataPlane;
  servers: Upstreams;
  core: Core;
  /** Drains, ends the servers, closes ledger and store, and gives the folder back. */
  close(): Promise<void>;
}

/** What Remit does by itself. */
export const remit: Actor = { id: 'remit' };

/** @throws Fault; whatever was opened is closed again then, and the folder given back. */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const opened = new AsyncDisposableStack();
  opened.defer(() => options.folder.release());
  try {
    return await compose(options, opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function compose(options: EmbeddedOptions, opened: AsyncDisposableStack): Promise<Embedded> {
  const { machine, workspace } = options;
  const { clock, newId } = machine;
  const core = await openCore({ ...options, data: options.folder.path });
  opened.defer(() => core.close());
  const servers = openServers({ ...options, credentials: core.registry.credentials }, opened);
  const versions = new PolicyVersions(policyVersionsOf(options.folder.path));
  const standing = await restoreStanding(core.ledger);
  const first = await loadForStart({
    workspace,
    servers,
    connect: options.servers,
    first_lock: options.first_lock === true,
    standing,
    versions,
  });
  await core.registry.agents.registerPolicy(first.policy, remit);
  // By the registry of people, and by the policy in force.
  const groupsOf = (person: string): readonly string[] => [
    ...core.registry.people.groupsOf(person),
    ...groupsInPolicy(office.current(), person),
  ];
  const approvals = new Approvals({ ledger: core.ledger, clock, newId, groupsOf });
  let inForce = (): CompiledPolicy => first.policy;
  const { snapshots, ...kept } = await openKeptState(
    {
      ...options,
      data: options.folder.path,
      ledger: core.ledger,
      approvals,
      policy: () => inForce(),
    },
    opened,
  );
  sweepApprovals(approvals, options.log, opened);
  const data = new DataPlane({
    ...options,
    core,
    servers,
    approvals,
    ...kept,
    policy: () => office.current(),
  });
  const recording = { ledger: core.ledger, clock, newId };
  const office = new PolicyOffice(
    {
      ...recording,
      ...core.registry,
      versions,
      groupsOf,
      pause: () => givingWay(clock),
      activated: ({ workspace: { servers: settings } }) => {
        servers.use(settings.values());
        data.policyChanged();
      },
    },
    first.policy,
    standing,
  );
  const policy = new WorkspacePolicy({ ...recording, ...first, workspace, office, versions, servers });
  inForce = () => policy.current();
  const operator_token = machine.newSecret();
  const state = restoredState({ approvals, ...kept, snapshots });
  const privacy = await openPrivacy({ ...core, people: core.registry.people, clock, newId, state });
  followRetention(
    {
      ledger: core.ledger,
      holds: privacy.holds,
      policy: () => policy.current(),
      keep: () => state.keep(),
      clock,
    },
    options.log,
    opened,
  );
  const control = createControl({
    ...core,
    approvals,
    privacy,
    policy,
    clock,
    newId,
    upstreams: servers,
    explain: (question) =>
      explainQuestion(office.current(), question, machine, core.registry.agents.status(question.agent)),
    toolDigest: fingerprint,
    metrics: () => data.metrics(),
    backup: backupMaker({ machine, data: options.folder.path, ledger: core.ledger }),
    examine: async () => examine(examined(options, data)),
    operatorToken: operator_token,
    hosts: options.hosts ?? [],
    origins: options.origins ?? [],
    log: { failed: (error, route) => options.log.error({ error, route }, 'unexpected error in the API') },
  });
  opened.defer(() => closeListener(control));
  opened.defer(() => data.close());
  // What the start itself recorded is signed before anybody looks.
  await core.ledger.checkpoint();
  const close = () => opened.disposeAsync();
  return {
    transport: injectTransport(control, close),
    operator_token,
    policy,
    control,
    data,
    servers,
    core,
    close,
  };
}

/** Answers that are under way may end; a client that keeps a connection open does not keep Remit from stopping. */
async function closeListener(control: ReturnType<typeof createControl>): Promise<void> {
  const cut = setTimeout(() => control.server.closeAllConnections(), bounds.people_drain_ms);
  await control.close();
  clearTimeout(cut);
}

function examined({ machine, workspace, folder, checkpoints }: EmbeddedOptions, data: DataPlane): Examined {
  return { machine, workspace, data: folder.path, checkpoints, agents_port: () => data.port() };
}
