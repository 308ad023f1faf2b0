/** Denied classes in free text: taken out or changed where they stand, and nothing else. */
import type { DataRules, JsonValue } from '@remit/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MessageStream, redactData, redactResult } from '../src/index.ts';

const CARD = '4111 1111 1111 1111';
const rules: DataRules = {
  denied: ['ssn', 'creditcard'],
  labels: { creditcard: 'credit_card' },
  detected: {
    payment_card: { label: 'credit_card' },
    us_ssn: { label: 'ssn' },
    email: { label: 'email', change: 'mask' },
  },
};

const text = (value: string) => redactData(rules, value).value;

test('what a detector finds in prose is taken out, and counted under its class', () => {
  const { value, removed } = redactResult(rules, {
    content: [{ type: 'text', text: `It is ${CARD}, call me.` }],
  });
  expect(value).toEqual({ content: [{ type: 'text', text: 'It is [removed], call me.' }] });
  expect(removed).toEqual([{ label: 'credit_card', count: 1, pointers: ['/content/0/text'] }]);
});

describe('JSON stays JSON', () => {
  test.each([
    ['in a string', { note: `paid with ${CARD}` }, { note: 'paid with [removed]' }],
    ['as a number', { n: 4111111111111111, m: 7 }, { n: null, m: 7 }],
    ['in a list', [4111111111111111, '078-05-1120'], [null, '[removed]']],
    ['behind an escape', { note: `a\n${CARD}\t"x"` }, { note: 'a\n[removed]\t"x"' }],
  ])('%s', (_, before, after) => {
    expect(JSON.parse(text(JSON.stringify(before)) as string)).toEqual(after);
    expect(redactData(rules, before as JsonValue).value).toEqual(after);
  });

  test('also where escapes hide the value', () => {
    const hidden = [...CARD.replaceAll(' ', '')].map((digit) => `\\u003${digit}`).join('');
    expect(JSON.parse(text(`{"a":"${hidden}","b":"${hidden.replaceAll('\\', '\\\\')}"}`) as string)).toEqual({
      a: '[removed]',
      b: '[removed]',
    });
  });
});

test('the name of a field is a word beside its value', () => {
  expect(redactData(rules, { customer: { ssnOfSpouse: '078051120', order: '078051120' } }).value).toEqual({
    customer: { ssnOfSpouse: '[removed]', order: '078051120' },
  });
});

test('a changed class keeps what its change shows, in fields and in text', () => {
  const changing: DataRules = {
    denied: [],
    labels: { ssn: 'ssn', email: 'email', phone: 'phone' },
    changed: { ssn: 'mask', email: 'hash', phone: 'truncate' },
    detected: { us_ssn: { label: 'ssn', change: 'mask' }, email: { label: 'email', change: 'hash' } },
  };
  const data = {
    ssn: '078-05-1120',
    email: 'jo@example.com',
    phone: '+49301234',
    note: 'SSN 078-05-1120, jo@example.com',
  };
  const shown = { ssn: '***-**-1120', email: 'email:0f', phone: '+49…', note: 'SSN ***-**-1120, email:0f' };
  const pseudonym = () => 'email:0f';
  expect(redactData(changing, data, pseudonym).value).toEqual(shown);
  expect(JSON.parse(redactData(changing, JSON.stringify(data), pseudonym).value as string)).toEqual(shown);
  expect(redactData(changing, data).value).toMatchObject({ email: '[removed]' });
});

test('tokens of the protocol are handed back as they came', () => {
  const result = { content: [], nextCursor: CARD, requestState: CARD };
  expect(redactResult(rules, result).value).toBe(result);
});

test('what is split between messages is seen together', () => {
  const stream = new MessageStream(rules);
  const shown = ['the card is 4111 1111', ' 1111 1111 and', ' so on'].map(
    (message) => (stream.next({ progress: 1, message }).value as { message: string }).message,
  );
  expect(shown).toEqual(['the card is 4111 1111', '[removed] and', ' so on']);
});

/** Pieces that detectors look at, and signs that JSON and disguises are made of. */
const piece = fc.oneof(
  fc.constantFrom(
    CARD,
    '078-05-1120',
    'jo@example.com',
    '"',
    '\\',
    '\\u0034',
    '\n',
    '%34',
    '&#52;',
    '\u200b',
    '４',
    ' ',
    ', ',
  ),
  fc.string({ maxLength: 8 }),
  fc.nat().map(String),
);
const anyText = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const anyJson = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    anyText,
    fc.constantFrom<JsonValue>(4111111111111111, 78051120, null, true),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('ssn', 'note', 'a', '__proto__'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

describe('for any text', () => {
  test('redaction is idempotent', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const once = text(value);
        expect(text(once as string)).toBe(once);
      }),
      { numRuns: 400 },
    );
  });

  test('JSON text stays JSON, and structured data keeps its shape', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        JSON.parse(text(JSON.stringify([value])) as string);
        redactData(rules, value);
      }),
      { numRuns: 400 },
    );
  });

  test('what no detector finds keeps its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const { value: kept, removed } = redactData(rules, value);
        if (removed.length === 0) expect(kept).toBe(value);
      }),
    );
  });
});
