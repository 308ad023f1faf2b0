import type { Action, Decision } from '@remit/contracts';
import { decide, loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, policyOf, workspaceText, lock, file, mustLoad } from './support-desk.ts';

/** One line of a decision table: policy, call, and what is decided. */
interface Row {
  rule: string;
  policy: string;
  call: Action;
  is: string;
}

/** Like `deny denied_by_policy blocked`. */
function summary({ effect, code, tier }: Decision): string {
  return [effect, code, tier].filter((part) => part !== undefined).join(' ');
}

const refund = (amount: number) => call('refund-create', { amount });

const rows: Row[] = [
  {
    rule: 'nothing is allowed by silence',
    policy: 'agent: support',
    call: call('customer-lookup'),
    is: 'deny not_permitted',
  },
  {
    rule: 'access allows, and a reading tool is automatic',
    policy: 'agent: support\naccess: { tools: { allow: [customer-lookup] } }',
    call: call('customer-lookup'),
    is: 'allow automatic',
  },
  {
    rule: 'a tool that says nothing of itself writes, so it is logged',
    policy: 'agent: support\naccess: { tools: { allow: [crm/ticket-create] } }',
    call: call('ticket-create'),
    is: 'allow logged',
  },
  {
    rule: 'a destructive tool is held',
    policy: 'agent: support\naccess: { tools: { allow: [account-delete] } }',
    call: call('account-delete'),
    is: 'approve approval_pending approval',
  },
  {
    rule: 'an external tool is held',
    policy: 'agent: support\naccess: { tools: { allow: [email-send] } }',
    call: call('email-send'),
    is: 'approve approval_pending approval',
  },
  {
    rule: 'a deny anywhere wins over an allow anywhere',
    policy:
      'agent: support\nrole: r\naccess: { tools: { allow: [email-send] } }\n---\nrole: r\naccess: { tools: { deny: [email-send] } }',
    call: call('email-send'),
    is: 'deny denied_by_policy',
  },
  {
    rule: 'a deny by pattern wins over an allow by name',
    policy: 'agent: support\naccess: { tools: { allow: [email-send], deny: ["*-send"] } }',
    call: call('email-send'),
    is: 'deny denied_by_policy',
  },
  {
    rule: 'a pattern allows what it matches on its server',
    policy: 'agent: support\naccess: { tools: { allow: ["crm/*"] } }',
    call: call('search'),
    is: 'allow logged',
  },
  {
    rule: 'a pattern does not reach another server',
    policy: 'agent: support\naccess: { tools: { allow: ["crm/*"] } }',
    call: call('search', {}, { server: 'web' }),
    is: 'deny not_permitted',
  },
  {
    rule: 'a tier from 1 to 3 grants its action',
    policy: 'agent: support\nguardrails: { tier_1_automatic: [read_customer_info] }',
    call: call('customer-lookup'),
    is: 'allow automatic',
  },
  {
    rule: 'an approval tier holds the action under its condition',
    policy: 'agent: support\nguardrails: { tier_3_approval: [refund_over_100] }',
    call: refund(100.01),
    is: 'approve approval_pending approval',
  },
  {
    rule: 'a tier does not grant what its condition leaves out',
    policy: 'agent: support\nguardrails: { tier_3_approval: [refund_over_100] }',
    call: refund(100),
    is: 'deny not_permitted',
  },
  {
    rule: 'of the tiers that match, the most restrictive holds',
    policy:
      'agent: support\nguardrails: { tier_1_automatic: [refund-create], tier_3_approval: [refund_over_100] }',
    call: refund(500),
    is: 'approve approval_pending approval',
  },
  {
    rule: 'a tier whose condition does not hold leaves the others',
    policy:
      'agent: support\nguardrails: { tier_1_automatic: [refund-create], tier_3_approval: [refund_over_100] }',
    call: refund(5),
    is: 'allow automatic',
  },
  {
    rule: 'tier 4 refuses what access allows',
    policy:
      'agent: support\naccess: { tools: { allow: [refund-create] } }\nguardrails: { tier_4_blocked: [refund-create] }',
    call: refund(5),
    is: 'deny denied_by_policy blocked',
  },
  {
    rule: 'a stated tier holds although the effect implies a stricter one',
    policy: 'agent: support\nguardrails: { tier_1_automatic: [ticket-create] }',
    call: call('ticket-create'),
    is: 'allow automatic',
  },
  {
    rule: 'an action may be allowed where a tool may',
    policy: 'agent: support\naccess: { tools: { allow: [refund_over_100] } }',
    call: refund(101),
    is: 'allow logged',
  },
  {
    rule: 'an action may be denied where a tool may',
    policy: 'agent: support\naccess: { tools: { allow: [refund-create], deny: [refund_over_100] } }',
    call: refund(101),
    is: 'deny denied_by_policy',
  },
  {
    rule: 'standalone guardrails hold for every agent',
    policy:
      'agent: support\naccess: { tools: { allow: [refund-create] } }\n---\nguardrails: { tier_3_approval: [refund-create] }',
    call: refund(1),
    is: 'approve approval_pending approval',
  },
  {
    rule: 'roles are inherited through roles',
    policy:
      'agent: support\nroles: [lead]\n---\nrole: lead\ninherit: [clerk]\n---\nrole: clerk\naccess: { tools: { allow: [customer-lookup] } }',
    call: call('customer-lookup'),
    is: 'allow automatic',
  },
  {
    rule: 'a person approves every action of a critical agent',
    policy: 'agent: support\nrisk: critical\naccess: { tools: { allow: [customer-lookup] } }',
    call: call('customer-lookup'),
    is: 'approve approval_pending approval',
  },
  {
    rule: 'an argument of the wrong type denies, whatever else allows',
    policy:
      'agent: support\naccess: { tools: { allow: [refund-create] } }\nguardrails: { tier_3_approval: [refund_over_100] }',
    call: call('refund-create', { amount: '500' }),
    is: 'deny denied_by_policy',
  },
  {
    rule: 'a missing argument denies, whatever else allows',
    policy:
      'agent: support\naccess: { tools: { allow: [refund-create] } }\nguardrails: { tier_3_approval: [refund_over_100] }',
    call: call('refund-create'),
    is: 'deny denied_by_policy',
  },
  {
    rule: 'an agent without a document may do nothing',
    policy: 'agent: other\naccess: { tools: { allow: ["*"] } }',
    call: call('customer-lookup'),
    is: 'deny not_permitted',
  },
  {
    rule: 'a tool that is not in the lock is unknown',
    policy: 'agent: support\naccess: { tools: { allow: ["*"] } }',
    call: call('brand-new'),
    is: 'deny unknown_tool',
  },
  {
    rule: 'a tool that changed since it was accepted is refused',
    policy: 'agent: support\naccess: { tools: { allow: ["*"] } }',
    call: call('customer-lookup', {}, { tool_digest: 'sha256:other' }),
    is: 'deny tool_changed',
  },
  {
    rule: 'a tool as it was accepted is not refused for that',
    policy: 'agent: support\naccess: { tools: { allow: ["*"] } }',
    call: call('customer-lookup', {}, { tool_digest: 'sha256:customer-lookup' }),
    is: 'allow automatic',
  },
  {
    rule: 'a planned action grants nothing',
    policy: 'agent: support\nguardrails: { tier_1_automatic: [export_customer_list] }',
    call: call('database-query'),
    is: 'deny not_permitted',
  },
  {
    rule: 'kinds of action that no rule can speak of are refused',
    policy: 'agent: support\naccess: { tools: { allow: ["*"] } }',
    call: call('x', {}, { kind: 'model_call' }),
    is: 'deny not_permitted',
  },
];

