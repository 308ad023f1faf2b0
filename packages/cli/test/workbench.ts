/** A workspace, a data folder and a home of their own for a test of the command. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  recordingCommand,
  runProcess,
  startProcess,
  temporaryFolder,
  type ProcessExit,
  type TestProcess,
} from '@remit/testkit';
import { thisMachine, type Machine } from '../src/machine.ts';
import { run } from '../src/run.ts';

interface Invoked {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Workbench {
  path: string;
  workspace: string;
  data: string;
  /** Where the upstream server writes down what it executed. */
  calls: string;
  machine: Machine;
  write: (file: string, text: string) => void;
  /** The command in this process, on this workspace and data folder. */
  remit: (args: string[], env?: Record<string, string>) => Promise<Invoked>;
  /** The command as a process of its own. */
  spawn: (args: string[], env?: Record<string, string>) => Promise<ProcessExit>;
  /** The command as a process that stays until the workbench is removed, without a data folder of its own. */
  start: (...args: string[]) => TestProcess;
  /** `remit up` on free ports; resolves when it is ready. */
  up: (...args: string[]) => Promise<Running>;
  remove: () => Promise<void>;
}

export interface Running {
  process: TestProcess;
  agents: string;
  console: string;
}

/** The command as it is shipped, from the build output; `npm test` builds first. */
const command = [process.execPath, fileURLToPath(new URL('../bin/remit.mjs', import.meta.url))];

export async function workbench(documents?: (calls: string) => string): Promise<Workbench> {
  const temporary = await temporaryFolder();
  const { path } = temporary;
  const [workspace, data, calls] = [join(path, 'workspace'), join(path, 'data'), join(path, 'calls.db')];
  mkdirSync(workspace);
  const env = { PATH: process.env['PATH'] ?? '', HOME: path, XDG_STATE_HOME: join(path, 'state') };
  const machine: Machine = { ...thisMachine(), env, home: path, folder: workspace };
  const processes: TestProcess[] = [];
  const location = (args: string[]): string[] => [...args, '--data', data];
  const write = (file: string, text: string): void => {
    const target = join(workspace, file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  };
  if (documents !== undefined) write('remit.yaml', documents(calls));
  return {
    path,
    workspace,
    data,
    calls,
    machine,
    write,
    remit: (args, extra = {}) => invoke(location(args), { ...machine, env: { ...env, ...extra } }),
    spawn: (args, extra = {}) =>
      runProcess([...command, ...location(args)], { cwd: workspace, env: { ...env, ...extra } }),
    start: (...args) => {
      const running = startProcess([...command, ...args], { cwd: workspace, env });
      processes.push(running);
      return running;
    },
    up: async (...args) => {
      const ports = ['--port', '0', '--console-port', '0'];
      const running = startProcess([...command, 'up', ...ports, ...location(args)], { cwd: workspace, env });
      processes.push(running);
      const ready = await running.output(/^ready · agents (http:\S+)\/mcp · console (http:\S+)$/m);
      return { process: running, agents: ready[1] ?? '', console: ready[2] ?? '' };
    },
    remove: async () => {
      for (const running of processes) await running.stop();
      await temporary.remove();
    },
  };
}

async function invoke(args: string[], machine: Machine): Promise<Invoked> {
  const written: Record<'stdout' | 'stderr', string[]> = { stdout: [], stderr: [] };
  const code = await run(args, machine, {
    print: (line) => void written.stdout.push(line),
    say: (line) => void written.stderr.push(line),
    interactive: false,
    color: false,
    ask: () => Promise.reject(new Error('nobody can be asked')),
    pass: async (data) => {
      for await (const part of data) written.stdout.push(Buffer.from(part).toString());
    },
    readSecret: () => Promise.reject(new Error('nobody can be asked')),
  });
  return { code, stdout: written.stdout.join('\n'), stderr: written.stderr.join('\n') };
}

/** One recording server on stdio, and an agent that may call it: freely up to 100, above with approval. */
export function shop(calls: string): string {
  return `workspace: shop
language: 1
servers:
  desk: { command: ${JSON.stringify(recordingCommand(calls))}, trust: internal }
actions:
  large: { tool: record, when: "has(args.amount) && args.amount > 100.0" }
---
agent: support
owner: olga@example.com
risk: medium
access:
  tools:
    allow: [record]
guardrails:
  tier_1_automatic: [record]
  tier_3_approval: [large]
`;
}
