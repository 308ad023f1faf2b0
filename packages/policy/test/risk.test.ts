/** Levels of risk: what implies them, what their baselines supply, what contradicts them. */
import { decide, explain, loadWorkspace } from '@remit/policy';
import type { Diagnostic } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, file, line, load, lock, mustLoad, policyOf, workspaceText } from './support-desk.ts';

const notes = `tools:
  crm/ticket-create: { effect: write }
  crm/ticket-update: { effect: write, reversible: false }
  crm/refund-create: { effect: write, amount: args.amount }
  crm/search: { effect: read, sensitivity: restricted }
  crm/database-query: { effect: read, sensitivity: confidential }
data:
  ticket_history: { sensitivity: internal, fields: [ticket_history] }
  salary: { sensitivity: restricted, fields: [salary] }
`;

function described(...texts: string[]) {
  const files = texts.map((text, at) => file(text, `p${at}.yaml`));
  return loadWorkspace([file(workspaceText + notes, 'workspace.yaml'), ...files], lock);
}

const riskOf = (text: string) => mustLoad(described(text)).agents.get('support');
const errorsOf = ({ diagnostics }: { diagnostics: Diagnostic[] }) =>
  diagnostics.filter(({ severity }) => severity === 'error').map(line);
const allowing = (...tools: string[]) =>
  `agent: support\naccess: { tools: { allow: [${tools.join(', ')}] } }\n`;

describe('the risk of an agent', () => {
  it.each([
    ['nothing', [], 'low'],
    ['a tool that reads', ['customer-lookup'], 'low'],
    ['a tool that writes', ['ticket-create'], 'medium'],
    ['a tool that reads from outside', ['web/fetch'], 'medium'],
    ['a tool that answers confidential data', ['database-query'], 'medium'],
    ['a tool that answers restricted data', ['crm/search'], 'high'],
    ['a tool that destroys', ['account-delete'], 'high'],
    ['a tool that acts outside', ['email-send'], 'high'],
    ['a tool that cannot be undone', ['ticket-update'], 'high'],
    ['a tool that moves money', ['refund-create'], 'high'],
    ['a pattern that reaches any of them', ['"crm/*"'], 'high'],
  ])('is implied by %s', (_, tools, risk) => {
    expect(riskOf(allowing(...tools))).toMatchObject({ risk, risk_from: 'implied' });
  });

  it.each([
    ['internal data', 'ticket_history', 'low'],
    ['confidential data', 'email', 'medium'],
    ['restricted data of the workspace', 'salary', 'high'],
    ['restricted data that everybody knows', 'ssn', 'high'],
    ['a field of restricted data', 'social_security_number', 'high'],
  ])('is implied by %s that it may see', (_, name, risk) => {
    expect(riskOf(`agent: support\naccess: { data: { allow: [${name}] } }`)).toMatchObject({ risk });
  });

  it('is not implied by what it may not use or see after all', () => {
    const denied = `${allowing('email-send', 'customer-lookup').trim().slice(0, -3)}, deny: [email-send] }, data: { allow: [ssn], deny: [ssn] } }`;
    expect(riskOf(denied)).toMatchObject({ risk: 'low' });
  });

  it('is not implied by guesses: what nobody said refuses nothing', () => {
    expect(policyOf(allowing('ticket-create')).agents.get('support')).toMatchObject({ risk: 'low' });
  });

  it('may be declared higher than implied', () => {
    expect(riskOf(`${allowing('customer-lookup')}risk: high`)).toMatchObject({
      risk: 'high',
      risk_from: 'declared',
    });
  });

  it('is not told where no tool is known', () => {
    const { policy } = loadWorkspace([file(allowing('customer-lookup'))], undefined);
    expect(policy?.agents.get('support')).not.toHaveProperty('risk');
  });

  it.each([
    [
      'a tool',
      `${allowing('account-delete')}risk: medium`,
      'risk_too_low p0.yaml:3:7 agent `support` is declared of medium risk, but `crm/account-delete` destroys (as its annotations say), which is of high risk (declare `risk: high`, or take the permission away (p0.yaml:2))',
    ],
    [
      'money',
      `${allowing('refund-create')}risk: low`,
      'risk_too_low p0.yaml:3:7 agent `support` is declared of low risk, but `crm/refund-create` moves money (as the workspace says), which is of high risk (declare `risk: high`, or take the permission away (p0.yaml:2))',
    ],
    [
      'data',
      'agent: support\nrisk: low\naccess: { data: { allow: [ssn] } }',
      'risk_too_low p0.yaml:2:7 agent `support` is declared of low risk, but it may see `ssn`, which is restricted, which is of high risk (declare `risk: high`, or take the permission away (p0.yaml:3))',
    ],
    [
      'a permission of its role',
      'agent: support\nrisk: medium\nrole: r\n---\nrole: r\nguardrails: { tier_3_approval: [email-send] }',
      'risk_too_low p0.yaml:2:7 agent `support` is declared of medium risk, but `crm/email-send` acts outside (as its annotations say), which is of high risk (declare `risk: high`, or take the permission away (p0.yaml:6))',
    ],
  ])('may not be declared lower than %s implies', (_, text, error) => {
    const result = described(text);
    expect(errorsOf(result)).toEqual([`error ${error}`]);
    expect(result.policy).toBeUndefined();
  });
});

