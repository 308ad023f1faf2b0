/** A planted value of a denied class never reaches the agent, whatever part of the protocol carries it. */
import type { DataRules, JsonObject, JsonValue } from '@remit/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redactResult } from '../src/index.ts';

const CANARY = '078-05-1120';
const rules: DataRules = { denied: ['ssn'], labels: {}, detected: { us_ssn: { label: 'ssn' } } };

/** What carries a text: content of tools, resources, prompts and completions, structured data, messages. */
const carriers: readonly ((text: string) => JsonObject)[] = [
  (text) => ({ content: [{ type: 'text', text }] }),
  (text) => ({ content: [{ type: 'text', text }], isError: true }),
  (text) => ({
    content: [{ type: 'resource', resource: { uri: 'file:///a', mimeType: 'text/plain', text } }],
  }),
  (text) => ({ content: [{ type: 'resource_link', uri: `file:///${text}`, name: text, description: text }] }),
  (text) => ({ contents: [{ uri: 'file:///a', text }] }),
  (text) => ({
    contents: [{ uri: 'file:///a', mimeType: 'text/csv', blob: Buffer.from(text).toString('base64') }],
  }),
  (text) => ({ description: text, messages: [{ role: 'user', content: { type: 'text', text } }] }),
  (text) => ({ completion: { values: [text], total: 1 } }),
  (text) => ({ content: [], structuredContent: { a: [{ note: text }] } }),
  (text) => ({ progress: 1, message: text }),
  (text) => ({ level: 'info', data: { note: text } }),
  (text) => ({ _meta: { note: text }, content: [] }),
];

/** How the text comes to hold it. */
const hiding: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => `the number ${value}.`,
  (value) => JSON.stringify({ note: `of ${value}` }),
  (value) => JSON.stringify({ ssn: value }),
  (value) => JSON.stringify(JSON.stringify([value])),
  (value) => [...value].join('\u200b'),
  (value) => Buffer.from(`it is ${value}`).toString('base64'),
];

function everyString(value: JsonValue): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(everyString) : [];
}

test('a canary is gone from whatever carries it', () => {
  const surroundings = fc.stringMatching(/^[a-z ,.]{0,20}$/);
  fc.assert(
    fc.property(
      fc.constantFrom(...carriers),
      fc.constantFrom(...hiding),
      surroundings,
      (carry, hide, words) => {
        const { value, removed } = redactResult(rules, carry(`${words} ${hide(CANARY)} ${words}`));
        for (const text of everyString(value)) {
          const opened = [text, Buffer.from(text, 'base64').toString()].join('\n').replaceAll('\u200b', '');
          expect(opened).not.toContain(CANARY);
        }
        expect(removed.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 400 },
  );
});
