import { explain, formatExplanation } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, policyOf } from './support-desk.ts';

const policy = policyOf(`agent: support
role: clerk
access:
  tools:
    allow: ["crm/*"]
    deny: [email-send]
  resources: { allow: ["crm://*"] }
guardrails:
  tier_1_automatic: [refund-create]
  tier_3_approval: [refund_over_100]
  tier_4_blocked: [account-delete]
limits: { calls: 60/minute }
---
role: clerk
access: { tools: { deny: [account-delete] } }
---
agent: holder
guardrails: { tier_3_approval: [refund_over_100] }
---
agent: careful
risk: critical
access: { tools: { allow: [customer-lookup] } }
`);

const of = (target: string, args = {}, more = {}) => explain(policy, call(target, args, more), active);

describe('explain', () => {
  it('shows every rule that speaks of the call, the strictest first, and which one decided', () => {
    expect(
      of('refund-create', { amount: 500 }).rules.map(({ says, text, condition, decisive }) => [
        says,
        text,
        condition?.outcome,
        decisive,
      ]),
    ).toEqual([
      ['approval', 'refund_over_100', 'holds', true],
      ['automatic', 'refund-create', undefined, false],
      ['allow', 'crm/*', undefined, false],
    ]);
  });

  it('says which conditions do not hold', () => {
    const { rules, decision } = of('refund-create', { amount: 5 });
    expect(decision.tier).toBe('automatic');
    expect(rules[0]).toMatchObject({
      condition: { source: 'args.amount > 100', outcome: 'does_not_hold' },
      decisive: false,
    });
  });

  it('says which conditions cannot be evaluated', () => {
    expect(of('refund-create', { amount: 'x' }).rules[0]).toMatchObject({
      condition: { outcome: 'failed', problem: '`args.amount` is not a number' },
      decisive: true,
    });
  });

  it.each([
    [
      'an allowed call',
      of('search'),
      ['To refuse it, add `crm/search` to `access.tools.deny` of agent `support` (p0.yaml:1).'],
    ],
    [
      'a denied call',
      of('email-send'),
      ['Remove `email-send` from `support access.tools.deny[0]` (p0.yaml:6).'],
    ],
    [
      'a call that two rules refuse',
      of('account-delete'),
      [
        'Remove `account-delete` from `clerk access.tools.deny[0]` (p0.yaml:15).',
        'Remove `account-delete` from `support guardrails.tier_4_blocked[0]` (p0.yaml:11).',
      ],
    ],
    [
      'a held call',
      of('refund-create', { amount: 500 }),
      [
        'To let it run without asking, move `refund_over_100` to a lower tier: `support guardrails.tier_3_approval[0]` (p0.yaml:10).',
      ],
    ],
    [
      'a call that other arguments would let through',
      of('refund-create', { amount: 5 }, { agent: 'holder' }),
      [
        'To allow it, add `crm/refund-create` to `access.tools.allow` of agent `holder` (p0.yaml:17).',
        'Or send arguments for which `args.amount > 100` holds, as `holder guardrails.tier_3_approval[0]` (p0.yaml:18) asks.',
      ],
    ],
    [
      'a call of a critical agent',
      of('customer-lookup', {}, { agent: 'careful' }),
      ['Lower the risk of the agent: a critical one always asks a person.'],
    ],
    [
      'a call of nobody',
      of('search', {}, { agent: 'nobody' }),
      ['Write a document `agent: nobody` that allows it.'],
    ],
    [
      'a call of an agent whose name is misspelled',
      of('search', {}, { agent: 'carefull' }),
      [
        'No document names agent `carefull`; did you mean `careful`?',
        'Write a document `agent: carefull` that allows it.',
      ],
    ],
    [
      'an unknown tool',
      of('brand-new'),
      ['Review the tool with `remit tools diff`, then `remit tools accept crm/brand-new`.'],
    ],
    [
      'a call whose condition fails',
      of('refund-create', { amount: 'x' }),
      ['Send arguments for which `args.amount > 100` can be evaluated.'],
    ],
    [
      'a forbidden resource',
      of('x://y', {}, { kind: 'resource_read' }),
      ['To allow it, add `x://y` to `access.resources.allow` of agent `support` (p0.yaml:1).'],
    ],
  ])('says what would have to change for %s', (_, { changes }, expected) => {
    expect(changes).toEqual(expected);
  });

  it('says how a suspended agent comes back', () => {
    const { changes } = explain(policy, call('search'), { ...active, agent_status: 'suspended' });
    expect(changes).toEqual(['Resume the agent: `remit agents resume support`.']);
  });

  it('reads well on a terminal', () => {
    expect(formatExplanation(of('refund-create', { amount: 500 })))
      .toBe(`approve  approval_pending  tier approval
because:
  A person has to approve this call of \`crm/refund-create\` before it runs.
  \`support guardrails.tier_3_approval[0]\` (p0.yaml:10) puts \`crm/refund-create\` into tier approval.
rules:
  → tier approval  refund_over_100  support guardrails.tier_3_approval[0]  p0.yaml:10
      when args.amount > 100: holds
    tier automatic  refund-create  support guardrails.tier_1_automatic[0]  p0.yaml:9
    allow  crm/*  support access.tools.allow[0]  p0.yaml:5
limits:
  at most 60: calls/60000/agent=support
approval:
  1 person, anybody who may approve
  the owner of the agent may not approve
controls:
    risk  low risk, since nothing that it may use implies more  p0.yaml:1
    flows  from untrusted to external, irreversible: approve  remit:baselines.yaml:4  supplied by the baseline
    flows  from sensitive to external: approve by owner  remit:baselines.yaml:5  supplied by the baseline
to change it:
  To let it run without asking, move \`refund_over_100\` to a lower tier: \`support guardrails.tier_3_approval[0]\` (p0.yaml:10).`);
  });
});
