/** Where the policy says `conceal`, no request tells a tool that an agent may not use from one that is not there. */
import type { JsonObject } from '@remit/contracts';
import { describe, expect, it } from 'vitest';
import { fixture, keys, LegacyClient, sendModern } from './fixture.ts';

const authorization = `Bearer ${keys.hidden}`;

/** What is sent beside the name; `export` has parameters that are repeated in headers. */
const requests: [string, JsonObject, Record<string, string>?][] = [
  ['nothing else', {}],
  ['arguments', { arguments: { region: 'eu', count: 1 } }],
  ['a header that repeats an argument', { arguments: { region: 'eu' } }, { 'mcp-param-region': 'eu' }],
  ['a header that contradicts an argument', { arguments: { region: 'eu' } }, { 'mcp-param-region': 'us' }],
  ['a header without its argument', { arguments: {} }, { 'mcp-param-region': 'eu' }],
  ['arguments that do not fit any schema', { arguments: { region: 7 } }],
  ['arguments that are none', { arguments: 'eu' }],
  ['a context that is none', { _meta: { 'io.remit/context': 7 } }],
  ['a rationale that is none', { _meta: { 'io.remit/rationale': 7 } }],
  ['a state that nobody gave out', { requestState: 'r1.x.y' }],
  ['answers that are none', { inputResponses: 7 }],
];

describe.each(requests)('with %s', (_, params, headers) => {
  it('a 2026 client gets the same answer for both', async () => {
    const { url } = await fixture();
    const meta = params['_meta'] as JsonObject | undefined;
    const answerTo = async (name: string) => {
      const options = { headers: { authorization, ...headers }, ...(meta && { meta }) };
      const { status, body } = await sendModern(url, 'tools/call', { ...params, name }, options);
      return { status, error: JSON.stringify(body['error']).replaceAll(name, 'NAME') };
    };
    expect(await answerTo('export')).toEqual(await answerTo('nothing'));
  });

  it('a 2025 client gets the same answer for both', async () => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url, { key: keys.hidden });
    const answerTo = async (name: string) => {
      const { status, body } = await client.request('tools/call', { ...params, name }, headers);
      return { status, error: JSON.stringify(body['error']).replaceAll(name, 'NAME') };
    };
    expect(await answerTo('export')).toEqual(await answerTo('nothing'));
  });
});

it('what is concealed is refused all the same', async () => {
  const { url, crm, records } = await fixture();
  await sendModern(url, 'tools/call', { name: 'export' }, { headers: { authorization } });
  expect(crm.asked).toEqual([]);
  expect(records).toMatchObject([{ meta: { tool: 'export', code: 'not_permitted' } }]);
});
