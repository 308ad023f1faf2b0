/** stdio towards an MCP client, HTTP towards the Remit that runs; starts one where there is none. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { relayStdio } from '@remit/gateway';
import { findRemit } from './client/connect.ts';
import type { Context, Location } from './context.ts';
import { readListener, type Listener } from './data/listener-file.ts';
import { cannot } from './exit-code.ts';

export async function relay(
  context: Context,
  location: Location,
  key: string,
  server?: string,
): Promise<void> {
  const listener = await findOrStart(context, location);
  const path = server === undefined ? '/mcp' : `/mcp/${encodeURIComponent(server)}`;
  await relayStdio({ url: `${listener.agents}${path}`, key, input: process.stdin, output: process.stdout });
}

async function findOrStart(context: Context, location: Location): Promise<Listener> {
  const reached = await findRemit(location);
  if ('listener' in reached) return reached.listener;
  reached.folder.release();
  const child = start(context, location);
  context.terminal.say(
    `No Remit runs on ${location.data}: starting one (process ${child.pid}, log ${child.log}).`,
  );
  return started(location, child);
}

interface Started {
  pid: number;
  log: string;
  exited: Promise<number | null>;
}

/** A process of its own: it serves other clients too, and does not end with this one. */
function start(context: Context, location: Location): Started {
  const [program = '', ...args] = context.machine.command;
  const log = join(location.data, 'remit.log');
  const output = openSync(log, 'a', 0o600);
  const up = [
    'up',
    '--workspace',
    location.workspace,
    '--data',
    location.data,
    '--port',
    '0',
    '--console-port',
    '0',
  ];
  // An agent's key has no place in the environment of what checks it.
  const env = { ...context.machine.env, REMIT_KEY: undefined };
  const child = spawn(program, [...args, ...up], { detached: true, stdio: ['ignore', output, output], env });
  closeSync(output);
  child.unref();
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
  return { pid: child.pid ?? 0, log, exited };
}

const attempts_max = 600;
const attempt_pause_ms = 100;

async function started(location: Location, child: Started): Promise<Listener> {
  const gone = child.exited.then(() => 'gone' as const);
  for (let attempt = 0; attempt < attempts_max; attempt += 1) {
    const listener = readListener(location.data);
    if (listener !== undefined) return listener;
    if ((await Promise.race([gone, wait(attempt_pause_ms)])) === 'gone') break;
  }
  throw cannot(
    'remit_not_started',
    'Remit could not be started.',
    `See ${child.log}, or run \`remit up\` to see why.`,
  );
}
