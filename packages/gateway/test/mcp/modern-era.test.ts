/** MCP 2026-07-28 on the wire. Literals are what clients see; they do not change without a reason. */
import type { JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { describe, expect, it } from 'vitest';
import { fixture, keys, modern, rpc, send, sendModern } from './fixture.ts';

const version = 'io.modelcontextprotocol/protocolVersion';
const capabilities = 'io.modelcontextprotocol/clientCapabilities';

describe('the envelope', () => {
  it.each([
    ['no _meta at all', undefined],
    ['no protocol version', { [capabilities]: {} }],
    ['no client capabilities', { [version]: '2026-07-28' }],
    ['capabilities that are no object', { [version]: '2026-07-28', [capabilities]: [] }],
    [
      'an unknown log level',
      { [version]: '2026-07-28', [capabilities]: {}, 'io.modelcontextprotocol/logLevel': 'loud' },
    ],
  ])('with %s is refused with 400 and -32602', async (_what, meta) => {
    const { url } = await fixture();
    const { headers } = modern('server/discover');
    const body = rpc('server/discover', meta === undefined ? {} : { _meta: meta });
    const answered = await send(url, body, headers);
    expect(answered.status).toBe(400);
    expect(answered.body).toMatchObject({ id: body.id, error: { code: -32602 } });
  });

  it.each([
    ['MCP-Protocol-Version missing', 'mcp-protocol-version', undefined],
    ['MCP-Protocol-Version of the other era', 'mcp-protocol-version', '2025-11-25'],
    ['Mcp-Method missing', 'mcp-method', undefined],
    ['Mcp-Method of another method', 'mcp-method', 'tools/list'],
    ['Mcp-Method in capitals', 'mcp-method', 'TOOLS/CALL'],
    ['Mcp-Name missing', 'mcp-name', undefined],
    ['Mcp-Name of another tool', 'mcp-name', 'delete'],
    ['Mcp-Name badly encoded', 'mcp-name', '=?base64?bG9va3Vw?'],
    ['Mcp-Name in base64 without padding', 'mcp-name', '=?base64?bG9va3VwCg?='],
  ])('with %s is refused with 400 and -32020', async (_what, header, value) => {
    const { url, crm } = await fixture();
    const { body, headers } = modern('tools/call', { name: 'lookup' });
    delete headers[header];
    const answered = await send(url, body, value === undefined ? headers : { ...headers, [header]: value });
    expect(answered.status).toBe(400);
    expect(answered.body).toMatchObject({ id: body.id, error: { code: -32020 } });
    expect(crm.asked).toEqual([]);
  });

  it.each([
    ['with spaces around it', '  lookup  '],
    ['in base64', '=?base64?bG9va3Vw?='],
  ])('takes Mcp-Name %s', async (_what, value) => {
    const { url } = await fixture();
    const { body, headers } = modern('tools/call', { name: 'lookup' });
    expect((await send(url, body, { ...headers, 'mcp-name': value })).body).toHaveProperty('result');
  });

  it('of an unknown version is refused with 400 and -32022, which names what is spoken', async () => {
    const { url } = await fixture();
    const { headers } = modern('server/discover');
    const body = rpc('server/discover', { _meta: { [version]: 'v999', [capabilities]: {} } });
    const answered = await send(url, body, { ...headers, 'mcp-protocol-version': 'v999' });
    expect(answered.status).toBe(400);
    expect(answered.body['error']).toEqual({
      code: -32022,
      message: 'Unsupported protocol version',
      data: { supported: ['2026-07-28'], requested: 'v999' },
    });
  });

  it.each([
    ['initialize'],
    ['ping'],
    ['logging/setLevel'],
    ['resources/subscribe'],
    ['tasks/list'],
    ['tasks/result'],
    ['unknown/method'],
  ])('of method %s is refused with 404 and -32601', async (method) => {
    const { url } = await fixture();
    const answered = await sendModern(url, method);
    expect(answered.status).toBe(404);
    expect(answered.body['error']).toEqual({ code: -32601, message: `Method not found: ${method}` });
  });

  it('makes session ids meaningless, and none is given out', async () => {
    const { url } = await fixture();
    const answered = await sendModern(url, 'tools/list', {}, { headers: { 'mcp-session-id': 'whatever' } });
    expect(answered.status).toBe(200);
    expect(answered.headers.get('mcp-session-id')).toBeNull();
  });

  it('makes GET and DELETE meaningless', async () => {
    const { url } = await fixture();
    for (const method of ['GET', 'DELETE']) {
      const headers = { authorization: `Bearer ${keys.support}`, 'mcp-protocol-version': '2026-07-28' };
      const { status, headers: answered } = await fetch(url, { method, headers });
      expect(status).toBe(405);
      expect(answered.get('allow')).toBe('POST');
    }
  });

  it('takes notifications with 202 and responses not at all', async () => {
    const { url } = await fixture();
    const headers = { 'mcp-protocol-version': '2026-07-28' };
    const notification = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    expect((await send(url, notification, headers)).status).toBe(202);
    expect((await send(url, { jsonrpc: '2.0', id: 1, result: {} }, headers)).status).toBe(400);
  });
});

describe('results', () => {
  it('of server/discover say what there is', async () => {
    const { url } = await fixture();
    const { body } = await sendModern(url, 'server/discover');
    expect(body['result']).toEqual({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
        extensions: { 'io.modelcontextprotocol/tasks': {} },
      },
      instructions: expect.stringMatching(
        /^Calls pass Remit, .*\n\n\[crm\] Look customers up before you write\.$/s,
      ) as string,
      ttlMs: 30_000,
      cacheScope: 'private',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'remit', title: 'Remit', version: '0.0.0' } },
    });
  });

  it.each([['tools/list'], ['prompts/list'], ['resources/list'], ['resources/templates/list']])(
    'of %s are private',
    async (method) => {
      const { url } = await fixture();
      const { body } = await sendModern(url, method);
      expect(body['result']).toMatchObject({ resultType: 'complete', ttlMs: 30_000, cacheScope: 'private' });
    },
  );

  it('of resources/read are private, and as fresh as the server says', async () => {
    const { url, crm } = await fixture();
    const uri = 'crm://customers/1';
    crm.behaviours.set(uri, () => ({
      kind: 'result',
      result: { contents: [], ttlMs: 5, cacheScope: 'public' },
    }));
    const { body } = await sendModern(url, 'resources/read', { uri });
    expect(body['result']).toMatchObject({ ttlMs: 5, cacheScope: 'private' });
  });

  it.each([
    [-32002, -32602, 200],
    [-32042, -32603, 200],
    [-32020, -32603, 200],
    [-32021, -32021, 400],
    [-32000, -32000, 200],
  ])('with the error %i of a server become %i with status %i', async (code, seen, status) => {
    const { url, crm } = await fixture();
    crm.behaviours.set('lookup', () => ({ kind: 'error', error: { code, message: 'no' } }));
    const answered = await sendModern(url, 'tools/call', { name: 'lookup' });
    expect(answered.body['error']).toMatchObject({ code: seen, message: 'no' });
    expect(answered.status).toBe(status);
  });
});

