import type { Action, JsonObject } from '@remit/contracts';
import { decide, explain } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, load, policyOf } from './support-desk.ts';

const grants =
  'access: { tools: { allow: ["crm/*"] }, resources: { allow: ["crm://*"] }, sampling: { allow: [crm] } }';

function reservations(limits: string, action: Action = call('search')) {
  const policy = policyOf(`agent: support\nlimits: ${limits}\n${grants}`);
  return decide(policy, action, active).reservations.map(({ key, max, window_ms }) => ({
    key,
    max,
    window_ms,
  }));
}

const attended = (more: Partial<Action> = {}) =>
  call('search', {}, { user: 'dana@example.com', context: { conversation_id: 'c 1' }, ...more });

describe('limits', () => {
  it('of calls are counted for the agent', () => {
    expect(reservations('{ calls: 60/minute }')).toEqual([
      { key: 'calls/60000/agent=support', max: 60, window_ms: 60_000 },
    ]);
  });

  it('of concurrency have no period', () => {
    expect(reservations('{ concurrency: 4 }')).toEqual([
      { key: 'concurrency/agent=support', max: 4, window_ms: undefined },
    ]);
  });

  it.each([
    ['tool', attended(), '/tool=crm%2Fsearch'],
    ['user', attended(), '/user=dana%40example.com'],
    ['user', call('search'), '/user='],
    ['args.customer_id', call('customer-lookup', { customer_id: ' C-7 ' }), '/args.customer_id=c-7'],
    ['args.?reason', call('refund-create', {}), '/args.?reason='],
  ])('by %s name the subject', (by, action, subject) => {
    const [reservation] = reservations(`{ calls: [{ max: 5, per: hour, by: ${by} }] }`, action);
    expect(reservation?.key).toBe(`calls/3600000/agent=support${subject}`);
  });

  it.each(['{ max: 5, per: hour, by: conversation }', '{ max: 5, per: conversation }'])(
    '%s are not escaped by claiming another conversation: agent and person count too',
    (limit) => {
      const keys = (more: Partial<Action>) =>
        reservations(`{ calls: ${limit} }`, call('search', {}, more)).map(({ key }) =>
          key.replace(/^.*agent=support/, ''),
        );
      const context = { conversation_id: 'c 1' };
      expect(keys({ user: 'dana', context })).toEqual(['/person=dana', '/conversation=declared:c%201']);
      expect(keys({ context })).toEqual(['/person=', '/conversation=declared:c%201']);
      expect(keys({ session: 's/1' })).toEqual(['/person=', '/conversation=session:s%2F1']);
      expect(keys({ user: 'dana' })).toEqual(['/person=dana']);
    },
  );

  it('name subjects without end, and such that are no text, in bounded keys', () => {
    const key = (conversation_id: string) =>
      reservations('{ calls: 5/conversation }', call('search', {}, { context: { conversation_id } }))[1]!.key;
    expect(key('x'.repeat(256)).length).toBeLessThan(140);
    expect(key('\ud800')).toContain('declared:%EF%BF%BD');
  });

  it('of an action count only calls of it', () => {
    const limits =
      '{ actions: [{ action: refund_over_100, max: 3, per: day }, { action: ticket-create, max: 9, per: week }] }';
    expect(reservations(limits, call('refund-create', { amount: 500 }))).toEqual([
      { key: 'action:refund_over_100/86400000/agent=support', max: 3, window_ms: 86_400_000 },
    ]);
    expect(reservations(limits, call('refund-create', { amount: 5 }))).toEqual([]);
    expect(reservations(limits, call('ticket-create'))).toHaveLength(1);
  });

  it('whose condition cannot be evaluated deny', () => {
    const policy = policyOf(
      `agent: support\nlimits: { actions: [{ action: refund_over_100, max: 3, per: day }] }\n${grants}`,
    );
    expect(decide(policy, call('refund-create'), active)).toMatchObject({
      effect: 'deny',
      code: 'denied_by_policy',
    });
  });

  describe('of a sum', () => {
    const summed = (limits: string, args: JsonObject, target = 'refund-create') => {
      const policy = policyOf(`agent: support\nlimits: ${limits}\n${grants}`);
      return decide(policy, call(target, args), active);
    };
    const daily = '{ sums: { sum: args.amount, max: 1000.50, per: day } }';

    it('reserve the amount, in decimals', () => {
      expect(summed(daily, { amount: 0.1 }).reservations).toMatchObject([
        { key: 'sum:args.amount/86400000/agent=support', max: 1000.5, window_ms: 86_400_000, sum: '0.1' },
      ]);
      expect(summed(daily, { amount: 1e21 }).reservations[0]?.sum).toBe('1000000000000000000000');
    });

    it('may stand in a list, under `actions`, and for a named action', () => {
      const list =
        '[{ sum: args.amount, max: 1000, per: day }, { action: refund_over_100, max: 3, per: day }]';
      expect(summed(list, { amount: 500 }).reservations.map(({ key }) => key)).toEqual([
        'sum:args.amount/86400000/agent=support',
        'action:refund_over_100/86400000/agent=support',
      ]);
      const named = '{ actions: { action: refund_over_100, sum: args.amount, max: 1000, per: day } }';
      expect(summed(named, { amount: 500 }).reservations).toMatchObject([
        { key: 'sum:args.amount:refund_over_100/86400000/agent=support', sum: '500' },
      ]);
      expect(summed(named, { amount: 50 }).reservations).toEqual([]);
    });

    it('do not concern tools without the argument', () => {
      expect(summed(daily, {}, 'ticket-create')).toMatchObject({ effect: 'allow', reservations: [] });
    });

    it.each([
      [{}, '`args.amount` is missing'],
      [{ amount: null }, '`args.amount` is missing'],
      [{ amount: -5 }, '`args.amount` is negative'],
      [{ amount: 'ten' }, '`args.amount` is not a number'],
      [{ amount: [1] }, '`args.amount` is not a number'],
    ])('deny what they cannot count: %j', (args: JsonObject, reason) => {
      const { effect, code, reasons, rule } = summed(daily, args);
      expect([effect, code, rule?.line]).toEqual(['deny', 'denied_by_policy', 2]);
      expect(reasons[0]).toContain(reason);
    });

    it('count an amount written as text, and nothing where `.?` lets it be left out', () => {
      const optional = '{ sums: { sum: args.?amount, max: 1000, per: day } }';
      expect(summed(optional, {})).toMatchObject({ effect: 'allow', reservations: [] });
      expect(summed(optional, { amount: '12.50' }).reservations[0]?.sum).toBe('12.5');
    });
  });

  it('of different targets name each of them', () => {
    const limit = '{ distinct: { distinct: args.tags, max: 50, per: hour } }';
    const targets = (tags: string[]) => {
      const policy = policyOf(`agent: support\nlimits: ${limit}\n${grants}`);
      return decide(policy, call('refund-create', { tags }), active).reservations[0]?.distinct;
    };
    expect(targets(['a', 'b', 'a', 'A'])).toEqual(['"a"', '"b"', '"A"']);
    expect(targets(['x'.repeat(1000)])![0]).toMatch(/^sha256:.{43}$/);
  });

  it.each([
    ['{ max: 3, per: month }', { unit: 'month', timezone: 'UTC' }],
    ['{ max: 3, per: day, timezone: Europe/Berlin }', { unit: 'day', timezone: 'Europe/Berlin' }],
    ['{ max: 3, per: hour, window: fixed }', { unit: 'hour', timezone: 'UTC' }],
  ])('%s follow the calendar', (limit, period) => {
    const policy = policyOf(`agent: support\nlimits: { calls: ${limit} }\n${grants}`);
    const [reservation] = decide(policy, call('search'), active).reservations;
    expect(reservation).toMatchObject({ max: 3, period });
    expect(reservation).not.toHaveProperty('window_ms');
  });

  it('of tokens and cost load, concern model calls alone, and are said not to be enforced yet', () => {
    const limits = '{ tokens: 200000/day, cost: { max: 12.5, per: month }, calls: 60/minute }';
    expect(reservations(limits).map(({ key }) => key)).toEqual(['calls/60000/agent=support']);
    const { policy, diagnostics } = load(`agent: support\nlimits: ${limits}\n${grants}`);
    expect(diagnostics.filter(({ code }) => code === 'not_enforced_yet')).toHaveLength(2);
    const { controls } = explain(policy!, call('search'), active);
    expect(controls.filter(({ name }) => name.startsWith('limits.'))).toMatchObject([
      { name: 'limits.tokens', text: 'at most 200000: tokens/86400000', enforced: false },
      { name: 'limits.cost', text: 'at most 12.5: cost/month@UTC', enforced: false },
    ]);
  });

  it('on the same counter: the lowest holds', () => {
    const policy = policyOf(
      `agent: support\nrole: r\nlimits: { calls: [60/minute, 500/hour] }\n${grants}\n---\nrole: r\nlimits: { calls: 10/minute }`,
    );
    const held = decide(policy, call('search'), active).reservations;
    expect(held.map(({ key, max }) => [key, max])).toEqual([
      ['calls/60000/agent=support', 10],
      ['calls/3600000/agent=support', 500],
    ]);
    expect(held[0]!.rule).toEqual({ name: 'r limits.calls', file: 'p0.yaml', line: 7 });
  });

  it('count reads of resources, but not what a server asks for within a call', () => {
    expect(reservations('{ calls: 1/minute }', call('crm://x', {}, { kind: 'resource_read' }))).toHaveLength(
      1,
    );
    expect(reservations('{ calls: 1/minute }', call('crm', {}, { kind: 'sampling' }))).toEqual([]);
  });

  it('are not reserved for what is refused', () => {
    const policy = policyOf('agent: support\nlimits: { calls: 1/minute }');
    expect(decide(policy, call('search'), active).reservations).toEqual([]);
  });
});
