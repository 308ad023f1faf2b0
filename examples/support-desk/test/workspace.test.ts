import { readdirSync, readFileSync } from 'node:fs';
import type { Action, Decision, JsonObject } from '@remit/contracts';
import { decide, loadWorkspace, lockedTool, parseLock, type CompiledPolicy } from '@remit/policy';
import { describe, expect, it } from 'vitest';

const folder = new URL('../', import.meta.url);

function load() {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) => path.endsWith('.yaml') && !path.endsWith('.test.yaml') && !path.includes('node_modules'),
    )
    .map((path) => ({ path, text: readFileSync(new URL(path, folder), 'utf8') }));
  const lock = parseLock(readFileSync(new URL('tools.lock', folder), 'utf8'), 'tools.lock');
  return loadWorkspace(files, lock);
}

function policyOf({ policy, diagnostics }: ReturnType<typeof load>): CompiledPolicy {
  if (!policy) throw new Error(JSON.stringify(diagnostics, null, 2));
  return policy;
}

describe('the demo workspace', () => {
  const loaded = load();

  it('loads without errors; lint only tells what the compact policy leaves ungranted', () => {
    const found = loaded.diagnostics.filter(({ severity }) => severity !== 'note');
    expect(found.map(({ severity, code, place }) => [severity, code, place.file])).toEqual([
      ['warning', 'tier_left_over', 'agents/support.yaml'],
      ['warning', 'tier_left_over', 'agents/support.yaml'],
    ]);
  });

  const decided = (agent: string, key: string, args: JsonObject): Decision => {
    const policy = policyOf(loaded);
    const [server = '', target = ''] = key.split('/');
    const action: Action = {
      id: 'act_1',
      kind: 'tool_invoke',
      agent,
      server,
      target,
      arguments: args,
      context: {},
      received_at: '2026-03-03T14:32:15.000Z',
      via: 'mcp',
      tool_digest: lockedTool(policy, server, target)?.digest ?? '',
    };
    return decide(policy, action, { decision_id: 'dec_1', now: action.received_at, agent_status: 'active' });
  };

  it.each<[string, string, JsonObject, string, string | undefined]>([
    ['customer-support', 'desk/customer-lookup', { customer_id: 'C-1001' }, 'allow', 'automatic'],
    ['customer-support', 'desk/discount-apply', { customer_id: 'C-1001', percent: 10 }, 'allow', 'logged'],
    ['customer-support', 'desk/discount-apply', { customer_id: 'C-1001', percent: 11 }, 'deny', undefined],
    [
      'customer-support',
      'desk/refund-create',
      { order_id: 'O-5001', amount: 100, reason: 'x' },
      'deny',
      undefined,
    ],
    [
      'customer-support',
      'desk/refund-create',
      { order_id: 'O-5001', amount: 100.01, reason: 'x' },
      'approve',
      'approval',
    ],
    ['customer-support', 'desk/customer-export', {}, 'deny', 'blocked'],
    ['customer-support', 'desk/database-query', { sql: 'SELECT 1' }, 'deny', undefined],
    ['billing', 'desk/refund-create', { order_id: 'O-5001', amount: 40, reason: 'x' }, 'allow', 'logged'],
    ['billing', 'desk/billing-update', { customer_id: 'C-1001', plan: 'premium' }, 'approve', 'approval'],
    ['analytics', 'desk/sales-report', {}, 'allow', 'automatic'],
    ['analytics', 'desk/customer-lookup', { customer_id: 'C-1001' }, 'deny', undefined],
    ['research', 'web/page-read', { address: 'https://coffee-review.example/' }, 'allow', 'automatic'],
    ['research', 'desk/email-send', { to: 'a@example.com', subject: 'x', body: '' }, 'deny', undefined],
  ])('%s calling %s with %j: %s', (agent, key, args, effect, tier) => {
    const decision = decided(agent, key, args);
    expect(decision).toMatchObject({ effect, ...(tier === undefined ? {} : { tier }) });
  });

  it('hides from support what it may not see', () => {
    const { data } = decided('customer-support', 'desk/customer-lookup', { customer_id: 'C-1001' });
    expect(data?.denied).toEqual(expect.arrayContaining(['ssn', 'creditcard', 'passwordhash', 'email']));
    expect(data?.denied).not.toContain('customername');
  });

  it('limits the calls of support to 30 in a minute', () => {
    const { reservations } = decided('customer-support', 'desk/customer-lookup', { customer_id: 'C-1001' });
    expect(reservations).toEqual([expect.objectContaining({ max: 30, window_ms: 60_000 })]);
  });
});