describe('the baseline of a risk', () => {
  const medium = allowing('ticket-create');

  it('supplies a limit of calls to medium agents that say none', () => {
    const { reservations } = decide(mustLoad(described(medium)), call('ticket-create'), active);
    expect(reservations).toMatchObject([
      { max: 100_000, window_ms: 3_600_000, rule: { file: 'remit:baselines.yaml' } },
    ]);
  });

  it('leaves limits to a policy that says some', () => {
    const policy = mustLoad(described(`${medium}limits: { calls: 5/minute }`));
    expect(decide(policy, call('ticket-create'), active).reservations.map(({ max }) => max)).toEqual([5]);
  });

  it('leaves limits to the defaults of the workspace', () => {
    const workspace = file(`${workspaceText}${notes}defaults: { limits: { calls: 7/minute } }\n`, 'w.yaml');
    const policy = mustLoad(loadWorkspace([workspace, file(medium)], lock));
    expect(decide(policy, call('ticket-create'), active).reservations.map(({ max }) => max)).toEqual([7]);
  });

  it.each(['account-delete', 'email-send'])(
    'has %s approved for a high agent, in whatever pattern it stands',
    (name) => {
      const policy = mustLoad(described('agent: support\nguardrails: { tier_1_automatic: ["crm/*"] }'));
      const decision = decide(policy, call(name), active);
      expect(decision).toMatchObject({ effect: 'approve', tier: 'approval' });
      expect(decision.reasons[1]).toMatch(
        /^The risk of agent `support` is high, so what is (destructive|external) is at least of tier approval \(remit:baselines.yaml:\d+\)\.$/,
      );
    },
  );

  it('has every action of a critical agent approved', () => {
    const policy = mustLoad(described(`${allowing('customer-lookup')}risk: critical`));
    expect(decide(policy, call('customer-lookup'), active)).toMatchObject({ effect: 'approve' });
  });

  it('is shown by check, with what it supplied and from where', () => {
    const found = described(allowing('account-delete')).diagnostics.map(line);
    expect(found).toContain(
      'note supplied_control p0.yaml:1:8 agent `support` is of high risk, since `crm/account-delete` destroys (as its annotations say); its baseline supplies `limits.calls` at most 10000 (remit:baselines.yaml:16), `tiers.destructive` at least approval (remit:baselines.yaml:15), `flows` from untrusted to external, irreversible: approve (remit:baselines.yaml:19), `flows` from sensitive to external: approve by owner (remit:baselines.yaml:20), `retention` 1y (remit:baselines.yaml:21) (say it in the policy to have it otherwise)',
    );
  });

  it('is what explain names where it asks a person', () => {
    const policy = mustLoad(described(allowing('account-delete')));
    expect(explain(policy, call('account-delete'), active).changes).toEqual([
      'The baseline of high risk (remit:baselines.yaml:15) asks a person for what is destructive; if `crm/account-delete` is not, say so under `tools:` of the workspace.',
    ]);
  });

  it('is shown by explain', () => {
    const policy = mustLoad(described(allowing('account-delete')));
    expect(explain(policy, call('account-delete'), active).controls).toMatchObject([
      { name: 'risk', text: 'high risk, since `crm/account-delete` destroys (as its annotations say)' },
      { name: 'limits.calls', text: 'at most 10000', from: 'baseline', enforced: true },
      { name: 'tiers.destructive', text: 'at least approval', from: 'baseline', enforced: true },
      { name: 'flows', from: 'baseline', enforced: true, rule: { file: 'remit:baselines.yaml' } },
      {
        name: 'flows',
        text: 'from sensitive to external: approve by owner',
        from: 'baseline',
        enforced: true,
      },
      { name: 'retention', text: '1y', from: 'baseline', enforced: true },
    ]);
  });

  it.each([
    [
      'an automatic tier for what destroys',
      'agent: support\nguardrails: { tier_1_automatic: [account-delete] }',
      'contradicts_risk p0.yaml:2:34 agent `support` is of high risk, so what destroys is at least of tier approval; `account-delete` may not stand in `guardrails.tier_1_automatic[0]` (move it to `tier_3_approval`, or say what `crm/account-delete` does under `tools:` of the workspace, if it is something else)',
    ],
    [
      'a logged tier for what acts outside, in a role',
      'agent: support\nrole: r\nrisk: high\n---\nrole: r\nguardrails: { tier_2_logged: [crm/email-send] }',
      'contradicts_risk p0.yaml:6:31 agent `support` is of high risk, so what acts outside is at least of tier approval; `crm/email-send` may not stand in `guardrails.tier_2_logged[0]` (move it to `tier_3_approval`, or say what `crm/email-send` does under `tools:` of the workspace, if it is something else)',
    ],
    [
      'a logged tier for a critical agent',
      'agent: support\nrisk: critical\nguardrails: { tier_2_logged: [customer-lookup] }',
      'contradicts_risk p0.yaml:3:31 agent `support` is critical, so a person approves every action; `customer-lookup` may not stand in `guardrails.tier_2_logged[0]` (move it to `tier_3_approval`, or lower the risk)',
    ],
  ])('does not load with %s', (_, text, error) => {
    const result = described(text);
    expect(errorsOf(result)).toEqual([`error ${error}`]);
    expect(result.policy).toBeUndefined();
  });

  it('is not contradicted where another tier holds the same tool anyway', () => {
    const text =
      'agent: support\nguardrails: { tier_1_automatic: [account-delete], tier_3_approval: [account-delete] }';
    expect(errorsOf(described(text))).toEqual([]);
  });

  it('is not contradicted by tiers for everyone, which it raises for this agent', () => {
    const everyone = 'guardrails: { tier_1_automatic: [account-delete] }';
    const policy = mustLoad(described('agent: support\nrisk: high', everyone));
    expect(decide(policy, call('account-delete'), active)).toMatchObject({ effect: 'approve' });
  });

  it('is not contradicted by what the agent may not use', () => {
    const text =
      'agent: support\nguardrails: { tier_1_automatic: [account-delete], tier_4_blocked: [account-delete] }';
    expect(errorsOf(described(text))).toEqual([]);
  });
});

