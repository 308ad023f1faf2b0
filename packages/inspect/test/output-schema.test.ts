import { AjvJsonSchemaValidator as ValidatorOfClientV2 } from '@modelcontextprotocol/client/validators/ajv';
import { AjvJsonSchemaValidator as ValidatorOfClientV1 } from '@modelcontextprotocol/sdk/validation/ajv';
import { type DataRules, isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';
import { argumentCheck, publishedOutputSchema, redactData, wrapsResult } from '@remit/inspect';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const rules: DataRules = { denied: ['ssn', 'passwordhash'], labels: {} };
const refusal = {
  remit: { code: 'not_permitted', decision_id: 'dec_1', effect: 'deny', reason: 'No.', remedy: 'Ask.' },
};

const clientV1 = new ValidatorOfClientV1();
const clientV2 = new ValidatorOfClientV2();

/** Whether both official clients accept the value, each with its own validator. */
function acceptedByClients(schema: JsonObject, value: unknown): boolean {
  return [clientV1, clientV2].every((client) => client.getValidator(schema)(value).valid);
}

/** Undefined where Ajv itself fails: its bookkeeping for `unevaluatedProperties` trips over some schemas. */
function fits(schema: JsonObject, value: unknown): boolean | undefined {
  const validate = clientV2.getValidator(schema);
  try {
    return validate(value).valid;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const published = (schema: JsonObject) => publishedOutputSchema(schema, { rules, root: 'object' });

const customer: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    name: { type: 'string' },
    ssn: { type: 'string', pattern: '^\\d{3}-\\d{2}-\\d{4}$' },
    card: { $ref: '#/$defs/card' },
    parent: { $ref: '#' },
  },
  required: ['name', 'ssn'],
  additionalProperties: false,
  $defs: {
    card: {
      type: 'object',
      properties: { password_hash: {}, id: { type: 'integer' } },
      required: ['password_hash'],
      minProperties: 1,
    },
  },
};

describe('the published output schema', () => {
  it('accepts a refusal', () => {
    expect(acceptedByClients(published(customer), refusal)).toBe(true);
    expect(acceptedByClients(publishedOutputSchema(customer, { root: 'object' }), refusal)).toBe(true);
  });

  it('accepts a result without its denied fields', () => {
    const result = {
      name: 'A',
      ssn: '078-05-1120',
      card: { password_hash: 'x' },
      parent: { name: 'B', ssn: '078-05-1120' },
    };
    const { value } = redactData(rules, result);
    expect(value).toEqual({ name: 'A', card: {}, parent: { name: 'B' } });
    expect(acceptedByClients(published(customer), value)).toBe(true);
    expect(acceptedByClients(publishedOutputSchema(customer, { root: 'object' }), value)).toBe(false);
  });

  it.each<[string, JsonObject, JsonValue]>([
    ['required', { required: ['ssn'] }, { ssn: 1 }],
    ['minProperties', { minProperties: 1 }, { ssn: 1 }],
    ['dependentRequired', { dependentRequired: { a: ['ssn'] } }, { a: 1, ssn: 1 }],
    ['dependentSchemas', { dependentSchemas: { a: { required: ['ssn'] } } }, { a: 1, ssn: 1 }],
    ['const', { const: { ssn: 1, a: 1 } }, { ssn: 1, a: 1 }],
    ['enum', { enum: [{ ssn: 1, a: 1 }] }, { ssn: 1, a: 1 }],
    ['not', { not: { maxProperties: 1 } }, { a: 1, ssn: 1 }],
    ['oneOf', { oneOf: [{ minProperties: 1 }, { minProperties: 2 }] }, { ssn: 1 }],
    ['if and else', { if: { required: ['ssn'] }, then: { required: ['a'] }, else: false }, { a: 1, ssn: 1 }],
    ['allOf', { allOf: [{ required: ['ssn'] }] }, { ssn: 1 }],
    [
      'uniqueItems',
      { uniqueItems: true },
      [
        { a: 1, ssn: 1 },
        { a: 1, ssn: 2 },
      ],
    ],
    ['maxContains', { contains: { maxProperties: 1 }, maxContains: 1 }, [{ a: 1 }, { a: 1, ssn: 2 }]],
    ['pattern', { pattern: 'ssn' }, '{"ssn":1}'],
    ['minLength', { minLength: 5 }, '{"ssn":1}'],
    [
      'unevaluatedProperties',
      {
        anyOf: [{ properties: { a: true }, required: ['ssn'] }, true],
        properties: { ssn: true },
        unevaluatedProperties: false,
      },
      { a: 1, ssn: 1 },
    ],
  ])('loosens `%s`, which the missing field would fail', (_, own, natural) => {
    const schema: JsonObject = { type: 'object', properties: { held: own } };
    const redacted = redactData(rules, { held: natural }).value;
    expect(redacted).not.toEqual({ held: natural });
    expect(fits(schema, { held: natural })).toBe(true);
    expect(acceptedByClients(published(schema), redacted)).toBe(true);
  });

  it('still refuses what is neither', () => {
    for (const wrong of [
      { name: 1 },
      { name: 'A', other: 1 },
      {},
      { remit: {} },
      { name: 'A', card: { id: 'x' } },
      { name: 'A', parent: refusal },
    ]) {
      expect(acceptedByClients(published(customer), wrong)).toBe(false);
    }
  });

  it('is made once for the same schema and rules', () => {
    expect(published(customer)).toBe(published(customer));
    expect(published(customer)).not.toBe(publishedOutputSchema(customer, { root: 'object' }));
  });

  it('does not name denied fields', () => {
    expect(JSON.stringify(published(customer))).not.toMatch(/ssn|password/);
  });

  it('keeps the dialect that the schema names, and an object at the root', () => {
    expect(published(customer)).toMatchObject({ $schema: customer.$schema, type: 'object' });
  });

  it('wraps a result that is no object for versions up to 2025-11-25, and for those alone', () => {
    const list: JsonObject = {
      type: 'array',
      items: { $ref: '#/$defs/item' },
      $defs: { item: { type: 'integer' } },
    };
    expect(wrapsResult(list)).toBe(true);
    expect(acceptedByClients(published(list), { result: [1, 2] })).toBe(true);
    expect(acceptedByClients(published(list), { result: ['x'] })).toBe(false);
    const current = publishedOutputSchema(list, { rules, root: 'any' });
    expect(clientV2.getValidator(current)([1, 2]).valid).toBe(true);
    expect(clientV2.getValidator(current)(refusal).valid).toBe(true);
    expect(clientV2.getValidator(current)(['x']).valid).toBe(false);
  });

  it('follows references by the `$id` of the schema', () => {
    const schema: JsonObject = {
      $id: 'https://example.com/out.json',
      type: 'object',
      properties: { a: { $ref: 'https://example.com/out.json#/$defs/n' }, b: { $ref: '#/$defs/n' } },
      $defs: { n: { type: 'number' } },
    };
    expect(published(schema).$id).toBeUndefined();
    expect(acceptedByClients(published(schema), { a: 1, b: 2 })).toBe(true);
    expect(acceptedByClients(published(schema), { a: 'x' })).toBe(false);
  });

  it.each<[string, JsonObject]>([
    ['an external reference', { type: 'object', properties: { a: { $ref: 'https://example.com/a' } } }],
    [
      'a reference to a denied field',
      { type: 'object', properties: { ssn: {}, a: { $ref: '#/properties/ssn' } } },
    ],
    [
      'a part with its own `$id`',
      { type: 'object', properties: { a: { $id: 'https://example.com/a', $ref: '#' } } },
    ],
    ['recursion keywords', { type: 'object', properties: { a: { $dynamicRef: '#node' } } }],
    ['no valid schema', { type: 'object', properties: { a: { type: 'strin' } } }],
    ['a pattern that clients cannot compile', { type: 'object', patternProperties: { '(': {} } }],
    ['an unknown dialect', { $schema: 'urn:mine', type: 'object' }],
  ])('is open for %s', (_, schema) => {
    expect(published(schema)).toEqual({ type: 'object' });
    expect(publishedOutputSchema(schema, { rules, root: 'any' })).toEqual({});
  });
});

/** Names and strings that data rules may touch, among others. */
const plainNames = ['ssn', 'SSN', 'password_hash', 'a', 'b', 'toJSON'];
const jsonText = fc.constantFrom('{"ssn":1}', '[{"a":1,"ssn":"x"}]', 'say "ssn": 1', '/"ssn":1,');
const leaf: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.string(),
  jsonText,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);

