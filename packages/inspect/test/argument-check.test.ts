import type { JsonObject, JsonValue, ToolDefinition } from '@remit/contracts';
import { argumentCheck, fingerprint } from '@remit/inspect';
import { describe, expect, it } from 'vitest';

const tool = (inputSchema: JsonObject): ToolDefinition => ({ name: 'tool', inputSchema });
const check = (inputSchema: JsonObject, args: JsonObject) => argumentCheck(tool(inputSchema))(args);
const unusable = (inputSchema: JsonObject, message: RegExp) => {
  expect(() => argumentCheck(tool(inputSchema))).toThrow(
    expect.objectContaining({ code: 'schema_unusable' }) as Error,
  );
  expect(() => argumentCheck(tool(inputSchema))).toThrow(message);
};
const property = (schema: JsonValue): JsonObject => ({ type: 'object', properties: { a: schema } });

describe('arguments are checked against the input schema', () => {
  it.each<[string, JsonObject, JsonObject, string, string]>([
    ['a type', property({ type: 'string' }), { a: 1 }, '/a', 'must be string'],
    ['a missing field', { type: 'object', required: ['a'] }, {}, '', "must have required property 'a'"],
    [
      'an unknown field',
      { type: 'object', additionalProperties: false },
      { b: 1 },
      '',
      'must NOT have additional properties: `b`',
    ],
    [
      'a value outside a list',
      property({ enum: ['x', 'y'] }),
      { a: 'z' },
      '/a',
      'must be equal to one of the allowed values: ["x","y"]',
    ],
    [
      'a pattern',
      property({ type: 'string', pattern: '^[a-z]+$' }),
      { a: 'A' },
      '/a',
      'must match pattern "^[a-z]+$"',
    ],
    [
      'a format',
      property({ type: 'string', format: 'email' }),
      { a: 'no' },
      '/a',
      'must match format "email"',
    ],
    [
      'duplicate items',
      property({ uniqueItems: true }),
      {
        a: [
          { x: 1, y: 2 },
          { y: 2, x: 1 },
        ],
      },
      '/a',
      'must NOT have duplicate items',
    ],
  ])('%s', (_, schema, args, pointer, message) => {
    expect(check(schema, args)).toEqual([{ pointer, message }]);
  });

  it('and pass where they fit', () => {
    const schema: JsonObject = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/list' }, n: { type: 'integer', format: 'int32' } },
      required: ['a'],
      $defs: { list: { type: 'array', items: { type: 'string' }, uniqueItems: true } },
    };
    expect(check(schema, { a: ['1', '{"x":1}'], n: 1 })).toEqual([]);
    expect(check(property({ uniqueItems: true }), { a: ['{"x":1}', { x: 1 }, 1, '1', null] })).toEqual([]);
  });

  it('by draft-07 where `$schema` says so, by 2020-12 where it says nothing', () => {
    const list: JsonObject = { type: 'array', items: [{ type: 'string' }], additionalItems: false };
    const draft7 = { $schema: 'http://json-schema.org/draft-07/schema#', ...property(list) };
    expect(check(draft7, { a: ['x', 'y'] })).toHaveLength(1);
    const current = property({ type: 'array', prefixItems: [{ type: 'string' }], items: false });
    expect(check(current, { a: ['x', 'y'] })).toHaveLength(1);
    expect(check(current, { a: ['x'] })).toEqual([]);
  });

  it('with decimal fractions as multiples of each other', () => {
    const money = property({ type: 'number', multipleOf: 0.01 });
    for (const amount of [19.99, 0.07, 1234567.89, -0.01, 90071992547.41])
      expect(check(money, { a: amount })).toEqual([]);
    expect(check(money, { a: 0.005 })).toEqual([{ pointer: '/a', message: 'must be multiple of 0.01' }]);
    expect(check(money, { a: 1234567.895 })).toHaveLength(1);
  });

  it('with `__proto__` and `constructor` as names like any other', () => {
    const args = JSON.parse('{"__proto__": {"a": 1}}') as JsonObject;
    expect(check({ type: 'object', additionalProperties: false }, args)).toHaveLength(1);
    expect(check({ type: 'object', required: ['constructor'] }, {})).toHaveLength(1);
  });

  it('with a lookahead at the start of a pattern as a condition of its own', () => {
    const password = property({ type: 'string', pattern: '^(?=.*[A-Z])(?=.*\\d)(?!.*(?:\\s|[)]))\\S{4,}$' });
    expect(check(password, { a: 'Abc1' })).toEqual([]);
    for (const wrong of ['abc1', 'Abcd', 'Ab1', 'Ab1)c'])
      expect(check(password, { a: wrong })).toHaveLength(1);
  });
});

describe('a schema is refused with its reason', () => {
  it.each<[string, JsonObject, RegExp]>([
    [
      'a reference out of it',
      property({ $ref: 'https://example.com/schema.json' }),
      /refers to `https:\/\/example.com/,
    ],
    ['a reference to nothing', property({ $ref: '#/$defs/nothing' }), /can't resolve reference/],
    ['an unknown dialect', { $schema: 'http://json-schema.org/draft-04/schema#' }, /dialect `http/],
    ['a pattern with a back reference', property({ pattern: '(a)\\1' }), /cannot be matched in linear time/],
    ['a pattern that is too large', property({ pattern: '[a-z]{900}'.repeat(9) }), /too large/],
    ['a pattern that is too long', property({ pattern: 'a'.repeat(2000) }), /longer than 1024/],
    ['no JSON type', property({ type: 'strin' }), /type must be JSONType/],
    ['a keyword with a wrong value', property({ minimum: '1); process.exit(' }), /minimum value must be/],
  ])('%s', (_, schema, message) => {
    unusable(schema, message);
  });

  it('too deep', () => {
    let schema: JsonObject = { type: 'string' };
    for (let level = 0; level < 100; level++) schema = { type: 'array', items: schema };
    unusable(schema, /nested more than 64 deep/);
  });

  it('too many parts', () => {
    unusable({ type: 'object', enum: Array.from({ length: 30_000 }, () => []) }, /more than 20000 parts/);
  });
});

