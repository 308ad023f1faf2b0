/** Flow rules: what was read, and where values come from, decides what may be done. */
import type { FlowSnapshot, JsonObject, Labels } from '@remit/contracts';
import { decide, loadWorkspace, lockedTool } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, file, lock, mustLoad, workspaceText } from './support-desk.ts';

const notes = `tools:
  crm/refund-create: { effect: write, reversible: false }
  crm/ticket-create: { effect: write, reversible: true }
  crm/email-send: { effect: external }
  crm/search: { effect: read }
`;
const everything =
  'access: { tools: { allow: [refund-create, ticket-create, email-send, crm/search, web/fetch] } }\nguardrails: { tier_2_logged: [refund-create, ticket-create, email-send, web/fetch] }\nrisk: high\n';
const baseline = 'risk: high\ntiers: { external: logged, destructive: logged }\n';

function policyOf(flows: string, head = 'owner: olga@example.com\n') {
  const agent = `agent: support\n${head}${everything}${flows === '' ? '' : `flows:\n${flows}`}`;
  return mustLoad(
    loadWorkspace(
      [file(workspaceText + notes, 'w.yaml'), file(agent, 'a.yaml'), file(baseline, 'b.yaml')],
      lock,
    ),
  );
}

const labels = (over: Partial<Labels> = {}): Labels => ({
  trust: 'internal',
  sensitivity: 'internal',
  classes: [],
  ...over,
});
const read = (over: Partial<Labels>): FlowSnapshot => ({ read: labels(over), sources: [], origins: [] });
const untrusted = read({ trust: 'untrusted' });
const restricted = read({ sensitivity: 'restricted' });

function decided(
  policy: ReturnType<typeof policyOf>,
  tool: string,
  flow?: FlowSnapshot,
  args: JsonObject = {},
) {
  const action = call(tool, args, tool === 'fetch' ? { server: 'web' } : {});
  return decide(policy, action, flow === undefined ? active : { ...active, flow });
}

const untrustedToOutside = '  - { from: untrusted, to: [external, irreversible], then: approve }\n';

describe('a flow rule', () => {
  it('says nothing before anything was read', () => {
    const policy = policyOf(untrustedToOutside);
    expect(decided(policy, 'email-send').effect).toBe('allow');
    expect(decided(policy, 'email-send', { sources: [], origins: [] }).effect).toBe('allow');
  });

  it('holds what reaches outside or cannot be undone after untrusted text was read, and nothing else', () => {
    const policy = policyOf(untrustedToOutside);
    const effects = ['email-send', 'refund-create', 'ticket-create', 'search'].map(
      (tool) => decided(policy, tool, untrusted).effect,
    );
    expect(effects).toEqual(['approve', 'approve', 'allow', 'allow']);
    expect(decided(policy, 'email-send', restricted).effect).toBe('allow');
  });

  it('names itself, what was read with which tool, and what the call does', () => {
    const sources = [{ event: 'act_1', server: 'web', target: 'fetch' }];
    const decision = decided(policyOf(untrustedToOutside), 'refund-create', { ...untrusted, sources });
    expect(decision).toMatchObject({
      code: 'approval_pending',
      tier: 'approval',
      rule: { name: 'support flows[0]', file: 'a.yaml', line: 7 },
    });
    expect(decision.reasons[0]).toBe(
      'The conversation has read what is `untrusted` (with `web/fetch`), and `crm/refund-create` cannot be undone: `support flows[0]` (a.yaml:7) has a person approve that.',
    );
  });

  it('that denies blocks the flow, also where another approves or allows it', () => {
    const policy = policyOf(
      `${untrustedToOutside}  - { from: untrusted, to: email-send, then: deny }\n  - { from: untrusted, to: email-send, then: allow }\n`,
    );
    expect(decided(policy, 'email-send', untrusted)).toMatchObject({
      effect: 'deny',
      code: 'flow_blocked',
      rule: { name: 'support flows[1]' },
    });
  });

  it('that allows a named tool lifts an approval of its kind, for the same label only', () => {
    const policy = policyOf(
      `${untrustedToOutside}  - { from: restricted, to: external, then: approve }\n  - { from: untrusted, to: email-send, then: allow }\n`,
    );
    expect(decided(policy, 'email-send', untrusted).effect).toBe('allow');
    expect(decided(policy, 'refund-create', untrusted).effect).toBe('approve');
    const both = read({ trust: 'untrusted', sensitivity: 'restricted' });
    expect(decided(policy, 'email-send', both).effect).toBe('approve');
  });

  it('that allows a kind lifts nothing', () => {
    const policy = policyOf(`${untrustedToOutside}  - { from: untrusted, to: external, then: allow }\n`);
    expect(decided(policy, 'email-send', untrusted).effect).toBe('approve');
  });

  it('never allows what nothing else allows', () => {
    const policy = policyOf('  - { from: untrusted, to: account-delete, then: allow }\n');
    expect(decided(policy, 'account-delete', untrusted)).toMatchObject({
      effect: 'deny',
      code: 'not_permitted',
    });
  });

  it('holds a call that only reads outside for what would leave, not for who speaks', () => {
    const policy = policyOf(`${untrustedToOutside}  - { from: sensitive, to: external, then: approve }\n`);
    expect(decided(policy, 'fetch', untrusted).effect).toBe('allow');
    expect(decided(policy, 'fetch', read({ sensitivity: 'confidential' })).effect).toBe('approve');
    const named = policyOf('  - { from: untrusted, to: web/fetch, then: approve }\n');
    expect(decided(named, 'fetch', untrusted).effect).toBe('approve');
  });

  it('means what is at least that sensitive or that little trusted', () => {
    const policy = policyOf('  - { from: confidential, to: external, then: deny }\n');
    const effects = (['public', 'internal', 'confidential', 'restricted'] as const).map(
      (sensitivity) => decided(policy, 'email-send', read({ sensitivity })).effect,
    );
    expect(effects).toEqual(['allow', 'allow', 'deny', 'deny']);
  });

  it('may name a class of data, in any spelling, and an unknown one counts as any', () => {
    const policy = policyOf('  - { from: [Credit-Card], to: external, then: deny }\n');
    expect(decided(policy, 'email-send', read({ classes: ['credit_card'] })).effect).toBe('deny');
    expect(decided(policy, 'email-send', read({ classes: ['*'] })).effect).toBe('deny');
    expect(decided(policy, 'email-send', read({ classes: ['email'] })).effect).toBe('allow');
  });

  it('may name an action, whose condition has to hold', () => {
    const policy = policyOf('  - { from: untrusted, to: refund_over_100, then: deny }\n');
    expect(decided(policy, 'refund-create', untrusted, { amount: 150 }).effect).toBe('deny');
    expect(decided(policy, 'refund-create', untrusted, { amount: 50 }).effect).toBe('allow');
  });
});

