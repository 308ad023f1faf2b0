import type { Action, JsonObject } from '@remit/contracts';
import { decide, mayUse, visibleServers } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, policyOf } from './support-desk.ts';

const policy = policyOf(`agent: support
access:
  resources:
    allow: ["file:///public/*", "crm://customers/*", "web/note:*", "file:///one.txt"]
    deny: ["file:///public/secret/*"]
  prompts: { allow: [crm/summary, greet-*], deny: [greet-boss] }
  sampling: { allow: [crm] }
  elicitation: { allow: ["*"], deny: [web] }
`);

function effect(kind: Action['kind'], server: string, target: string, args: JsonObject = {}): string {
  return decide(policy, call(target, args, { kind, server }), active).effect;
}

describe('access to resources', () => {
  it.each([
    ['crm', 'file:///public/a.txt', 'allow'],
    ['web', 'file:///public/deep/b.txt', 'allow'],
    ['crm', 'file:///one.txt', 'allow'],
    ['crm', 'file:///two.txt', 'deny'],
    ['crm', 'file:///public/secret/c.txt', 'deny'],
    ['web', 'note:7', 'allow'],
    ['crm', 'note:7', 'deny'],
    ['crm', 'crm://customers/7', 'allow'],
  ])('on %s to %s: %s', (server, uri, expected) => {
    expect(effect('resource_read', server, uri)).toBe(expected);
  });

  it.each([
    'file:///public/../etc/passwd',
    'file:///public/./secret/c.txt',
    'file:///public/%2e%2e/etc/passwd',
    'file:///public/x%2F..%2Fsecret/c.txt',
    'file:///public/%73ecret/c.txt',
    'FILE:///public/a.txt',
    'file:///public/..\\etc',
    'file:///public/a\u0000.txt',
    'file:///public/..',
    'file:///public/%zz',
  ])('refuses %s, which has another spelling', (uri) => {
    const decision = decide(policy, call(uri, {}, { kind: 'resource_read' }), active);
    expect(decision).toMatchObject({ effect: 'deny', code: 'not_permitted' });
    expect(mayUse(policy, 'support', { kind: 'resource_read', server: 'crm', target: uri })).toBe(false);
  });

  it('is automatic, since it reads', () => {
    expect(decide(policy, call('file:///one.txt', {}, { kind: 'resource_read' }), active).tier).toBe(
      'automatic',
    );
  });
});

describe('access to prompts, sampling and elicitation', () => {
  it.each([
    ['prompt_get', 'crm', 'summary', 'allow'],
    ['prompt_get', 'web', 'summary', 'deny'],
    ['prompt_get', 'web', 'greet-customer', 'allow'],
    ['prompt_get', 'web', 'greet-boss', 'deny'],
    ['sampling', 'crm', 'crm', 'allow'],
    ['sampling', 'web', 'web', 'deny'],
    ['elicitation', 'crm', 'crm', 'allow'],
    ['elicitation', 'web', 'web', 'deny'],
  ] as const)('%s on %s of %s: %s', (kind, server, target, expected) => {
    expect(effect(kind, server, target)).toBe(expected);
  });
});

describe('completion', () => {
  it.each([
    ['a permitted prompt', 'summary', { ref: { type: 'ref/prompt', name: 'summary' } }, 'allow'],
    ['a forbidden prompt', 'greet-boss', { ref: { type: 'ref/prompt', name: 'greet-boss' } }, 'deny'],
    [
      'a permitted template',
      'crm://customers/{id}',
      { ref: { type: 'ref/resource', uri: 'crm://customers/{id}' } },
      'allow',
    ],
    [
      'a forbidden template',
      'crm://orders/{id}',
      { ref: { type: 'ref/resource', uri: 'crm://orders/{id}' } },
      'deny',
    ],
    ['a prompt without a reference', 'summary', {}, 'allow'],
    ['a template without a reference', 'crm://customers/{id}', {}, 'allow'],
    [
      'another thing than its reference says',
      'summary',
      { ref: { type: 'ref/prompt', name: 'other' } },
      'deny',
    ],
    ['something of an unknown kind', 'summary', { ref: { type: 'ref/tool', name: 'summary' } }, 'deny'],
  ])('of %s follows it', (_, target, args, expected) => {
    expect(effect('completion', 'crm', target, args)).toBe(expected);
  });
});

describe('mayUse', () => {
  const conditional = policyOf(`agent: support
access: { tools: { allow: ["crm/*"], deny: [email-send, refund_over_100] } }
guardrails: { tier_4_blocked: [account-delete] }
---
agent: observer
mode: observe
`);
  const uses = (target: string, agent = 'support') =>
    mayUse(conditional, agent, { kind: 'tool_invoke', server: 'crm', target });

  it('is true where some arguments could be allowed or held', () => {
    expect(uses('customer-lookup')).toBe(true);
    expect(uses('refund-create')).toBe(true);
  });

  it('is false for what every call of would be refused', () => {
    expect(uses('email-send')).toBe(false);
    expect(uses('account-delete')).toBe(false);
    expect(uses('brand-new')).toBe(false);
    expect(uses('customer-lookup', 'nobody')).toBe(false);
  });

  it('is true for all that observe mode lets through', () => {
    expect(uses('email-send', 'observer')).toBe(true);
  });

  it.each([
    ['crm://customers/{id}', true],
    ['crm://{kind}/{id}', true],
    ['file:///public/{path}', true],
    ['file:///public/secret/{path}', false],
    ['file:///private/{path}', false],
  ])('of the template %s is %s', (target, expected) => {
    expect(mayUse(policy, 'support', { kind: 'resource_read', server: 'crm', target })).toBe(expected);
  });
});

describe('visibleServers', () => {
  it('are those on which the agent may use anything', () => {
    const some = policyOf(
      'agent: a\naccess: { tools: { allow: [customer-lookup] } }\n---\nagent: b\n---\nagent: c\nmode: observe',
    );
    expect(visibleServers(some, 'a')).toEqual(['crm']);
    expect(visibleServers(some, 'b')).toEqual([]);
    expect(visibleServers(some, 'c')).toEqual(['crm', 'web']);
    expect(visibleServers(some, 'nobody')).toEqual([]);
    expect(visibleServers(policy, 'support')).toEqual(['crm', 'web']);
  });
});
