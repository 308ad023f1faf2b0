/** The calls of a correct agent, decided by the policy that expresses the written one. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess, temporaryFolder } from '@remit/testkit';
import { expect, test, vi } from 'vitest';
import { tracesOf } from '../traces.mjs';

// A process of its own on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const workspace = at('../');
const tasks = at('../../../../shared/corpora/agents/retail-tasks.jsonl');
const remit = [process.execPath, at('../../../packages/cli/bin/remit.mjs')];
if (!existsSync(tasks)) console.log('skipped: the retail tasks of ../shared are not there');

test('the workspace passes its check without errors', async () => {
  const { code, stdout } = await runProcess([...remit, 'check', workspace, '--offline', '--json']);
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { ok: true }]);
});

test('refuses what the written policy forbids', async () => {
  const { stdout } = await runProcess([...remit, 'test', workspace]);
  expect(stdout.trim()).toMatch(/^\d+ passed, 0 failed$/);
});

test.skipIf(!existsSync(tasks))('allows every call of the 500 tasks, logged', async () => {
  const folder = await temporaryFolder();
  try {
    const traces = join(folder.path, 'runs.jsonl');
    const runs: string[] = [];
    for await (const run of tracesOf(tasks)) runs.push(run);
    await writeFile(traces, runs.join('\n'));
    const { code, stdout } = await runProcess([...remit, 'replay', workspace, '--traces', traces, '--json']);
    const calls = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { effect: string; tier: string });
    expect([code, calls.length]).toEqual([0, 768]);
    expect(calls.filter(({ effect, tier }) => effect !== 'allow' || tier !== 'logged')).toEqual([]);
  } finally {
    await folder.remove();
  }
});
