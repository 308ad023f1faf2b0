/**
 * The mistakes by which other policy engines fail open, one by one: each ends in a policy that does not
 * load, or in a denial.
 */
import type { JsonObject } from '@remit/contracts';
import { decide, loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, file, load, lock, policyOf, workspaceText } from './support-desk.ts';

/** Codes of the errors that keep these documents from loading. */
function refused(...texts: string[]): string[] {
  const { policy, diagnostics } = load(...texts);
  expect(policy).toBeUndefined();
  return [...new Set(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code))];
}

/** The workspace with one more action, `tried`, and agents that may do it. */
function withAction(action: string, agent: string) {
  const workspace = workspaceText.replace('actions:', `actions:\n  tried: ${action}`);
  return loadWorkspace([file(workspace, 'w.yaml'), file(agent, 'a.yaml')], lock);
}

function codesOf({ policy, diagnostics }: ReturnType<typeof loadWorkspace>): string[] {
  expect(policy).toBeUndefined();
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

const blocking =
  'agent: support\naccess: { tools: { allow: [refund-create] } }\nguardrails: { tier_4_blocked: [tried] }';

/** What is decided where `when` blocks a refund that is allowed otherwise. */
function blockedWhen(when: string, args: JsonObject): string | undefined {
  const { policy, diagnostics } = withAction(
    `{ tool: refund-create, when: ${JSON.stringify(when)} }`,
    blocking,
  );
  if (policy === undefined) throw new Error(JSON.stringify(diagnostics));
  return decide(policy, call('refund-create', args), active).code;
}

describe('fails closed:', () => {
  it('a misspelled key', () => {
    expect(refused('agent: support\nacces: { tools: { deny: [refund-create] } }')).toEqual(['unknown_key']);
    expect(refused('agent: support\naccess: { tools: { dney: [refund-create] } }')).toEqual(['unknown_key']);
    expect(refused('agent: support\nguardrails: { tier_4_block: [refund-create] }')).toEqual(['unknown_key']);
  });

  it('a misspelled effect', () => {
    const workspace = workspaceText.replace(
      'actions:',
      'tools: { email-send: { effect: extrenal } }\nactions:',
    );
    const result = loadWorkspace([file(workspace, 'w.yaml')], lock);
    expect(codesOf(result)).toEqual(['invalid_value']);
    expect(refused('agent: support\nmode: enforced')).toEqual(['invalid_value']);
  });

  it('an unknown action', () => {
    expect(refused('agent: support\nguardrails: { tier_3_approval: [refund_over_1000] }')).toEqual([
      'unknown_name',
    ]);
  });

  it('a missing parenthesis', () => {
    const action = '{ tool: refund-create, when: "args.amount > 100 && (args.urgent || args.count > 1" }';
    expect(codesOf(withAction(action, blocking))).toEqual(['condition_invalid']);
  });

  it('a negative number', () => {
    expect(blockedWhen('args.amount > 100', { amount: -500 })).toBeUndefined();
    expect(blockedWhen('args.amount < 0', { amount: -500 })).toBe('denied_by_policy');
    expect(blockedWhen('args.amount > -100', { amount: -50 })).toBe('denied_by_policy');
    expect(refused('agent: support\nlimits: { calls: { max: -5, per: day } }')).toEqual(['invalid_value']);
    const limited = policyOf(
      'agent: support\naccess: { tools: { allow: [refund-create] } }\nlimits: { sums: { sum: args.amount, max: 10, per: day } }',
    );
    expect(decide(limited, call('refund-create', { amount: -500 }), active).code).toBe('denied_by_policy');
  });

  it('`not`', () => {
    const action = '{ tool: refund-create, when: "not args.urgent" }';
    expect(codesOf(withAction(action, blocking))).toEqual(['condition_invalid']);
    expect(blockedWhen('!args.urgent', { urgent: false })).toBe('denied_by_policy');
    expect(blockedWhen('!args.urgent', {})).toBe('denied_by_policy');
    expect(blockedWhen('!args.urgent', { urgent: 'false' })).toBe('denied_by_policy');
  });

  it('a wrong type', () => {
    expect(codesOf(withAction('{ tool: refund-create, when: args.amount }', blocking))).toEqual([
      'condition_type',
    ]);
    expect(codesOf(withAction('{ tool: refund-create, when: 7 }', blocking))).toEqual(['invalid_value']);
    expect(blockedWhen('args.amount > 100', { amount: [500] })).toBe('denied_by_policy');
    expect(blockedWhen('args.urgent', { urgent: 1 })).toBe('denied_by_policy');
  });

  it('a comparison of text with number', () => {
    const action = '{ tool: refund-create, when: "args.reason > 100" }';
    expect(codesOf(withAction(action, blocking))).toEqual(['condition_type']);
    expect(blockedWhen('args.amount > 100', { amount: '500' })).toBe('denied_by_policy');
    expect(blockedWhen('args.extra > 100', { extra: '500' })).toBe('denied_by_policy');
  });

  it('a missing field', () => {
    const action = '{ tool: refund-create, when: args.amuont > 100 }';
    expect(codesOf(withAction(action, blocking))).toEqual(['unknown_argument']);
    expect(blockedWhen('args.amount > 100', {})).toBe('denied_by_policy');
    expect(blockedWhen('args.amount > 100', { amount: null })).toBe('denied_by_policy');
  });

  it('an empty allow list', () => {
    for (const allow of ['[]', '']) {
      const { policy } = load(`agent: support\naccess: { tools: { allow: ${allow} } }`);
      if (policy !== undefined)
        expect(decide(policy, call('refund-create', { amount: 1 }), active).code).toBe('not_permitted');
    }
    expect(refused('agent: support\naccess: { tools: { allow: } }')).toEqual(['invalid_value']);
    const nothing = policyOf('agent: support\naccess: { tools: { allow: [] } }');
    expect(decide(nothing, call('customer-lookup'), active).code).toBe('not_permitted');
  });

  it('a YAML duplicate key', () => {
    const twice = 'access: { tools: { deny: [refund-create] } }\naccess: { tools: { allow: ["*"] } }';
    expect(refused(`agent: support\n${twice}`)).toContain('duplicate_key');
  });

  it('a YAML merge key', () => {
    const merged = 'agent: support\naccess: { tools: { <<: { deny: [refund-create] }, allow: ["*"] } }';
    expect(refused(merged)).toEqual(['unknown_key']);
    const withDenied = (key: string) =>
      `agent: support\naccess: { prompts: &denied { deny: [crm/refund] }, tools: { ${key}, allow: ["*"] } }`;
    for (const key of ['<<: *denied', '<<: [*denied]', '"<<": *denied'])
      expect([key, refused(withDenied(key))]).toEqual([key, ['unknown_key']]);
    expect(refused(withDenied('!!merge <<: *denied'))).toEqual(['invalid_key']);
  });

  it('anchors that expand a million times', () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(of).join(', ')}]`;
    const bomb = [level('a', 'x'), ...'bcdefg'.split('').map((name, at) => level(name, `*${'abcdef'[at]!}`))];
    expect(refused(`agent: support\n${bomb.join('\n')}`)).toEqual(['too_many_values']);
    expect(refused('agent: &a support\naccess: &b { tools: *b }')).toEqual(['too_deep']);
  });

  it('two policies with different defaults', () => {
    const role = (text: string) =>
      `agent: support\nroles: [one, two]\n---\nrole: one\n${text}\n---\nrole: two\n`;
    const open = role('access: { tools: { allow: ["crm/*"] } }');
    const policy = policyOf(`${open}access: { tools: { deny: ["crm/refund-*"] } }`);
    expect(decide(policy, call('refund-create', { amount: 1 }), active).code).toBe('denied_by_policy');
    expect(refused('agent: support\n---\nagent: support\naccess: { tools: { allow: ["*"] } }')).toEqual([
      'duplicate_document',
    ]);
    expect(refused('workspace: other\nmode: observe')).toContain('duplicate_document');
    for (const key of ['default: allow', 'default_action: allow', 'defaults: { effect: allow }'])
      expect(refused(`agent: support\n${key}`)).toEqual(['unknown_key']);
  });

  it('an allow with higher priority', () => {
    expect(refused('agent: support\naccess: { tools: { allow: [search], priority: 100 } }')).toContain(
      'unknown_key',
    );
    expect(refused('agent: support\npriority: 100')).toEqual(['unknown_key']);
    for (const order of [
      ['allow', 'deny'],
      ['deny', 'allow'],
    ] as const) {
      const lists = order.map((word) => `${word}: [refund-create]`).join(', ');
      const policy = policyOf(`agent: support\naccess: { tools: { ${lists} } }`);
      expect(decide(policy, call('refund-create', { amount: 1 }), active).code).toBe('denied_by_policy');
    }
  });
});
