// A Remit of the demo's own: free ports, temporary folders, stopped and removed at the end.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const example = fileURLToPath(new URL('../', import.meta.url));

/** A copy of the workspace, so that the demo's customers are its own. The servers are linked. */
export function makeFolders() {
  const root = mkdtempSync(path.join(tmpdir(), 'remit-demo-'));
  const folders = {
    root,
    workspace: path.join(root, 'workspace'),
    data: path.join(root, 'data'),
    checkpoints: path.join(root, 'checkpoints'),
    // Of somebody else: the demo's Remit has no business in it.
    witness: path.join(root, 'witness'),
    policy: path.join(root, 'witness-policy'),
  };
  mkdirSync(folders.workspace);
  for (const part of ['workspace.yaml', 'tools.lock', 'agents']) {
    cpSync(path.join(example, part), path.join(folders.workspace, part), { recursive: true });
  }
  symlinkSync(path.join(example, 'servers'), path.join(folders.workspace, 'servers'), 'junction');
  return folders;
}

export function removeFolders({ root }) {
  rmSync(root, { recursive: true, force: true });
}

/**
 * A witness of the demo's log, whose key Remit makes with its data folder. Writes the policy that names it.
 * @returns where it shows the checkpoint that it has cosigned last
 */
export async function startWitness(command, folders) {
  const [program, ...first] = command;
  const place = ['--workspace', folders.workspace, '--data', folders.data];
  await runJson(command, ['agents', 'list', ...place]);
  const key = path.join(folders.data, 'ledger', 'log.vkey');
  const flags = ['--data', folders.witness, '--name', 'witness.example/demo', '--log', key, '--port', '0'];
  const witness = await started(program, [...first, 'witness', ...flags]);
  const [line] = witness.lines;
  const [, name, , url] = line.split(' ');
  writeFileSync(folders.policy, `${line}\nquorum ${name}\n`);
  const origin = createHash('sha256').update(readFileSync(key, 'utf8').split('+')[0]).digest('hex');
  return { checkpoint: `${url}/${origin}/checkpoint`, stop: witness.stop };
}

/** @param command the `remit` command, as a list: program and first arguments */
export async function startRemit(command, folders) {
  const [program, ...first] = command;
  const place = [
    '--workspace',
    folders.workspace,
    '--data',
    folders.data,
    '--checkpoints',
    folders.checkpoints,
    '--witnesses',
    folders.policy,
  ];
  const flags = '--port 0 --console-port 0 --log-level error'.split(' ');
  const { lines, stop } = await started(program, [...first, 'up', ...place, ...flags]);
  const ready = lines.at(-1);
  return {
    ready,
    agents: /agents (\S+)/.exec(ready)[1],
    /**
     * Runs `remit …` beside it and gives what it prints as JSON.
     * `token`: a person's; `fails`: exit code 1 is an answer, too; `data`: another data folder.
     */
    run: (args, { token, fails = false, data = folders.data } = {}) => {
      const place = ['--workspace', folders.workspace, '--data', data];
      return runJson([program, ...first], [...args, ...place], token, fails);
    },
    stop,
  };
}

/** A process that says when it is ready, with the lines up to then. */
async function started(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  process.once('exit', () => child.kill('SIGTERM'));
  const ended = once(child, 'exit');
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints += chunk));
  const lines = await Promise.race([linesUntilReady(child.stdout), ended.then(() => undefined)]);
  if (lines === undefined) throw new Error(`${args.join(' ')} ended before it was ready:\n${complaints}`);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { lines, stop };
}

async function linesUntilReady(output) {
  const lines = [];
  for await (const line of createInterface({ input: output })) {
    lines.push(line);
    if (!line.startsWith('ready')) continue;
    output.resume();
    return lines;
  }
  return undefined;
}

async function runJson([program, ...first], args, token, fails) {
  const env = token === undefined ? process.env : { ...process.env, REMIT_TOKEN: token };
  const run = promisify(execFile)(program, [...first, ...args, '--json'], {
    env,
    maxBuffer: 64 * 1024 * 1024,
  });
  const { stdout } = await run.catch((error) => {
    if (!fails || error.code !== 1)
      throw new Error(`remit ${args.join(' ')}: ${error.stderr}`, { cause: error });
    return error;
  });
  const lines = stdout.trim().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}
