/** Terms of approval, defaults, flows, models and messages: what holds for an agent, and who says so. */
import { agentControls, decide, explain, formatExplanation, loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, file, lock, mustLoad, policyOf, workspaceText } from './support-desk.ts';

const people = workspaceText.replace(
  'managers: [dana@example.com]',
  'managers: [dana@example.com, eve@example.com]\n  finance: [finn@example.com]\n  directors: [dora@example.com]',
);
const policyWith = (...texts: string[]) =>
  mustLoad(
    loadWorkspace([file(people, 'w.yaml'), ...texts.map((text, at) => file(text, `p${at}.yaml`))], lock),
  );
const held = 'guardrails: { tier_3_approval: [refund-create, account-delete] }\n';

describe('terms of approval', () => {
  const refund = (amount: number) => call('refund-create', { amount });

  it('are anybody who may approve, once, where the policy says nothing', () => {
    const { approval } = decide(policyOf(`agent: support\n${held}`), refund(5), active);
    expect(approval).toEqual({ who: [], count: 1, owner_may: false, escalate: [] });
  });

  it('go with the decision that holds a call, and with no other', () => {
    const policy = policyWith(`agent: support
owner: dana@example.com
approvals:
  who: [managers, finance]
  count: 2
  owner: true
  within: 4h
  hold: 30s
  escalate: { to: directors, after: 1h }
access: { tools: { allow: [customer-lookup] } }
${held}`);
    expect(decide(policy, refund(5), active).approval).toEqual({
      who: [['managers', 'finance']],
      count: 2,
      owner: 'dana@example.com',
      owner_may: true,
      within_ms: 4 * 3_600_000,
      hold_ms: 30_000,
      escalate: [{ to: ['directors'], after_ms: 3_600_000 }],
    });
    expect(decide(policy, call('customer-lookup'), active)).not.toHaveProperty('approval');
  });

  it('of an action replace the general ones, key by key, where its condition holds', () => {
    const policy = policyWith(`agent: support
approvals:
  who: managers
  within: 4h
  actions: [{ action: refund_over_100, who: finance, count: 2 }, { action: account-delete, within: 1h }]
${held}`);
    const terms = (action: ReturnType<typeof call>) => decide(policy, action, active).approval;
    expect(terms(refund(5))).toMatchObject({ who: [['managers']], count: 1, within_ms: 4 * 3_600_000 });
    expect(terms(refund(500))).toMatchObject({ who: [['finance']], count: 2, within_ms: 4 * 3_600_000 });
    expect(terms(call('account-delete'))).toMatchObject({ who: [['managers']], within_ms: 3_600_000 });
  });

  it('of agent and roles all hold: the most people, the shortest time, someone of each list', () => {
    const agent = `agent: support\nrole: r\napprovals: { who: managers, count: 1, within: 1h, owner: true }\n${held}`;
    const role = 'role: r\napprovals: { who: finance, count: 2, within: 4h, owner: false }';
    const both = [policyWith(agent, role), policyWith(role, agent)].map(
      (policy) => decide(policy, refund(5), active).approval!,
    );
    for (const { who, ...rest } of both) {
      expect(who.toSorted()).toEqual([['finance'], ['managers']]);
      expect(rest).toMatchObject({ count: 2, within_ms: 3_600_000, owner_may: false });
    }
  });

  it('are shown by explain', () => {
    const policy = policyWith(
      `agent: support\napprovals: { who: managers, count: 2, within: 4h, escalate: { to: directors, after: 1h } }\n${held}`,
    );
    expect(formatExplanation(explain(policy, refund(5), active))).toContain(`approval:
  2 people, someone of managers
  the owner of the agent may not approve
  within 240 minutes
  after 60 minutes also directors
`);
  });
});