describe('a baseline document', () => {
  it('replaces what it names, and leaves the rest as shipped', () => {
    const own = 'risk: high\nlimits: { calls: 3/minute }\ntiers: { write: approval }';
    const policy = mustLoad(described(allowing('account-delete', 'ticket-create'), own));
    const decision = decide(policy, call('ticket-create'), active);
    expect(decision).toMatchObject({ effect: 'approve', reservations: [{ max: 3 }] });
    expect(decide(policy, call('account-delete'), active)).toMatchObject({ effect: 'approve' });
  });

  it('supplies scope, approvals and flows', () => {
    const own =
      'risk: medium\nunattended: approve\napprovals: { who: [managers] }\nflows: [{ from: untrusted, to: external, then: deny }]';
    const policy = mustLoad(described(allowing('ticket-create'), own));
    expect(decide(policy, call('ticket-create'), active)).toMatchObject({
      effect: 'approve',
      approval: { who: [['managers']] },
    });
    expect(
      explain(policy, call('ticket-create'), active).controls.map(({ name, from }) => `${name} ${from}`),
    ).toEqual([
      'risk policy',
      'limits.calls baseline',
      'scope.unattended baseline',
      'approvals.who baseline',
      'flows baseline',
    ]);
  });

  it.each([
    [
      'that asks for what the agent does not say',
      'risk: medium\nrequire: [owner, data]',
      [
        'missing_control p0.yaml:1:8 agent `support` is of medium risk, and its baseline asks for `owner`, which it does not say (add `owner:`)',
        'missing_control p0.yaml:1:8 agent `support` is of medium risk, and its baseline asks for `data`, which it does not say (add `access.data:`)',
      ],
    ],
    [
      'whose control the agent says milder',
      'risk: medium\nunattended: deny\napprovals: { count: 2 }',
      [
        'contradicts_risk p0.yaml:3:1 agent `support` is of medium risk, so `support scope.unattended` may not be approve: the baseline asks for deny (keep what the baseline asks for, or lower the risk)',
        'contradicts_risk p0.yaml:4:1 agent `support` is of medium risk, so `support approvals.count` may not be 1: the baseline asks for 2 (keep what the baseline asks for, or lower the risk)',
      ],
    ],
    [
      'of a level that does not exist',
      'risk: hihg',
      [
        'invalid_value p1.yaml:1:7 `risk` has to be one of `low`, `medium`, `high`, `critical` (did you mean `high`?)',
      ],
    ],
    [
      'with an effect that does not exist',
      'risk: high\ntiers: { destructiv: approval }',
      ['unknown_key p1.yaml:2:10 unknown key `destructiv` in `tiers` (did you mean `destructive`?)'],
    ],
    [
      'that asks for something unknown',
      'risk: high\nrequire: [ownr]',
      [
        'invalid_value p1.yaml:2:11 `require[0]` has to be one of `owner`, `purpose`, `data`, `limits`, `unattended`, `flows`, `retention` (did you mean `owner`?)',
      ],
    ],
    [
      'that stands twice',
      'risk: high\n---\nrisk: high',
      [
        'duplicate_document p1.yaml:3:7 risk `high` is defined twice, first in `p1.yaml` line 1 (merge the two, or rename one)',
      ],
    ],
  ])('%s does not load', (_, own, errors) => {
    const agent = `${allowing('ticket-create')}scope: { unattended: approve }\napprovals: { count: 1 }`;
    expect(errorsOf(described(agent, own))).toEqual(errors.map((error) => `error ${error}`));
  });
});

