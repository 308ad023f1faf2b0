import { bounds, refusalCodes, refusalSchema } from '@remit/contracts';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const refusal = {
  code: 'denied_by_policy',
  decision_id: 'dec_1',
  effect: 'deny',
  rule: { name: 'support access.tools.deny[0]', file: 'support.yaml', line: 5 },
  reason: 'support may not use database-query',
  remedy: 'ask the owner',
};

test('the refusal codes are the ones that agents may rely on', () => {
  expect([...refusalCodes].sort()).toEqual([
    'agent_suspended',
    'approval_denied',
    'approval_expired',
    'approval_pending',
    'content_blocked',
    'denied_by_policy',
    'flow_blocked',
    'invalid_arguments',
    'ledger_unavailable',
    'limit_reached',
    'not_permitted',
    'out_of_scope',
    'rate_limited',
    'tool_changed',
    'unknown_tool',
    'upstream_failed',
  ]);
});

test('a refusal names code, decision, reason and remedy', () => {
  expect(refusalSchema.parse(refusal)).toEqual(refusal);
  for (const key of ['code', 'decision_id', 'reason', 'remedy']) {
    expect(refusalSchema.safeParse({ ...refusal, [key]: undefined }).success).toBe(false);
  }
});

test('a code outside the stable list is no refusal', () => {
  expect(refusalSchema.safeParse({ ...refusal, code: 'whatever' }).success).toBe(false);
});

test('docs/bounds.md states every bound with its default', () => {
  const page = readFileSync(new URL('../../../docs/bounds.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)].map(([, name, value]) => [
    name,
    Number(value?.replaceAll(',', '')),
  ]);
  expect(Object.fromEntries(rows)).toEqual({ ...bounds });
});
