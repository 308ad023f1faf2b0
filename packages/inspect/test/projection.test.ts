/** `unlisted: deny`: only listed fields are seen, whatever else a tool answers. */
import type { DataRules, JsonObject, JsonValue } from '@remit/contracts';
import { publishedOutputSchema, redactData, redactResult, refuseArguments } from '@remit/inspect';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const rules: DataRules = {
  denied: ['ssn'],
  labels: { ssn: 'ssn' },
  only: ['customers', 'customername', 'order'],
};
const seen = (result: JsonObject): JsonValue => redactResult(rules, result).value;
const text = (written: string): JsonObject => ({ content: [{ type: 'text', text: written }] });

describe('a strict projection', () => {
  it('keeps listed fields at every level, in any spelling, and nothing else', () => {
    const structuredContent = {
      customers: [{ customerName: 'A', ssn: '1', Order: { order: 7, total: 3 }, born: '1970' }],
      page: 1,
    };
    const { value, removed } = redactResult(rules, { structuredContent });
    expect(value).toEqual({ structuredContent: { customers: [{ customerName: 'A', Order: { order: 7 } }] } });
    expect(removed.map(({ label, count }) => [label, count])).toEqual([
      ['ssn', 1],
      ['unlisted', 3],
    ]);
  });

  it('does the same in JSON text, also in text inside of it', () => {
    expect(seen(text('{"customer_name":"A","born":"1970","order":"{\\"order\\":1,\\"total\\":2}"}'))).toEqual(
      text('{"customer_name":"A","order":"{\\"order\\":1}"}'),
    );
  });

  it.each([
    'Ada Lovelace was born in 1815.',
    '"Ada Lovelace"',
    '["Ada Lovelace", 1815]',
    '[{"customer_name":"A"}, "Ada Lovelace"]',
    '{"customer_name":"A"} and Ada Lovelace',
    '{"customer_name":"A"',
    `${'['.repeat(100_000)}"Ada"`,
  ])('withholds text that belongs to no field: %.40s', (written) => {
    expect(redactResult(rules, text(written))).toMatchObject({
      value: text(''),
      removed: [{ label: 'unlisted' }],
    });
  });

  it('withholds images, sounds and files', () => {
    const content = [
      { type: 'image', data: 'QWRh', mimeType: 'image/png' },
      { type: 'resource', resource: { uri: 'crm://a', mimeType: 'text/plain', blob: 'QWRh' } },
    ];
    expect(seen({ content })).toEqual({
      content: [
        { type: 'image', data: '', mimeType: 'image/png' },
        { type: 'resource', resource: { uri: 'crm://a', mimeType: 'text/plain', blob: '' } },
      ],
    });
  });

  it('is of what the agent sees: arguments need not be listed', () => {
    expect(refuseArguments(rules, { customer_id: 'C-1', total: 3 })).toEqual([]);
    expect(refuseArguments(rules, { customer_id: 'C-1', ssn: '1' })).toEqual([
      { pointer: '/ssn', label: 'ssn' },
    ]);
  });

  it('leaves results that fit the published schema', () => {
    const schema: JsonObject = {
      type: 'object',
      properties: { customer_name: { type: 'string' }, total: { type: 'number' } },
      required: ['customer_name', 'total'],
    };
    const published = publishedOutputSchema(schema, { rules, root: 'object' });
    expect(JSON.stringify(published)).not.toContain('"required":["customer_name","total"]');
  });

  it('lets no unlisted value through, whatever the data', () => {
    const key = fc.constantFrom('customers', 'customer_name', 'other', 'ssn', '__proto__', 'Order');
    const leaf = fc.constantFrom<JsonValue>('canary', 1, true, null);
    const { data } = fc.letrec<{ data: JsonValue }>((tie) => ({
      data: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('data'), { maxLength: 3 }),
        fc.dictionary(key, tie('data'), { maxKeys: 4 }) as fc.Arbitrary<JsonValue>,
      ),
    }));
    const names = (value: JsonValue): string[] => {
      if (Array.isArray(value)) return value.flatMap(names);
      if (typeof value !== 'object' || value === null) return [];
      return Object.entries(value).flatMap(([name, inner]) => [name, ...names(inner)]);
    };
    fc.assert(
      fc.property(data, (value) => {
        const left = names(redactData(rules, value).value);
        expect(left.filter((name) => !['customers', 'customer_name', 'Order'].includes(name))).toEqual([]);
      }),
    );
  });
});