function record<T>(names: string[], value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  const entries = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 4 });
  return entries.map((found) => Object.fromEntries(found));
}

const valuesWith = (names: string[]): fc.Arbitrary<JsonValue> =>
  fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      record(names, tie('value')),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  })).value;

/** Schemas with every keyword that loosening knows. */
const schemasWith = (names: string[]): fc.Arbitrary<JsonObject> =>
  fc.letrec<{ schema: JsonObject }>((tie) => {
    const keywords = keywordsOf(names, tie('schema'));
    return {
      schema: fc.oneof({ maxDepth: 2 }, fc.constant({}), fc.record(keywords, { requiredKeys: [] }).map(few)),
    };
  }).schema;

function keywordsOf(
  names: string[],
  inner: fc.Arbitrary<JsonObject>,
): Record<string, fc.Arbitrary<JsonValue>> {
  const some = fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 });
  const several = fc.array(inner, { minLength: 1, maxLength: 2 });
  const constant = valuesWith(names);
  return {
    type: fc.constantFrom<JsonValue>('object', 'array', 'string', ['object', 'string', 'array']),
    properties: record(names, inner),
    patternProperties: inner.map((of) => ({ '^[a-s]': of })),
    additionalProperties: fc.oneof(inner, fc.boolean()),
    required: some,
    dependentRequired: record(names, some),
    dependentSchemas: record(names, inner),
    propertyNames: fc.constant({ maxLength: 13 }),
    minProperties: fc.nat(2),
    maxProperties: fc.nat(4),
    items: inner,
    contains: inner,
    maxContains: fc.nat(2),
    uniqueItems: fc.boolean(),
    minItems: fc.nat(2),
    const: constant,
    enum: fc.array(constant, { minLength: 1, maxLength: 3 }),
    pattern: fc.constantFrom('ssn', '^\\{'),
    minLength: fc.nat(8),
    maxLength: fc.nat(12),
    format: fc.constantFrom('regex', 'json-pointer', 'uri'),
    allOf: several,
    anyOf: several,
    oneOf: several,
    not: inner,
    if: inner,
    then: inner,
    else: inner,
    unevaluatedProperties: fc.boolean(),
  };
}