describe('full governance', () => {
  const full = (text: string) =>
    described(text)
      .diagnostics.filter(({ code }) => code === 'full_governance')
      .map(line);

  it('is listed for high agents, with what it lacks', () => {
    expect(full(`${allowing('account-delete')}risk: high`)).toEqual([
      'warning full_governance p0.yaml:1:8 agent `support` is of high risk, as declared, which asks for full governance: it has rate limits and caps, approvals for what is destructive or external, flow rules, retention; it lacks identity other than a bare key, an `unattended` rule for calls on nobody’s behalf, data rules, an owner',
    ]);
  });

  it('is a note once nothing is missing that a policy can say', () => {
    const agent = `agent: support\nrisk: high\nowner: dana@example.com\nunattended: deny\naccess: { data: { deny: [ssn] } }`;
    expect(full(agent)).toEqual([
      'note full_governance p0.yaml:1:8 agent `support` is of high risk, as declared, which asks for full governance: it has an `unattended` rule for calls on nobody’s behalf, rate limits and caps, data rules, approvals for what is destructive or external, flow rules, retention, an owner; it lacks identity other than a bare key',
    ]);
  });

  it('is not asked of others', () => {
    expect(full(allowing('ticket-create'))).toEqual([]);
    expect(load('agent: support').diagnostics.map(({ code }) => code)).not.toContain('full_governance');
  });
});
