/** The start of `remit up` on a folder that has grown, to the first call that it has governed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import path from 'node:path';
import { agentKey, firstMatch, fromSource, remit, root, writeWorkspace } from '../call/sides.ts';
import { callOnce } from '../call/load.ts';

/** With a limit for each conversation, whose uses can lie any time back. */
const limits = ['calls: [10000000/minute, { max: 1000000, per: conversation }]'];

export interface Started {
  ready_ms: number;
  first_call_ms: number;
}

/** Milliseconds from the start of the process, for each start. */
export async function startTimes(folder: string, starts: number): Promise<Started[]> {
  const echo = child([...fromSource, 'bench/call/echo-http.ts']);
  try {
    const [url] = await firstMatch(echo, /http\S+/);
    const workspace = path.join(folder, '..', 'workspace');
    writeWorkspace(workspace, url, limits);
    // Registers the agent; what it finds is what a start after a crash finds.
    const key = agentKey(workspace, folder);
    const times: Started[] = [];
    for (let start = 0; start < starts; start += 1) times.push(await startOnce(workspace, folder, key));
    return times;
  } finally {
    echo.kill('SIGKILL');
  }
}

async function startOnce(workspace: string, data: string, key: string): Promise<Started> {
  const before = performance.now();
  const up = child([
    remit,
    'up',
    '--workspace',
    workspace,
    '--data',
    data,
    '--port',
    '0',
    '--console-port',
    '0',
  ]);
  const [, agents] = await firstMatch(up, /ready · agents (\S+)/);
  const ready_ms = performance.now() - before;
  const agent = new Agent();
  await callOnce({ url: agents!, key }, agent);
  const first_call_ms = performance.now() - before;
  agent.destroy();
  const ended = once(up, 'exit');
  up.kill('SIGTERM');
  await ended;
  return { ready_ms, first_call_ms };
}

function child(args: string[]): ChildProcess {
  return spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
}