/** Few keywords a schema, so that values fit it often enough. */
function few(whole: Partial<Record<string, JsonValue>>): JsonObject {
  const entries = Object.entries(whole).filter(
    (entry): entry is [string, JsonValue] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries.filter((_, index) => (index * 7 + entries.length) % 5 < 1));
}

const schema = schemasWith([...plainNames, '__proto__']);
const value = valuesWith([...plainNames, '__proto__']);

describe('for every schema and every value that fits it', () => {
  it('the redacted value fits the published schema', () => {
    let fitting = 0;
    fc.assert(
      fc.property(schema, value, (own, natural) => {
        if (fits(own, natural) !== true) return;
        fitting++;
        const redacted = redactData(rules, natural).value;
        expect(fits(publishedOutputSchema(own, { rules, root: 'any' }), redacted)).toBe(true);
        const wrapped = wrapsResult(own) ? { result: redacted } : redacted;
        expect(acceptedByClients(publishedOutputSchema(own, { rules, root: 'object' }), wrapped)).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(fitting).toBeGreaterThan(80);
  });

  it('a refusal fits the published schema', () => {
    fc.assert(
      fc.property(schema, (own) => {
        expect(acceptedByClients(published(own), refusal)).toBe(true);
      }),
    );
  });

  it('redaction leaves no denied name, and the same value where there was none', () => {
    fc.assert(
      fc.property(value, (natural) => {
        const { value: kept, removed } = redactData(rules, natural);
        expect(namesIn(kept).filter((key) => /ssn|password/i.test(key))).toEqual([]);
        if (removed.length === 0) expect(kept).toBe(natural);
        expect(redactData(rules, kept).removed).toEqual([]);
      }),
    );
  });

  it('a branch of `oneOf` that fails evaluates nothing (JSON Schema 2020-12, section 11)', () => {
    const failing = { patternProperties: { '^[a-s]': {} }, const: [], if: {} };
    const inputSchema = { oneOf: [{}, failing], unevaluatedProperties: false };
    expect(argumentCheck({ name: 't', inputSchema })({ ssn: {} })).not.toEqual([]);
    expect(argumentCheck({ name: 't', inputSchema })({})).toEqual([]);
  });

  it('the argument check agrees with Ajv as the official client uses it', () => {
    fc.assert(
      fc.property(schemasWith(plainNames), valuesWith(plainNames), (own, natural) => {
        const expected = fits(own, natural);
        if (expected === undefined || !isJsonObject(natural)) return;
        const passes = argumentCheck({ name: 't', inputSchema: own })(natural).length === 0;
        // Where it stops at the first error, Ajv lets a branch that failed count as having evaluated something.
        if (expected && !passes && JSON.stringify(own).includes('"unevaluated')) return;
        expect(passes).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});

function namesIn(held: JsonValue): string[] {
  if (Array.isArray(held)) return held.flatMap(namesIn);
  return isJsonObject(held) ? Object.entries(held).flatMap(([key, member]) => [key, ...namesIn(member)]) : [];
}