describe('decide', () => {
  it.each(rows)('$rule', ({ policy, call: action, is }) => {
    expect(summary(decide(policyOf(policy), action, active))).toBe(is);
  });

  it.each(['suspended', 'quarantined', 'retired'] as const)(
    'refuses everything of an agent that is %s',
    (agent_status) => {
      const policy = policyOf('agent: support\nmode: observe\naccess: { tools: { allow: ["*"] } }');
      const decision = decide(policy, call('customer-lookup'), { ...active, agent_status });
      expect(summary(decision)).toBe('deny agent_suspended');
      expect(decision.reasons[0]).toBe(
        `Agent \`support\` is ${agent_status}: nothing that it asks for is done.`,
      );
    },
  );

  it('names the rule, its file and line, a reason and a remedy', () => {
    const policy = policyOf(
      'agent: support\naccess:\n  tools:\n    deny: [search-x, email-send]'.replace('search-x, ', ''),
    );
    expect(decide(policy, call('email-send'), active)).toEqual({
      id: 'dec_1',
      effect: 'deny',
      policy_effect: 'deny',
      mode: 'enforce',
      code: 'denied_by_policy',
      rule: { name: 'support access.tools.deny[0]', file: 'p0.yaml', line: 4 },
      reasons: [
        'Agent `support` may not use `crm/email-send`: `support access.tools.deny[0]` (p0.yaml:4) denies it.',
      ],
      remedy:
        'Do not send this call again; it will be refused each time. Reach the goal another way, or tell the person you work for that policy forbids it.',
      policy_version: policy.version,
      reservations: [],
    });
  });

  it('says which condition failed and why', () => {
    const policy = policyOf('agent: support\nguardrails: { tier_3_approval: [refund_over_100] }');
    expect(decide(policy, call('refund-create', { amount: 'much' }), active).reasons).toEqual([
      'The condition `args.amount > 100` (workspace.yaml:9) cannot be evaluated for this call of `crm/refund-create`: `args.amount` is not a number.',
    ]);
    expect(decide(policy, call('refund-create'), active).reasons).toEqual([
      'The condition `args.amount > 100` (workspace.yaml:9) cannot be evaluated for this call of `crm/refund-create`: no such key: amount.',
    ]);
  });

  it('takes no policy but one that it loaded', () => {
    const made = policyOf('agent: support');
    expect(() => decide({ ...made }, call('search'), active)).toThrow(
      'the policy was not made by `loadWorkspace`',
    );
  });
});

