import { diffPolicies, diffPoliciesInSteps, formatDiff, loadWorkspace } from '@remit/policy';
import type { CompiledPolicy } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { file, lock, mustLoad, policyOf, tool, workspaceText } from './support-desk.ts';

const agent = (body: string): CompiledPolicy => policyOf(`agent: support\n${body}`);
const diff = (older: string, newer: string) => diffPolicies(agent(older), agent(newer));

/** The policy with one action `tried` on refunds. */
function refunds(when: string): CompiledPolicy {
  const text = workspaceText.replace(
    'actions:',
    `actions:\n  tried: { tool: refund-create, when: '${when}' }`,
  );
  const files = [file(text, 'w.yaml'), file('agent: support\nguardrails: { tier_2_logged: [tried] }')];
  return mustLoad(loadWorkspace(files, lock));
}

const changed = (older: string, newer: string) =>
  diffPolicies(refunds(older), refunds(newer)).decisions.map(({ example, before, after }) => [
    before.effect,
    after.effect,
    example,
  ]);

describe('a difference between policies', () => {
  it('is none where only lines, order and places differ', () => {
    const { decisions, limits, data, compared } = diff(
      'access: { tools: { allow: [search, email-send] } }'.replace('search', 'crm/search'),
      '# moved\naccess:\n  tools:\n    allow: [crm/email-send, crm/search]',
    );
    expect({ decisions, limits, data }).toEqual({ decisions: [], limits: [], data: [] });
    expect(compared).toBe(10);
  });

  it('names agent, tool, both decisions and the rule', () => {
    const [only, ...others] = diff(
      'access: { tools: { allow: [email-send] } }',
      'access: { tools: { deny: [email-send] } }',
    ).decisions;
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      agent: 'support',
      tool: 'crm/email-send',
      before: { effect: 'approve', tier: 'approval' },
      after: { effect: 'deny', code: 'denied_by_policy' },
      rule: { name: 'support access.tools.deny[0]' },
    });
    expect(only?.changed).toBe(only?.tried);
  });

  it.each([
    ['args.amount > 100.0', 'args.amount >= 100.0', { arguments: { amount: 100 } }],
    ['args.amount > 100.0', 'args.amount > 100.005', { arguments: { amount: 100.005 } }],
    ['args.count < 3', 'args.count < 4', { arguments: { count: 3 } }],
    ['args.count > -3', 'args.count > -2', { arguments: { count: -2 } }],
    ['args.reason == "late"', 'args.reason in ["late", "broken"]', { arguments: { reason: 'broken' } }],
    ['size(args.tags) > 2', 'args.tags.size() > 3', { arguments: { tags: ['text', 'text', 'text'] } }],
    [
      'args.address.city == "Bonn"',
      'args.address.city == "Ulm"',
      { arguments: { address: { city: 'Bonn' } } },
    ],
    ['args.urgent', 'has(args.urgent)', { arguments: { urgent: false } }],
    ['args.reason.startsWith("a")', 'args.reason.startsWith("b")', { arguments: { reason: 'a' } }],
    ['user.id == "dana"', 'user.id == "eve"', { arguments: {}, user: 'dana' }],
    ['"managers" in user.groups', 'true', { arguments: {} }],
  ])('between `%s` and `%s` is seen at the constant', (older, newer, example) => {
    expect(changed(older, newer).map(([, , seen]) => seen)).toContainEqual(example);
  });

  it('tells limits and data apart from decisions', () => {
    const allow = 'access: { tools: { allow: [crm/search] }, data: { deny: [';
    const { decisions, limits, data } = diff(
      `${allow}ssn] } }`,
      `${allow}shoe_size] } }\nlimits: { calls: 9/minute }`,
    );
    expect(decisions).toEqual([]);
    expect(limits).toEqual([
      { agent: 'support', tools: ['crm/search'], added: [expect.stringMatching(/at most 9$/)], removed: [] },
    ]);
    expect(data[0]?.denied).toEqual(['shoesize']);
    expect(data[0]?.no_longer_denied).toContain('ssn');
  });

  it('sees agents and tools that come, go and are defined otherwise', () => {
    const newer = structuredClone(lock);
    newer.servers['crm']!.tools = [tool('brand-new'), { ...tool('search'), digest: 'sha256:other' }];
    const files = [file(workspaceText.split('actions:')[0]!, 'w.yaml'), file('agent: other')];
    const { agents, tools } = diffPolicies(agent(''), mustLoad(loadWorkspace(files, newer)));
    expect(agents).toEqual({ added: ['other'], removed: ['support'] });
    expect(tools.added).toEqual(['crm/brand-new']);
    expect(tools.removed).toContain('crm/email-send');
    expect(tools.redefined).toEqual(['crm/search']);
  });

  it('in observe mode is what is let through', () => {
    const { decisions } = diff('mode: observe', 'mode: enforce');
    expect(decisions).toHaveLength(10);
    expect(decisions[0]).toMatchObject({ before: { effect: 'allow' }, after: { effect: 'deny' } });
  });
});

describe('a difference in steps', () => {
  it('is the same as at once, and lets others have their turn between any two', async () => {
    const policies = [agent('access: { tools: { allow: [email-send] } }'), agent('')] as const;
    let pauses = 0;
    const inSteps = await diffPoliciesInSteps(...policies, Infinity, () => void (pauses += 1));
    expect(inSteps).toEqual(diffPolicies(...policies));
    expect(pauses).toBe(10);
  });

  it('ends where the calls to be tried are used up, and says how much was compared', async () => {
    const cut = await diffPoliciesInSteps(agent(''), agent(''), 5, () => undefined);
    expect(cut.compared).toBeLessThan(cut.pairs);
  });
});

describe('a difference as Markdown', () => {
  it('can be pasted into a review', () => {
    const text = formatDiff(diffPolicies(refunds('args.amount < 50.0'), refunds('args.amount < 100.0')));
    expect(text).toBe(`Decisions change for 1 of 10 pairs of agent and tool.

**support**

- \`crm/refund-create\`: deny (not_permitted) → **allow (logged)**, for some calls, such as \`{"amount":99.99}\`
  - rule: \`support guardrails.tier_2_logged[0]\` (policy.yaml:2)
  - conditions: \`args.amount < 100.0\`; \`args.amount < 50.0\``);
  });

  it('names the controls that begin and end', () => {
    const before = 'scope: { unattended: allow }\napprovals: { count: 1 }';
    const after =
      'approvals: { count: 2 }\nscope: { hosts: [a.example] }\naccess: { data: { unlisted: deny } }';
    const { controls } = diff(before, after);
    expect(controls).toEqual([
      {
        agent: 'support',
        added: ['approvals.count: 2', 'data.unlisted: deny: only ', 'scope.hosts: allow a.example'],
        removed: ['approvals.count: 1', 'scope.unattended: allow'],
      },
    ]);
    expect(formatDiff(diff(before, before.replace('1', '2')))).toContain(
      '- controls of support that end: `approvals.count: 1`\n- controls of support that begin: `approvals.count: 2`',
    );
  });
});
