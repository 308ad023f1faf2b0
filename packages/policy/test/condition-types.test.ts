/** Types of conditions, from every form that a tool's schema may have. */
import type { JsonObject, ToolsLock } from '@remit/contracts';
import { decide, loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, file, mustLoad, tool } from './support-desk.ts';

function loadWhen(when: string, inputSchema: JsonObject) {
  const definition = { name: 'pay', inputSchema: { type: 'object', ...inputSchema } };
  const lock: ToolsLock = {
    version: 1,
    servers: { crm: { tools: [{ ...tool('pay'), definition }] } },
  };
  const workspace = `workspace: w\nservers: { crm: { command: [crm] } }\ntools: { pay: { effect: read } }\nactions: { tried: { tool: pay, when: ${JSON.stringify(when)} } }`;
  const agent = 'agent: support\nrisk: low\nguardrails: { tier_1_automatic: [tried] }';
  return loadWorkspace([file(workspace, 'w.yaml'), file(agent, 'a.yaml')], lock);
}

function codes(when: string, schema: JsonObject): string[] {
  return loadWhen(when, schema)
    .diagnostics.filter(({ code }) => /^(unknown_|condition_|invalid_)/.test(code))
    .map(({ severity, code }) => `${severity} ${code}`);
}

const status = { properties: { status: { enum: ['open', 'closed'] } } };
const card = { type: 'object', properties: { kind: { const: 'card' }, number: { type: 'string' } } };
const bank = {
  type: 'object',
  properties: { kind: { const: 'bank' }, iban: { type: 'string' }, fee: { type: 'number' } },
};
const method = { properties: { method: { oneOf: [card, bank] } } };
const either = {
  properties: { id: { type: 'string' }, amount: { type: 'number' } },
  anyOf: [{ required: ['id'] }, { required: ['amount'] }],
};
const conditional = {
  properties: { kind: { enum: ['a', 'b'] } },
  if: { properties: { kind: { const: 'a' } } },
  then: { properties: { size: { type: 'integer' } } },
  else: { properties: { weight: { type: 'number' } } },
};
const extended = {
  allOf: [{ $ref: '#/$defs/base' }, { properties: { note: { type: 'string' } } }],
  $defs: { base: { type: 'object', properties: { total: { type: 'number' } } } },
};

describe('the schema of a tool says', () => {
  it.each([
    ['a value that an enum does not list', 'args.status == "opne"', status, ['error unknown_value']],
    ['one of several such values', 'args.status in ["open", "done"]', status, ['error unknown_value']],
    ['a value that it lists', '"closed" != args.status', status, []],
    ['an enum compared with a number', 'args.status == 3', status, ['error condition_type']],
    ['a field of one alternative', 'args.method.iban == "x"', method, []],
    ['a field of no alternative', 'args.method.ibna == "x"', method, ['error unknown_argument']],
    ['a value that no alternative lists', 'args.method.kind == "cash"', method, ['error unknown_value']],
    ['a field in the wrong type', 'args.method.fee == "x"', method, ['error condition_type']],
    ['a field beside mere requirements', 'args.amuont > 1', either, ['error unknown_argument']],
    ['its type there', 'args.amount > 1 && args.id != ""', either, []],
    ['a field of a branch', 'args.size > 1 || args.weight > 1.5', conditional, []],
    ['a field of no branch', 'args.seize > 1', conditional, ['error unknown_argument']],
    ['a field of a referenced part', 'args.total > 1 && args.note != ""', extended, []],
    ['a field of no part', 'args.totla > 1', extended, ['error unknown_argument']],
    ['nothing of the type', 'args.any == 1', { properties: { any: {} } }, ['note condition_untyped']],
    [
      'two types that differ',
      'args.id == "7"',
      { properties: { id: { anyOf: [{ type: 'string' }, { type: 'integer' }] } } },
      ['note condition_untyped'],
    ],
    ['nothing at all', 'args.x == 1', { additionalProperties: true }, ['note condition_untyped']],
  ])('%s: %s', (_, when, schema: JsonObject, expected) => {
    expect(codes(when, schema)).toEqual(expected);
  });

  it('what an alternative may hold without making the others wrong', () => {
    const policy = mustLoad(loadWhen('args.?method.?iban.orValue("") == "DE1"', method));
    const decided = (chosen: JsonObject) => decide(policy, call('pay', { method: chosen }), active).code;
    expect(decided({ kind: 'bank', iban: 'DE1' })).toBeUndefined();
    expect(decided({ kind: 'card', number: '4' })).toBe('not_permitted');
    expect(decided({ kind: 'bank', iban: 7 })).toBe('denied_by_policy');
  });
});

describe('a text in the source', () => {
  const schema = { properties: { at: { type: 'string', format: 'date-time' }, zone: { type: 'string' } } };
  it.each([
    ['duration("1 hour") > duration("1h")', 'error invalid_literal'],
    ['timestamp(args.at) > timestamp("2026-02-30T00:00:00Z")', 'error invalid_literal'],
    ['timestamp(args.at) > timestamp("2026-01-01T00:00:00")', 'error invalid_literal'],
    ['now.getHours("Europe/Berlim") < 8', 'error invalid_literal'],
    ['decimal("1.000,00") > decimal("1")', 'error invalid_literal'],
    ['now.getHours(args.zone) < 8', 'error condition_not_allowed'],
    ['now.tz_Hours("UTC") < 8', 'error condition_not_allowed'],
    ['cel.bind(x, args.zone + args.zone, x == "")', 'error condition_not_allowed'],
    ['args.zone.matches("(a{500}){5}")', 'error invalid_pattern'],
    ['decimal("1").units == 1', 'error condition_invalid'],
  ])('that cannot be meant does not load: %s', (when, code) => {
    expect(codes(when, schema)[0]).toBe(code);
  });
});