describe('defaults', () => {
  const defaults = (text: string) => file(`${people}defaults: ${text}\n`, 'w.yaml');
  const load = (text: string, ...documents: string[]) =>
    mustLoad(loadWorkspace([defaults(text), ...documents.map((one, at) => file(one, `p${at}.yaml`))], lock));
  const shown = (policy: ReturnType<typeof load>) =>
    agentControls(policy, 'support')!
      .controls.filter(({ name }) => /^(?:scope|approvals)\./.test(name))
      .map(({ name, text, from }) => `${name} ${text} ${from}`);

  it('hold where agent and roles say nothing', () => {
    const policy = load(
      '{ scope: { unattended: deny }, approvals: { count: 2 } }',
      `agent: support\n${held}`,
    );
    expect(decide(policy, call('refund-create', { amount: 1 }), active)).toMatchObject({
      code: 'out_of_scope',
    });
    expect(shown(policy)).toEqual(['scope.unattended deny defaults', 'approvals.count 2 defaults']);
  });

  it('give way control by control', () => {
    const policy = load(
      '{ scope: { unattended: deny, hosts: [a.example] }, approvals: { count: 2 } }',
      `agent: support\nrole: r\napprovals: { who: managers }\n${held}`,
      'role: r\nunattended: allow',
    );
    expect(shown(policy)).toEqual([
      'scope.hosts allow a.example defaults',
      'scope.unattended allow policy',
      'approvals.who managers policy',
      'approvals.count 2 defaults',
    ]);
  });
});

describe('controls that are not enforced yet', () => {
  it('are compiled and shown, each with its place', () => {
    const policy = policyWith(`agent: support
flows:
  - { from: [untrusted, ssn], to: [external, crm/email-send, args.recipient], then: approve }
content: { arguments: { secrets: deny }, results: { iban: mask }, unreadable: approve }
messages: { from: [support], hops: 3 }
models: { max_output_tokens: 4096 }
retention: 90d
`);
    const { flows, controls } = agentControls(policy, 'support')!;
    expect({ flows, controls: controls.slice(1) }).toEqual({
      flows: [
        {
          from: ['untrusted', 'ssn'],
          to: ['external', 'crm/email-send', 'args.recipient'],
          then: 'approve',
          rule: { name: 'support flows[0]', file: 'p0.yaml', line: 3 },
        },
      ],
      controls: [
        ['flows', 'from untrusted, ssn to external, crm/email-send, args.recipient: approve', 3],
        ['messages.from', 'support', 5],
        ['messages.hops', '3', 5],
        ['models.max_output_tokens', '4096', 6],
        ['content.arguments', 'secrets: deny', 4],
        ['content.results', 'iban: mask', 4],
        ['content.unreadable', 'approve', 4],
        ['retention', '90d', 7],
      ].map(([name, text, lineNumber]) => ({
        name,
        text,
        rule: expect.objectContaining({ file: 'p0.yaml', line: lineNumber }) as unknown,
        from: 'policy',
        enforced: name === 'flows' || name === 'retention',
      })),
    });
  });
});

describe('models and messages', () => {
  const policy = policyOf(`agent: support
access: { models: { allow: [anthropic/*, "*/small"], deny: [anthropic/huge] } }
messages: { allow: [billing, "research/*"], deny: [research/outside] }
---
agent: billing
---
agent: research/web
---
agent: research/outside
`);
  const model = (server: string, target: string) =>
    decide(policy, call(target, {}, { kind: 'model_call', server }), active).effect;
  const message = (target: string) =>
    decide(policy, call(target, {}, { kind: 'agent_message', server: 'a2a' }), active);

  it('are allowed and denied like tools', () => {
    expect([model('anthropic', 'good'), model('anthropic', 'huge')]).toEqual(['allow', 'deny']);
    expect([model('other', 'small'), model('other', 'large')]).toEqual(['allow', 'deny']);
    expect(message('billing')).toMatchObject({ effect: 'allow', tier: 'logged' });
    expect(message('research/web')).toMatchObject({ effect: 'allow' });
    expect(message('research/outside')).toMatchObject({ code: 'denied_by_policy' });
    expect(message('nobody')).toMatchObject({ code: 'not_permitted' });
  });
});