describe('observe mode', () => {
  const observed =
    'agent: support\nmode: observe\nguardrails: { tier_3_approval: [refund_over_100], tier_4_blocked: [email-send] }';

  it.each([
    ['a refusal', call('database-query'), 'allow', 'deny', 'not_permitted'],
    ['a blocked action', call('email-send'), 'allow', 'deny', 'denied_by_policy'],
    ['an action to approve', refund(500), 'allow', 'approve', 'approval_pending'],
    ['an unknown tool', call('brand-new'), 'allow', 'deny', 'unknown_tool'],
    ['a changed tool', call('search', {}, { tool_digest: 'sha256:x' }), 'deny', 'deny', 'tool_changed'],
  ])(
    '%s: lets through or not, and records what would have been',
    (_, action, effect, policy_effect, code) => {
      expect(decide(policyOf(observed), action, active)).toMatchObject({
        mode: 'observe',
        effect,
        policy_effect,
        code,
      });
    },
  );

  it('keeps tier 4 blocked where the workspace says so', () => {
    const files = [file(`${workspaceText}keep_tier_4_blocked: true\n`, 'w.yaml'), file(observed)];
    const policy = mustLoad(loadWorkspace(files, lock));
    expect(summary(decide(policy, call('email-send'), active))).toBe('deny denied_by_policy blocked');
    expect(decide(policy, call('database-query'), active).effect).toBe('allow');
  });

  it('lets any agent through where a workspace has servers and no agents yet', () => {
    const policy = mustLoad(loadWorkspace([file(`${workspaceText}mode: observe\n`)], lock));
    const decision = decide(policy, call('email-send', {}, { agent: 'anybody' }), active);
    expect(decision).toMatchObject({
      effect: 'allow',
      policy_effect: 'deny',
      code: 'not_permitted',
      mode: 'observe',
    });
  });

  it('lets no unknown agent through once there are agent documents', () => {
    const policy = mustLoad(loadWorkspace([file(`${workspaceText}mode: observe\n---\nagent: one\n`)], lock));
    expect(decide(policy, call('search', {}, { agent: 'anybody' }), active).effect).toBe('deny');
    expect(decide(policy, call('search', {}, { agent: 'one' }), active).effect).toBe('allow');
  });

  it('does not hold for an agent that has its own mode', () => {
    const policy = mustLoad(
      loadWorkspace([file(`${workspaceText}mode: observe\n---\nagent: support\nmode: enforce\n`)], lock),
    );
    expect(decide(policy, call('search'), active)).toMatchObject({ mode: 'enforce', effect: 'deny' });
  });
});