describe('parameters repeated in headers', () => {
  const call = (args: JsonObject, headers: Record<string, string>) => async () => {
    const { url } = await fixture();
    return sendModern(url, 'tools/call', { name: 'export', arguments: args }, { headers });
  };

  it.each([
    [
      'say the same',
      call({ region: 'eu', count: 42 }, { 'mcp-param-region': 'eu', 'mcp-param-count': '42' }),
    ],
    ['say the same number', call({ count: 42 }, { 'mcp-param-count': '42.0' })],
    ['say the same in base64', call({ region: 'Zürich' }, { 'mcp-param-region': '=?base64?WsO8cmljaA==?=' })],
    ['are left out with their parameter', call({}, {})],
  ])('are taken where they %s', async (_what, send) => {
    expect((await send()).body).toHaveProperty('result');
  });

  it.each([
    ['say something else', call({ region: 'eu' }, { 'mcp-param-region': 'us' })],
    ['are missing', call({ region: 'eu' }, {})],
    ['come without their parameter', call({}, { 'mcp-param-region': 'eu' })],
    ['are badly encoded', call({ region: 'eu' }, { 'mcp-param-region': '=?base64?Zh?=' })],
  ])('are refused with -32020 where they %s', async (_what, send) => {
    const { status, body } = await send();
    expect(status).toBe(400);
    expect(body['error']).toMatchObject({ code: -32020 });
  });
});

describe('a client that goes away', () => {
  it('cancels its call, whose outcome is recorded', async () => {
    const { url, crm, story } = await fixture();
    crm.behaviours.set(
      'lookup',
      ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            resolve({ kind: 'failed', reason: 'cancelled', sent: true, message: 'cancelled' });
          });
        }),
    );
    const { body, headers } = modern('tools/call', { name: 'lookup' });
    const controller = new AbortController();
    const call = fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', authorization: `Bearer ${keys.support}` },
      body: JSON.stringify(body),
      signal: controller.signal,
    });
    await waitFor(() => crm.asked.length === 1);
    controller.abort();
    await expect(call).rejects.toThrow();
    await waitFor(() => story().includes('outcome tool_invoke cancelled'));
  });

  it('in the middle of a stream cancels as well', async () => {
    const { url, crm, story } = await fixture();
    crm.behaviours.set(
      'lookup',
      ({ signal, peer }) =>
        new Promise((resolve) => {
          peer.notify({ method: 'notifications/progress', params: { progress: 1 } });
          signal.addEventListener('abort', () => {
            resolve({ kind: 'failed', reason: 'cancelled', sent: true, message: 'cancelled' });
          });
        }),
    );
    const { body, headers } = modern('tools/call', { name: 'lookup' }, { meta: { progressToken: 'p' } });
    const controller = new AbortController();
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', authorization: `Bearer ${keys.support}` },
      body: JSON.stringify(body),
      signal: controller.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    controller.abort();
    await waitFor(() => story().includes('outcome tool_invoke cancelled'));
  });
});
