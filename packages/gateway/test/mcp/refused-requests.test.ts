/** Requests that are refused before they are an action leave an event, with what the agent said sealed. */
import { request as httpRequest } from 'node:http';
import { waitFor } from '@remit/testkit';
import { expect, it } from 'vitest';
import { fixture, keys, LegacyClient, modern, rpc, send, sendModern } from './fixture.ts';

it.each([
  ['tools/call', { name: 'no_such_tool' }, 'tool_invoke', 'unknown_tool', 'no_such_tool'],
  ['prompts/get', { name: 'no_such_prompt' }, 'prompt_get', 'unknown_prompt', 'no_such_prompt'],
  [
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'none' }, argument: { name: 'a', value: '' } },
    'completion',
    'unknown_prompt',
    undefined,
  ],
] as const)(
  '%s for a name that nobody has is one denied event',
  async (method, params, event, code, target) => {
    const { url, records } = await fixture();
    const client = await LegacyClient.open(url);
    await sendModern(url, method, params);
    await client.request(method, params);
    const refused = {
      phase: 'event',
      event,
      meta: { agent: 'support', via: 'mcp', result: 'denied', code },
      payload: { method, ...(target !== undefined && { target }) },
    };
    expect(records).toMatchObject([refused, refused]);
    for (const { meta } of records) expect(JSON.stringify(meta)).not.toContain('no_such');
  },
);

it('a resource that no server can have is one denied event', async () => {
  const { url, crm, web, records } = await fixture();
  web.listing = { ...web.listing!, capabilities: { tools: {} }, resources: [] };
  web.emit({ type: 'state' });
  crm.listing = undefined;
  crm.emit({ type: 'state' });
  await sendModern(url, 'resources/read', { uri: 'file:///etc/passwd' });
  expect(records).toMatchObject([
    { event: 'resource_read', meta: { code: 'unknown_resource' }, payload: { target: 'file:///etc/passwd' } },
  ]);
});

it('a header that contradicts the body is one denied event, with the context that was claimed', async () => {
  const { url, records } = await fixture();
  const meta = { 'io.remit/context': { conversation_id: 'conv-1' } };
  const { body, headers } = modern('tools/call', { name: 'lookup' }, { meta });
  await send(url, body, { ...headers, 'mcp-name': 'delete' });
  await sendModern(url, 'tools/call', { name: 'export', arguments: { region: 'eu' } }, { meta });
  const refused = {
    event: 'tool_invoke',
    meta: { agent: 'support', code: 'header_mismatch' },
    payload: { context: { conversation_id: 'conv-1' } },
  };
  expect(records).toMatchObject([
    { ...refused, payload: { ...refused.payload, target: 'lookup' } },
    { ...refused, payload: { ...refused.payload, target: 'export' } },
  ]);
});

it('a suspended agent that asks for lists leaves an event', async () => {
  const { url, records, setStatus } = await fixture();
  setStatus('support', 'suspended');
  await sendModern(url, 'tools/list');
  expect(records).toMatchObject([
    { event: 'request_refused', meta: { agent: 'support', code: 'agent_suspended', result: 'denied' } },
  ]);
});

it('a request without a valid key leaves an event that does not hold the key', async () => {
  const { url, records } = await fixture();
  for (const authorization of ['Bearer remit_stolen', 'Basic x', '']) {
    expect((await send(url, rpc('ping'), { authorization })).status).toBe(401);
  }
  expect(records).toMatchObject(
    Array.from({ length: 3 }, () => ({
      event: 'login',
      meta: { listener: 'agents', result: 'denied', code: 'unauthenticated' },
      payload: { source: '127.0.0.1' },
    })),
  );
  expect(JSON.stringify(records)).not.toContain('remit_stolen');
});

it('a request for another host leaves an event', async () => {
  const { url, records } = await fixture();
  const { port } = new URL(url);
  httpRequest({ port, path: '/mcp', method: 'POST', headers: { host: 'evil.example' } }).end();
  await waitFor(() => records.length > 0);
  expect(records).toMatchObject([
    { event: 'request_refused', meta: { listener: 'agents', code: 'foreign' } },
  ]);
});

it('a flood of them is counted, and told when the gateway stops at the latest', async () => {
  const { url, gateway, records } = await fixture({ bounds: { refused_attempts_recorded_max: 2 } });
  for (let name = 0; name < 5; name++) await sendModern(url, 'tools/call', { name: `guess-${name}` });
  expect(records).toHaveLength(2);
  await gateway.close();
  expect(records.slice(2)).toMatchObject([
    {
      event: 'refusals_coalesced',
      meta: { agent: 'support', code: 'unknown_tool', of: 'tool_invoke', refused: 3 },
      payload: { last: { target: 'guess-4' } },
    },
  ]);
});

it('a concealed tool is recorded as what it is, and once', async () => {
  const { url, records } = await fixture();
  const headers = { authorization: `Bearer ${keys.hidden}` };
  const { body } = await sendModern(url, 'tools/call', { name: 'lookup' }, { headers });
  expect(body['error']).toMatchObject({ message: 'Unknown tool: lookup' });
  expect(records).toMatchObject([{ meta: { tool: 'lookup', code: 'not_permitted' } }]);
});

it('a request that goes well leaves no such event', async () => {
  const { url, story } = await fixture();
  await sendModern(url, 'tools/list');
  await sendModern(url, 'tools/call', { name: 'lookup' });
  expect(story()).toEqual(['intent tool_invoke', 'outcome tool_invoke success']);
});
