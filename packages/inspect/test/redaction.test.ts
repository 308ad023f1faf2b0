import type { DataRules, JsonObject, JsonValue } from '@remit/contracts';
import { describe, expect, it } from 'vitest';
import { foldFieldName, redactData, redactResult, refuseArguments } from '@remit/inspect';

const rules: DataRules = {
  denied: ['ssn', 'socialsecuritynumber', 'passwordhash', 'creditcard'],
  labels: {
    ssn: 'ssn',
    socialsecuritynumber: 'ssn',
    passwordhash: 'password_hash',
    creditcard: 'credit_card',
  },
};
const textResult = (text: string): JsonObject => ({ content: [{ type: 'text', text }] });
const redactedText = (text: string): string => {
  const { value } = redactResult(rules, textResult(text));
  return ((value as JsonObject).content as JsonObject[])[0]?.text as string;
};

describe('field names', () => {
  it('fold to one spelling, whatever their case and separators', () => {
    const spellings = [
      'socialSecurityNumber',
      'social_security_number',
      'Social-Security Number',
      'SOCIAL.SECURITY.NUMBER',
    ];
    expect(new Set(spellings.map(foldFieldName))).toEqual(new Set(['socialsecuritynumber']));
  });

  it('fold full-width letters and characters that do not show', () => {
    expect(foldFieldName('ｓｓｎ')).toBe('ssn');
    expect(foldFieldName('s\u200bs\u00adn')).toBe('ssn');
  });
});

describe('structured content', () => {
  it('loses denied fields at any depth, in any spelling', () => {
    const result = {
      structuredContent: { customers: [{ name: 'A', SSN: '1', card: { creditCard: '2', ok: 1 } }] },
      content: [],
    };
    const { value, removed } = redactResult(rules, result);
    expect(value).toEqual({
      structuredContent: { customers: [{ name: 'A', card: { ok: 1 } }] },
      content: [],
    });
    expect(removed).toEqual([
      { label: 'ssn', count: 1, pointers: ['/structuredContent/customers/0/SSN'] },
      { label: 'credit_card', count: 1, pointers: ['/structuredContent/customers/0/card/creditCard'] },
    ]);
  });

  it('is the very same object where nothing is removed', () => {
    const result = {
      structuredContent: { a: [1, { b: '{"x": 1}' }] },
      content: [{ type: 'text', text: '{"a":1}' }],
    };
    expect(redactResult(rules, result).value).toBe(result);
    expect(redactResult({ denied: [], labels: {} }, result).value).toBe(result);
  });

  it('keeps `__proto__` and `toJSON` as plain names', () => {
    const data = JSON.parse(
      '{"__proto__": {"ssn": 1, "admin": true}, "toJSON": {"ssn": 2}, "a": 1}',
    ) as JsonObject;
    const { value } = redactData(rules, data);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"admin":true},"toJSON":{},"a":1}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as JsonObject).admin).toBeUndefined();
  });

  it('is taken out where it is nested too deep to inspect', () => {
    let deep: JsonValue = { ssn: 1 };
    for (let level = 0; level < 5000; level++) deep = [deep];
    const { value, removed } = redactData(rules, deep);
    expect(JSON.stringify(value)).not.toContain('ssn');
    expect(removed).toEqual([expect.objectContaining({ label: 'nested too deep to inspect', count: 1 })]);
  });
});

