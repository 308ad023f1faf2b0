/**
 * The README's commands, typed as they stand, in a fresh clone with no node_modules and no build output:
 * what a newcomer does and sees.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess, startProcess, temporaryFolder, waitFor } from '@remit/testkit';
import type { TemporaryFolder, TestProcess } from '@remit/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

const root = fileURLToPath(new URL('..', import.meta.url));
/** The commands of the README's `sh` blocks, a block each. */
const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map(
  ([, commands = ''], n) => ({ name: `block ${n + 1}`, commands }),
);
const separator = '=== end of block ===';

let folder: TemporaryFolder;
let clone: string;
let start: TestProcess;
let printed: string[];

beforeAll(async () => {
  folder = await temporaryFolder();
  clone = join(folder.path, 'remit');
  execFileSync('git', ['clone', '--quiet', root, clone]);
  start = startProcess(['bash', '-c', blocks[0]!.commands], { cwd: clone, env: newcomer() });
  await start.output(/^ready · .*$/m);
  const script = blocks.slice(1).map(({ commands }) => `${commands}\necho '${separator}'`);
  const rest = await runProcess(['bash', '-c', `set -uo pipefail\n${script.join('\n')}`], {
    cwd: clone,
    env: newcomer(),
  });
  printed = `${separator}${rest.stdout}`.split(separator);
  if (printed.length !== blocks.length + 1)
    throw new Error(`a block ended early\n${rest.stdout}\n${rest.stderr}`);
});
afterAll(() => folder.remove());

/** A newcomer has a home of their own, and of Node only what the machine came with. */
function newcomer(): NodeJS.ProcessEnv {
  const path = (process.env['PATH'] ?? '').split(':').filter((part) => !part.startsWith(root));
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST|REMIT_|XDG_)/.test(name));
  // The machine's own trust in its registry stays.
  const trust = { NODE_EXTRA_CA_CERTS: process.env['NODE_EXTRA_CA_CERTS'] };
  return { ...Object.fromEntries(kept), ...trust, PATH: path.join(':'), HOME: folder.path, NO_COLOR: '1' };
}

const outputOf = (words: string): string => {
  const index = blocks.findIndex(({ commands }) => commands.includes(words));
  return printed[index] ?? '';
};

test('`npm start` in a fresh clone prints the one ready line that the README shows', () => {
  const ready = start.stdout.split('\n').filter((line) => line.startsWith('ready'));
  expect(ready).toEqual(['ready · agents http://127.0.0.1:4747/mcp · console http://127.0.0.1:4748']);
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(ready[0]);
});

test('the first call is answered, without what the policy denies', () => {
  const answer = outputOf('customer-lookup');
  expect(answer).toContain('"resultType":"complete"');
  expect(answer).toMatch(/C-1001/);
  expect(answer).not.toMatch(/"isError":true|ssn|credit_card|password_hash/);
});

test('the MCP Inspector shows the call that waits, with its rule', () => {
  const answer = outputOf('@modelcontextprotocol/inspector');
  expect(answer).toContain('approval_pending');
  expect(answer).toContain('agents/support.yaml');
});

test('a person lists it and approves it', () => {
  const answer = outputOf('approvals approve');
  expect(answer).toMatch(/pending\s+customer-support/);
  expect(answer).toMatch(/status\s+approved/);
  expect(answer).toMatch(/by dana/);
});

test('all of it is in the log, and the log verifies', () => {
  const log = outputOf('audit search');
  expect(log).toMatch(/customer-lookup\s+success/);
  expect(log).toMatch(/refund-create\s+held/);
  expect(log).toMatch(/approval_granted/);
  expect(log).toMatch(/^verified: /m);
});

test('a workspace of one’s own passes its check', () => {
  expect(existsSync(join(clone, 'my-workspace'))).toBe(true);
  expect(outputOf('remit init')).not.toMatch(/\berror\b/);
});

test('a signal to `npm start` stops Remit cleanly', async () => {
  start.kill('SIGTERM');
  await waitFor(async () => !(await answers('http://127.0.0.1:4748/healthz')), { timeout_ms: 20_000 });
  expect(start.stderr).toContain('stopping: open calls may end, new ones are refused');
});

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
