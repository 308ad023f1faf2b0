import { refusalCodes, refusalSchema } from '@remit/contracts';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

test('the refusal codes are the ones that surface.md fixes', () => {
  expect(refusalCodes).toHaveLength(16);
});

test('a refusal names rule, reason and remedy', () => {
  const refusal = {
    code: 'denied_by_policy',
    decision_id: 'dec_1',
    effect: 'deny',
    rule: { name: 'support access.tools.deny[0]', file: 'support.yaml', line: 5 },
    reason: 'support may not use database-query',
    remedy: 'ask the owner',
  };
  expect(refusalSchema.parse(refusal)).toEqual(refusal);
  expect(refusalSchema.safeParse({ ...refusal, code: 'whatever' }).success).toBe(false);
});
test('w', async () => {
  const w = new Worker(
    `import('@remit/contracts').then(m=>require('worker_threads').parentPort.postMessage(m.tiers))`,
    { eval: true },
  );
  console.log(
    await new Promise((r, e) => {
      w.on('message', r);
      w.on('error', e);
    }),
    process.version,
  );
});