describe('no schema and no arguments take more than bounded work', () => {
  it('a reference to itself', () => {
    const tree: JsonObject = {
      type: 'object',
      properties: { child: { $ref: '#' } },
      additionalProperties: false,
    };
    expect(check(tree, { child: { child: {} } })).toEqual([]);
    expect(check(tree, { child: { child: { x: 1 } } })).toHaveLength(1);
    expect(check({ $ref: '#' }, {})).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/without end/) as string }),
    ]);
  });

  it('references that double at each step', () => {
    const $defs: JsonObject = { step40: true };
    for (let step = 0; step < 40; step++) {
      $defs[`step${step}`] = {
        allOf: [{ $ref: `#/$defs/step${step + 1}` }, { $ref: `#/$defs/step${step + 1}` }],
      };
    }
    expect(check({ $ref: '#/$defs/step0', $defs }, {})[0]?.message).toMatch(/more than \d+ steps/);
  });

  it('alternatives that double at each level of the arguments', () => {
    const $defs: JsonObject = {
      node: {
        anyOf: [
          { type: 'array', items: { $ref: '#/$defs/node' } },
          { type: 'array', prefixItems: [{ $ref: '#/$defs/node' }] },
        ],
      },
    };
    let nested: JsonValue = 1;
    for (let level = 0; level < 100; level++) nested = [nested];
    expect(
      check({ type: 'object', properties: { a: { $ref: '#/$defs/node' } }, $defs }, { a: nested })[0]
        ?.message,
    ).toMatch(/more than \d+ steps/);
  });

  it('a pattern that backtracks elsewhere, on a long string', () => {
    const evil = property({ type: 'string', pattern: '^(a+)+$' });
    expect(check(evil, { a: `${'a'.repeat(100_000)}!` })).toHaveLength(1);
  });

  it('many items that have to be unique', () => {
    const items = Array.from({ length: 100_000 }, (_, id) => ({ id }));
    expect(check(property({ type: 'array', uniqueItems: true }), { a: items })).toEqual([]);
  });

  it('a format on a string of any length', () => {
    const text = `http://${':'.repeat(1_000_000)}`;
    expect(check(property({ type: 'string', format: 'url' }), { a: text })).toHaveLength(1);
  });

  it('`$async` does not turn the check into a promise that is always true', () => {
    expect(check({ $async: true, type: 'object', required: ['a'] }, {})).toHaveLength(1);
  });

  it('a large ordinary list is checked to its end', () => {
    const schema = property({
      type: 'array',
      items: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
    });
    const items = Array.from({ length: 200_000 }, (_, id) => ({ id }));
    expect(check(schema, { a: items })).toEqual([]);
    expect(check(schema, { a: [...items, { id: 'x' }] })).toEqual([
      { pointer: '/a/200000/id', message: 'must be integer' },
    ]);
  });
});

describe('fingerprints', () => {
  it('do not depend on the order of keys', () => {
    const schema = { type: 'object', properties: { a: {}, b: {} } };
    const reordered = { inputSchema: { properties: { b: {}, a: {} }, type: 'object' }, name: 't' };
    expect(fingerprint({ name: 't', inputSchema: schema })).toBe(fingerprint(reordered));
  });

  it('depend on everything in the definition, unknown keys included', () => {
    const definition: ToolDefinition = { name: 't', inputSchema: { type: 'object' } };
    const variants = [
      definition,
      { ...definition, description: 'x' },
      { ...definition, extra: 1 },
      { ...definition, annotations: { readOnlyHint: true } },
    ];
    expect(new Set(variants.map(fingerprint)).size).toBe(variants.length);
  });

  it('are `sha256:` and 64 hex digits, and always the same', () => {
    expect(fingerprint({ name: 'a', inputSchema: {} })).toBe(
      'sha256:bb2f1d131767ea25a891174b97d7c1c425f016c5d1ed61dbc7c29da6e7a9eb62',
    );
  });

  it('refuse text that RFC 8785 has no form for', () => {
    expect(() => fingerprint({ name: 'a', description: '\ud800', inputSchema: {} })).toThrow(
      expect.objectContaining({ code: 'definition_unusable' }) as Error,
    );
  });
});

it('two patterns of one schema are two patterns', () => {
  const check = argumentCheck({
    name: 'order',
    inputSchema: {
      type: 'object',
      properties: {
        order: { type: 'string', pattern: '^O-[0-9]+$' },
        customer: { type: 'string', pattern: '^C-[0-9]+$' },
      },
      patternProperties: { '^x-': { type: 'string', pattern: 'ok' } },
    },
  });
  expect(check({ order: 'O-1', customer: 'C-1', 'x-note': 'all ok' })).toEqual([]);
  expect(check({ order: 'C-1' })).toHaveLength(1);
  expect(check({ customer: 'O-1' })).toHaveLength(1);
  expect(check({ 'x-note': 'x-' })).toHaveLength(1);
});
