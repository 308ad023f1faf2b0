import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { shop, workbench, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bench: Workbench;
let other: string;
beforeAll(async () => {
  bench = await workbench(shop);
  expect((await bench.remit(['tools', 'pull'])).code).toBe(0);
  other = join(bench.path, 'other');
  mkdirSync(other);
  cpSync(bench.workspace, other, { recursive: true });
});
afterAll(() => bench.remove());

describe('remit diff', () => {
  test('ends with 0 where no decision changes', async () => {
    const { code, stdout } = await bench.remit(['diff', '.', other]);
    expect([code, stdout]).toEqual([0, 'Decisions change for 0 of 1 pairs of agent and tool.']);
  });

  test('ends with 1 where one does, and says which', async () => {
    const policy = join(other, 'remit.yaml');
    writeFileSync(policy, readFileSync(policy, 'utf8').replace('> 100.0', '> 50.0'));
    const { code, stdout } = await bench.remit(['diff', '.', other, '--json']);
    const { decisions } = JSON.parse(stdout) as { decisions: object[] };
    expect(code).toBe(1);
    expect(decisions).toMatchObject([
      { agent: 'support', tool: 'desk/record', before: { effect: 'allow' }, after: { effect: 'approve' } },
    ]);
    const text = await bench.remit(['diff', '.', other]);
    expect(text.stdout).toContain('allow (automatic) → **approve (approval)**, for some calls');
  });

  test('of a folder that is not there is wrong use, of a policy that does not load a no', async () => {
    expect((await bench.remit(['diff', '.', 'nowhere'])).code).toBe(2);
    writeFileSync(join(other, 'remit.yaml'), 'agent: a\nacess: {}\n');
    const { code, stderr } = await bench.remit(['diff', '.', other]);
    expect([code, stderr]).toMatchObject([1, expect.stringContaining('unknown key `acess`')]);
  });
});
