import type { Action } from '@remit/contracts';
import { decide } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, policyOf } from './support-desk.ts';

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
    ['conversation', attended(), '/conversation=declared:c%201'],
    ['conversation', call('search', {}, { session: 's/1' }), '/conversation=session:s%2F1'],
    ['conversation', call('search', {}, { user: 'dana' }), '/conversation=user:dana'],
  ])('by %s name the subject', (by, action, subject) => {
    const [reservation] = reservations(`{ calls: [{ max: 5, per: hour, by: ${by} }] }`, action);
    expect(reservation?.key).toBe(`calls/3600000/agent=support${subject}`);
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