describe('a flow rule to an argument', () => {
  const policy = policyOf('  - { from: untrusted, to: args.to.address, then: approve }\n');
  const origin = (pointer: string, trust: Labels['trust'] = 'untrusted'): FlowSnapshot => ({
    ...read({ trust: 'untrusted' }),
    origins: [{ pointer, event: 'act_7', match: 'exact', labels: labels({ trust }) }],
  });

  it.each([
    ['the argument itself', '/to/address', 'approve'],
    ['what is inside of it', '/to/address/0', 'approve'],
    ['an item of a list on the way', '/to/3/address', 'approve'],
    ['another argument', '/subject', 'allow'],
    ['an argument that begins alike', '/to/addressee', 'allow'],
  ])('looks at where the value comes from: %s', (_, pointer, effect) => {
    expect(decided(policy, 'email-send', origin(pointer)).effect).toBe(effect);
  });

  it('lets a value through that comes from elsewhere, whatever else was read', () => {
    expect(decided(policy, 'email-send', origin('/to/address', 'internal')).effect).toBe('allow');
    expect(decided(policy, 'email-send', untrusted).effect).toBe('allow');
  });

  it('takes every value for one of those that are not remembered any more', () => {
    const flow = { ...untrusted, forgotten: labels({ trust: 'untrusted' }) };
    expect(decided(policy, 'email-send', flow).effect).toBe('approve');
  });

  it('says where the value was read', () => {
    expect(decided(policy, 'email-send', origin('/to/address')).reasons[0]).toContain(
      'The argument `/to/address` of `crm/email-send` holds a value that is `untrusted`, read by act_7',
    );
  });
});

describe('what is shipped', () => {
  const policy = policyOf('');

  it('holds untrusted text from what is outside or cannot be undone', () => {
    expect(decided(policy, 'refund-create', untrusted)).toMatchObject({
      effect: 'approve',
      rule: { name: 'risk high flows[0]', file: 'remit:baselines.yaml' },
    });
    expect(decided(policy, 'ticket-create', untrusted).effect).toBe('allow');
  });

  it('leaves sensitive data that would go outside to the person whose task it is, and to nobody else', () => {
    const decision = decide(
      policy,
      { ...call('email-send'), user: 'ada@example.com' },
      { ...active, flow: restricted },
    );
    expect(decision).toMatchObject({ effect: 'approve', rule: { name: 'risk high flows[1]' } });
    expect(decision.approval).toMatchObject({ people: ['ada@example.com'], count: 0, who: [] });
  });

  it('asks the owner of the agent where it acts on nobody’s behalf, and refuses where it has none', () => {
    expect(decided(policy, 'email-send', restricted).approval?.people).toEqual(['olga@example.com']);
    expect(decided(policyOf('', ''), 'email-send', restricted)).toMatchObject({
      effect: 'deny',
      code: 'flow_blocked',
    });
  });

  it('asks that person and those who approve anyway, where both rules hold the call', () => {
    const both = read({ trust: 'untrusted', sensitivity: 'restricted' });
    expect(decided(policy, 'email-send', both).approval).toMatchObject({
      people: ['olga@example.com'],
      count: 1,
    });
  });
});

describe('the labels of a tool', () => {
  const labelsOf = (server: string, tool: string) => lockedTool(policyOf(''), server, tool)!.labels;

  it('come from what the workspace says of tool and server, and are marked where they are guessed', () => {
    expect(labelsOf('crm', 'refund-create')).toMatchObject({ consequence: 'irreversible' });
    expect(labelsOf('crm', 'refund-create').guessed).not.toContain('consequence');
    expect(labelsOf('crm', 'email-send')).toMatchObject({ sink: 'external', consequence: 'irreversible' });
    expect(labelsOf('crm', 'search')).toMatchObject({ consequence: 'none' });
    expect(labelsOf('crm', 'search').guessed).toContain('sensitivity');
  });
});
