/** `remit audit erase`, `hold` and `report deletions`, as people type them. */
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { shop, workbench, type Workbench } from './workbench.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bench: Workbench;
beforeEach(async () => {
  bench = await workbench(shop);
});
afterEach(() => bench.remove());

const canary = 'canary-customer-456';

async function administrator(): Promise<Record<string, string>> {
  const { stdout } = await bench.remit([
    'people',
    'add',
    'ana@example.com',
    '--groups',
    'administrators',
    '--json',
  ]);
  return { REMIT_TOKEN: (JSON.parse(stdout) as { token: string }).token };
}

/** A search leaves what it asked for in the record of itself: what an erasure has to find as well. */
const search = () => bench.remit(['audit', 'search', `customer:${canary}`]);

function everyByte(): boolean {
  return fs
    .readdirSync(bench.data, { recursive: true, encoding: 'utf8' })
    .map((name) => join(bench.data, name))
    .some((file) => fs.statSync(file).isFile() && fs.readFileSync(file).includes(canary));
}

test('a person is erased, and the deletion reported without naming them', async () => {
  const token = await administrator();
  await search();
  const erased = await bench.remit(['audit', 'erase', '--subject', canary, '--json'], token);
  expect(erased.stderr).toBe('');
  const { id, payloads, events } = JSON.parse(erased.stdout) as {
    id: string;
    payloads: number;
    events: string[];
  };
  // The search and the request, which both named the person.
  expect(payloads).toBe(2);
  const shown = await bench.remit(['audit', 'show', id, '--json']);
  expect(shown.stdout).not.toContain(canary);
  const report = await bench.remit(['report', 'deletions']);
  expect(report.stdout).toContain(events[0]);
  expect(report.stdout).toContain('asked for');
  expect(everyByte()).toBe(false);
  expect((await bench.remit(['audit', 'verify'])).code).toBe(0);
});

test('the operator alone may not erase, and a hold says what it keeps', async () => {
  const token = await administrator();
  const refused = await bench.remit(['audit', 'erase', '--subject', canary]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('administrators');
  await search();
  const held = await bench.remit(['audit', 'hold', 'add', '--subject', canary, '--reason', 'case 17'], token);
  const hold = held.stdout.trim();
  const stopped = await bench.remit(['audit', 'erase', '--subject', canary], token);
  expect(stopped.code).toBe(1);
  expect(stopped.stderr).toContain(hold);
  expect((await bench.remit(['audit', 'hold', 'list'])).stdout).toContain(`subject:${canary}`);
  expect((await bench.remit(['audit', 'hold', 'release', hold], token)).code).toBe(0);
  expect((await bench.remit(['audit', 'erase', '--subject', canary], token)).code).toBe(0);
});