describe('text that holds JSON', () => {
  it.each([
    ['{"a":1,"ssn":"078-05-1120"}', '{"a":1}'],
    ['{"ssn":"078-05-1120","a":1}', '{"a":1}'],
    ['{"ssn":"1","passwordHash":"2"}', '{}'],
    ['{"a":1,"ssn":"1","passwordHash":"2","b":3,"credit_card":4}', '{"a":1,"b":3}'],
    ['[{"ssn":{"n":["1",{"}":"]"}]}},{"ssn":null}]', '[{},{}]'],
    ['{\n  "a": 1,\n  "ssn": "1"\n}', '{\n  "a": 1\n}'],
    ['{\n  "a": 1,\n  "ssn": "1",\n  "ssn": "2"\n}', '{\n  "a": 1\n}'],
    ['{"\\u0073sn": "1", "a": 1}', '{"a": 1}'],
    ['{"a": "\\"ssn", "b": "ssn"}', '{"a": "\\"ssn", "b": "ssn"}'],
  ])('%s becomes %s', (text, kept) => {
    expect(redactedText(text)).toBe(kept);
  });

  it('keeps large integers and everything else to the byte', () => {
    expect(redactedText('{"id": 12345678901234567890, "x": 1.0, "ssn": 1}')).toBe(
      '{"id": 12345678901234567890, "x": 1.0}',
    );
  });

  it('hides nothing behind duplicate keys', () => {
    expect(redactedText('{"a":{"ssn":1},"a":{}}')).toBe('{"a":{},"a":{}}');
  });

  it('is found in JSON lines and between words', () => {
    expect(redactedText('{"ssn":1}\n{"ssn":2,"a":1}\n')).toBe('{}\n{"a":1}\n');
    expect(redactedText('He said "look": {"ssn": "1", "name": "A"} and left')).toBe(
      'He said "look": {"name": "A"} and left',
    );
  });

  it('is found behind a quotation mark that belongs to no string', () => {
    expect(redactedText('a 5" screen for {"ssn": "1", "a": 1}')).toBe('a 5" screen for {"a": 1}');
  });

  it('leaves a mark between words, so that what remains does not join into a denied field', () => {
    expect(redactedText('say "ssn": 1, please')).toBe('say [removed], please');
    for (const text of [
      '"s"ssn": 1,sn": 2',
      '"s, "ssn": 1\n sn": 2',
      '"s\n"ssn":1,\nsn": 2',
      '{"s"ssn":1}sn": 2',
    ]) {
      const once = redactedText(text);
      expect(redactedText(once)).toBe(once);
    }
  });

  it('takes no more than linear time, whatever the text is', () => {
    const hostile = ['"ssn":', '{"ssn":1,', '"a"   ', ',\n', '{"ssn":{', '\\"', '"\\\\', '"ssn" '];
    for (const part of hostile) {
      const text = part.repeat(200_000);
      expect(redactedText(`{"a":1}${text}`).length).toBeLessThanOrEqual(text.length * 2);
    }
  });

  it('is found in JSON text inside JSON text', () => {
    const inner = JSON.stringify({ ssn: '1', deeper: JSON.stringify({ credit_card: '2', a: 1 }) });
    const kept = JSON.stringify({ deeper: JSON.stringify({ a: 1 }) });
    expect(redactedText(JSON.stringify({ inner }))).toBe(JSON.stringify({ inner: kept }));
  });

  it('is found where quotes of inner text are written as \\u0022', () => {
    expect(redactedText('{"inner":"{\\u0022ssn\\u0022:1}"}')).toBe('{"inner":"{}"}');
    expect(redactedText('{"inner":"{\\"ssn\\"\\u003a1}"}')).toBe('{"inner":"{}"}');
  });

  it('is emptied where text inside text goes too deep', () => {
    let text = JSON.stringify({ ssn: 'secret' });
    for (let level = 0; level < 10; level++) text = JSON.stringify({ text });
    expect(redactedText(text)).not.toContain('secret');
  });

  it('loses everything after the name where it is cut short', () => {
    expect(redactedText('{"a":1,"ssn":"078-05')).toBe('{"a":1');
    expect(redactedText('{"a":1,"ssn":{"x":[1')).toBe('{"a":1');
  });
});

describe('parts of results', () => {
  it('embedded resources, text and base64 alike', () => {
    const blob = Buffer.from('{"ssn":1,"a":2}').toString('base64');
    const { value } = redactResult(rules, {
      contents: [
        { uri: 'file:///a', mimeType: 'application/json', text: '{"ssn":1}' },
        { uri: 'file:///b', mimeType: 'application/json', blob },
        { uri: 'file:///c', mimeType: 'image/png', blob },
      ],
    });
    expect(value).toEqual({
      contents: [
        { uri: 'file:///a', mimeType: 'application/json', text: '{}' },
        { uri: 'file:///b', mimeType: 'application/json', blob: Buffer.from('{"a":2}').toString('base64') },
        { uri: 'file:///c', mimeType: 'image/png', blob },
      ],
    });
  });

  it('messages of prompts', () => {
    const { value } = redactResult(rules, {
      messages: [{ role: 'user', content: { type: 'text', text: '{"ssn":1}' } }],
    });
    expect(value).toEqual({ messages: [{ role: 'user', content: { type: 'text', text: '{}' } }] });
  });

  it('`_meta` and keys that the protocol does not know', () => {
    const { value } = redactResult(rules, {
      content: [],
      _meta: { ssn: 1, a: 1 },
      ssn: '1',
      extra: { ssn: 1 },
    });
    expect(value).toEqual({ content: [], _meta: { a: 1 }, extra: {} });
  });

  it('names of the protocol stay where a rule has the same name', () => {
    const names: DataRules = { denied: ['name', 'text', 'content'], labels: {} };
    const { value } = redactResult(names, {
      content: [
        { type: 'resource_link', uri: 'x:y', name: 'n' },
        { type: 'text', text: '{"name":1,"a":2}' },
      ],
      structuredContent: { name: 'A', content: 'B', a: 1 },
    });
    expect(value).toEqual({
      content: [
        { type: 'resource_link', uri: 'x:y', name: 'n' },
        { type: 'text', text: '{"a":2}' },
      ],
      structuredContent: { a: 1 },
    });
  });

  it("fields of an elicitation's answer", () => {
    const { value } = redactResult(rules, { action: 'accept', content: { ssn: '1', name: 'A' } });
    expect(value).toEqual({ action: 'accept', content: { name: 'A' } });
  });
});

describe('arguments', () => {
  it('are refused with the place of each denied field', () => {
    expect(refuseArguments(rules, { customer: { 'Social Security Number': '1' }, note: 'x' })).toEqual([
      { pointer: '/customer/Social Security Number', label: 'ssn' },
    ]);
  });

  it('are refused where a string holds it as JSON text', () => {
    expect(refuseArguments(rules, { body: 'please store {"ssn": "1"}' })).toEqual([
      { pointer: '/body', label: 'ssn' },
    ]);
  });

  it('write pointers by RFC 6901', () => {
    expect(refuseArguments(rules, { 'a/b~c': [{ ssn: 1 }] })).toEqual([
      { pointer: '/a~1b~0c/0/ssn', label: 'ssn' },
    ]);
  });

  it('pass where no denied field is in them', () => {
    expect(refuseArguments(rules, { name: 'ssn', question: 'what is an "ssn"?' })).toEqual([]);
  });
});
