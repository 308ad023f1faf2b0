/** A running Remit for end-to-end tests: the real command, in a process of its own, on temporary folders. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess, startProcess, temporaryFolder } from '@remit/testkit';
import type { Endpoint, ProcessExit, TemporaryFolder, TestProcess } from '@remit/testkit';
import { z } from 'zod';

export interface RunningRemit extends AsyncDisposable {
  /** Of the agents' listener: `http://127.0.0.1:PORT`. */
  origin: string;
  workspace: string;
  process: TestProcess;
  /** A key of this agent; the same one on every call. */
  key(agent: string): Promise<string>;
  /** How this agent connects: to all servers, or on HTTP to one of them. */
  endpoint(agent: string, transport: 'http' | 'stdio', server?: string): Promise<Endpoint>;
  /** Runs another `remit` command on the same folders. */
  run(...args: string[]): Promise<ProcessExit>;
  stop(): Promise<void>;
}

/** The command as it is shipped, from the build output: `npm test` builds first, and it starts fastest. */
export const remit = [
  process.execPath,
  fileURLToPath(new URL('../../packages/cli/bin/remit.mjs', import.meta.url)),
];

const ready = /ready · agents (http:\/\/\S+)\/mcp · console (http:\/\/\S+)/;
const issuedKey = z.object({ agent: z.string(), key: z.string().startsWith('remit_') });

export interface StartOptions {
  /** Holds workspace and data, and is left in place; by default a temporary one. */
  folder?: string;
  /** Stands for `remit up`; takes the same flags and prints the same line. */
  up?: string[];
  /** Over the environment. */
  env?: Record<string, string>;
}

/** @param files the workspace: relative path → text, or documents that are written as YAML's JSON form */
export async function startRemit(
  files: Record<string, string | object[]>,
  options: StartOptions = {},
): Promise<RunningRemit> {
  const { up = [...remit, 'up'] } = options;
  const folder = options.folder === undefined ? await temporaryFolder() : keptFolder(options.folder);
  const workspace = join(folder.path, 'workspace');
  await writeWorkspace(workspace, files);
  const folders = ['--workspace', workspace, '--data', join(folder.path, 'data')];
  // Nothing of the machine's own settings, and no terminal to ask.
  const env = { PATH: process.env['PATH'], HOME: folder.path, NO_COLOR: '1', ...options.env };
  const running = startProcess([...up, ...folders, '--port', '0', '--console-port', '0'], { env });
  const [, origin = ''] = await running.output(ready);

  const run = (...args: string[]): Promise<ProcessExit> =>
    runProcess([...remit, ...args, ...folders], { env, cwd: workspace });
  const key = remembered(async (agent) => {
    const { stdout, stderr } = await run('agents', 'token', agent, '--json');
    if (stdout === '') throw new Error(`no key for ${agent}: ${stderr}`);
    return issuedKey.parse(JSON.parse(stdout)).key;
  });
  const stop = async (): Promise<void> => {
    await running.stop(15_000);
    await folder.remove();
  };
  return {
    origin,
    workspace,
    process: running,
    key,
    endpoint: async (agent, transport, server) => {
      if (transport === 'stdio') {
        const relay = [...remit, 'gateway', '--stdio', ...folders];
        return {
          transport,
          command: relay,
          env: { ...env, PATH: env.PATH ?? '', REMIT_KEY: await key(agent) },
        };
      }
      const url = `${origin}/mcp${server === undefined ? '' : `/${server}`}`;
      return { transport, url, headers: { authorization: `Bearer ${await key(agent)}` } };
    },
    run,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function keptFolder(path: string): Pick<TemporaryFolder, 'path' | 'remove'> {
  return { path, remove: () => Promise.resolve() };
}

async function writeWorkspace(folder: string, files: Record<string, string | object[]>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    const documents =
      typeof content === 'string' ? [content] : content.map((each) => JSON.stringify(each, null, 2));
    await writeFile(file, `${documents.join('\n---\n')}\n`);
  }
}

function remembered<Value>(make: (name: string) => Promise<Value>): (name: string) => Promise<Value> {
  const made = new Map<string, Promise<Value>>();
  return (name) => {
    const value = made.get(name) ?? make(name);
    made.set(name, value);
    return value;
  };
}
