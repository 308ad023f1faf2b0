/** What must not get in, whatever it is: each with the status and the code that the client is told. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { fixture, keys, LegacyClient, modern, rpc, send, sendModern } from './fixture.ts';

const discover = () => modern('server/discover');

/** A request with exactly these headers, Host included. */
function raw(
  url: string,
  {
    method = 'POST',
    path,
    headers = {},
    body = '',
  }: { method?: string; path?: string; headers?: Record<string, string>; body?: string | Buffer },
): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path: path ?? pathname, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('the listener', () => {
  it.each([
    ['a foreign Host', { host: 'evil.example' }],
    ['a foreign Host with our port', { host: 'evil.example:4747' }],
    ['a foreign Origin', { origin: 'http://evil.example' }],
    ['the Origin of a sandboxed page', { origin: 'null' }],
    ['an Origin that only looks like ours', { origin: 'http://localhost.evil.example' }],
  ])('refuses %s with 403', async (_what, headers) => {
    const { url } = await fixture();
    const { status, text } = await raw(url, {
      headers: { authorization: `Bearer ${keys.support}`, ...headers },
    });
    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', error: { code: -31004 } });
  });

  it.each([['localhost:1'], ['127.0.0.1'], ['[::1]:4747'], ['LOCALHOST']])('is %s', async (host) => {
    const { url } = await fixture();
    const { body, headers } = discover();
    const { status } = await raw(url, {
      headers: {
        host,
        origin: `http://${host}`,
        'content-type': 'application/json',
        authorization: `Bearer ${keys.support}`,
        ...headers,
      },
      body: JSON.stringify(body),
    });
    expect(status).toBe(200);
  });

  it('asks for a key with 401 and a challenge', async () => {
    const { url } = await fixture();
    const { status, headers, text } = await raw(url, {});
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe('Bearer realm="remit"');
    expect(JSON.parse(text)).toMatchObject({ error: { code: -31001 } });
  });

  it.each([['Bearer remit_wrong'], ['Basic cmVtaXQ='], ['Bearer'], ['Bearer a b']])(
    'refuses the credentials %s with 401',
    async (authorization) => {
      const { url } = await fixture();
      const { body, headers } = discover();
      const answered = await send(url, body, { ...headers, authorization });
      expect(answered.status).toBe(401);
      expect(answered.headers.get('www-authenticate')).toBe('Bearer realm="remit", error="invalid_token"');
    },
  );

  it.each([['/'], ['/mcp/unknown'], ['/mcp/crm/more'], ['/mcpx'], ['/mcp/%63rm']])(
    'has nothing at %s',
    async (path) => {
      const { url } = await fixture();
      const { status } = await raw(url, { path, headers: { authorization: `Bearer ${keys.support}` } });
      expect(status).toBe(404);
    },
  );

  it.each([['PUT'], ['PATCH'], ['OPTIONS'], ['HEAD']])('does not take %s', async (method) => {
    const { url } = await fixture();
    const { status, headers } = await raw(url, {
      method,
      headers: { authorization: `Bearer ${keys.support}` },
    });
    expect(status).toBe(405);
    expect(headers['allow']).toBe('GET, POST, DELETE');
  });

  it('takes nothing but JSON, for clients that take JSON', async () => {
    const { url } = await fixture();
    const { body, headers } = discover();
    expect((await send(url, body, { ...headers, 'content-type': 'text/plain' })).status).toBe(415);
    expect((await send(url, body, { ...headers, accept: 'text/html' })).status).toBe(406);
  });

  it('gives up on a client that sends its headers too slowly', async () => {
    const { url } = await fixture({ bounds: { request_headers_ms: 100 } });
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('POST /mcp HTTP/1.1\r\nHost: localhost\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 /);
    await once(socket, 'close');
  });

  it('gives up on a client that sends its body too slowly', async () => {
    const { url } = await fixture({ bounds: { request_headers_ms: 100, request_body_ms: 200 } });
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${keys.support}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 /);
    await once(socket, 'close');
  });
});

describe('a body', () => {
  const headers = discover().headers;

  it.each([
    ['that is no JSON', '{"jsonrpc":', -32700, 'malformed_json'],
    ['that is empty', '', -32700, 'malformed_json'],
    ['with two equal keys', '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32600, 'duplicate_key'],
    ['with two equal keys deep inside', '{"a":[{"b":{"c":1,"d":"x:y","c":1}}]}', -32600, 'duplicate_key'],
    ['with two equal keys that are spelled differently', '{"a":1,"\\u0061":1}', -32600, 'duplicate_key'],
    [
      'with a prototype key',
      '{"params":{"arguments":{"__proto__":{"admin":true}}}}',
      -32600,
      'prototype_key',
    ],
    ['with a prototype key in escapes', '{"\\u005f_proto__":1}', -32600, 'prototype_key'],
    ['with a number that does not exist', '{"id":1e999}', -32600, 'number_out_of_range'],
    ['with half a character', '{"id":"\\ud800"}', -32600, 'lone_surrogate'],
    ['that is 5,000 levels deep', '['.repeat(5000) + ']'.repeat(5000), -32600, 'json_too_deep'],
  ])('%s is refused with 400', async (_what, body, code, reason) => {
    const { url } = await fixture();
    const answered = await send(url, body, headers);
    expect(answered.status).toBe(400);
    expect(answered.body['error']).toMatchObject({ code, data: { code: reason } });
  });

  it('that is not UTF-8 is refused with 400', async () => {
    const { url } = await fixture();
    const body = Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]);
    const { status, text } = await raw(url, {
      headers: { 'content-type': 'application/json', authorization: `Bearer ${keys.support}` },
      body,
    });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { code: -32700, data: { code: 'invalid_utf8' } } });
  });

  it.each([
    ['announced', { 'content-length': String(50 * 1024 * 1024) }],
    ['not announced', { 'transfer-encoding': 'chunked' }],
  ])('of 50 MB, %s, is refused with 413', async (_how, extra) => {
    const { url } = await fixture();
    const body = Buffer.alloc(50 * 1024 * 1024, 0x20);
    const { status, text } = await raw(url, {
      headers: { 'content-type': 'application/json', authorization: `Bearer ${keys.support}`, ...extra },
      body,
    });
    expect(status).toBe(413);
    expect(JSON.parse(text)).toMatchObject({ error: { data: { code: 'body_too_large' } } });
  });

  it.each([
    ['null', 'null'],
    ['a number', '1'],
    ['a batch', '[]'],
    ['without a version', '{"id":1,"method":"ping"}'],
    ['with id null', '{"jsonrpc":"2.0","id":null,"method":"ping"}'],
    ['with a fractional id', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}'],
    ['with positional parameters', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}'],
    ['with neither method nor result', '{"jsonrpc":"2.0","id":1}'],
    ['with a method that holds control characters', '{"jsonrpc":"2.0","id":1,"method":"a\\u0000"}'],
    ['with `_meta` that is no object', '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":1}}'],
  ])('%s is no message and is refused with 400', async (_what, body) => {
    const { url } = await fixture();
    const answered = await send(url, body, headers);
    expect(answered.status).toBe(400);
    expect(answered.body['error']).toMatchObject({ code: -32600 });
  });
});

describe('a tool call', () => {
  it.each([
    ['control characters', 'look\u0007up'],
    ['a line break', 'look\nup'],
    ['nothing', ''],
    ['more characters than a name has', 'x'.repeat(257)],
  ])('whose name holds %s is refused before it reaches a server', async (_what, name) => {
    const { url, crm, records } = await fixture();
    const client = await LegacyClient.open(url);
    const { body } = await client.request('tools/call', { name });
    expect(body['error']).toMatchObject({ code: -32602 });
    const header = `=?base64?${Buffer.from(name).toString('base64')}?=`;
    const { body: sealed } = await sendModern(
      url,
      'tools/call',
      { name },
      { headers: { 'mcp-name': header } },
    );
    expect(sealed['error']).toMatchObject({ code: -32602 });
    expect(crm.asked).toEqual([]);
    expect(records).toEqual([]);
  });

  it('of a tool that nobody has is a JSON-RPC error', async () => {
    const { url, records } = await fixture();
    const { status, body } = await sendModern(url, 'tools/call', { name: 'nothing' });
    expect(status).toBe(200);
    expect(body['error']).toEqual({ code: -32602, message: 'Unknown tool: nothing' });
    expect(records).toMatchObject([{ phase: 'event', meta: { code: 'unknown_tool' } }]);
  });

  it('of a tool that exists but is not permitted is refused as such, and recorded', async () => {
    const { url, crm, story } = await fixture();
    const { status, body } = await sendModern(url, 'tools/call', { name: 'delete' });
    expect(status).toBe(200);
    expect(body['result']).toMatchObject({
      resultType: 'complete',
      isError: true,
      content: [
        {
          type: 'text',
          text: expect.stringMatching(/^Remit refused this call \(denied_by_policy\)\. /) as string,
        },
      ],
      structuredContent: {
        remit: { code: 'denied_by_policy', effect: 'deny', reason: expect.any(String) as string },
      },
    });
    expect(crm.asked).toEqual([]);
    expect(story()).toEqual(['event tool_invoke denied']);
  });

  it('of a tool that the policy conceals reads like one of a tool that nobody has, and is recorded', async () => {
    const { url, story } = await fixture();
    const headers = { authorization: `Bearer ${keys.hidden}` };
    const { body } = await sendModern(url, 'tools/call', { name: 'delete' }, { headers });
    expect(body['error']).toEqual({ code: -32602, message: 'Unknown tool: delete' });
    expect(story()).toEqual(['event tool_invoke denied']);
  });

  it('with arguments against the schema is refused before the server sees it', async () => {
    const { url, crm } = await fixture();
    const { body } = await sendModern(url, 'tools/call', { name: 'lookup', arguments: { value: 1 } });
    expect(body['result']).toMatchObject({
      isError: true,
      structuredContent: { remit: { code: 'invalid_arguments' } },
    });
    expect(crm.asked).toEqual([]);
  });

  it('with arguments that are no object is refused', async () => {
    const { url } = await fixture();
    const { body } = await sendModern(url, 'tools/call', { name: 'lookup', arguments: [] as never });
    expect(body['error']).toMatchObject({ code: -32602 });
  });

  it('of an agent that is suspended is refused on the next call, and lists are closed to it', async () => {
    const { url, crm, setStatus } = await fixture();
    const client = await LegacyClient.open(url);
    setStatus('support', 'suspended');
    const { body } = await client.request('tools/call', { name: 'lookup' });
    expect(body['result']).toMatchObject({
      isError: true,
      structuredContent: { remit: { code: 'agent_suspended' } },
    });
    const listed = await client.request('tools/list');
    expect(listed.status).toBe(403);
    expect(listed.body['error']).toMatchObject({
      code: -31000,
      data: { remit: { code: 'agent_suspended' } },
    });
    expect((await sendModern(url, 'server/discover')).status).toBe(403);
    expect(crm.asked).toEqual([]);
  });

  it.each([
    ['a context that is no object', { 'io.remit/context': [] as never }],
    ['a context with nested values', { 'io.remit/context': { a: { b: 1 } } }],
    [
      'a context with too many keys',
      { 'io.remit/context': Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`k${n}`, 1])) },
    ],
    ['a rationale that is too long', { 'io.remit/rationale': 'x'.repeat(2001) }],
  ])('with %s is refused', async (_what, meta) => {
    const { url, crm } = await fixture();
    const { body } = await sendModern(url, 'tools/call', { name: 'lookup' }, { meta });
    expect(body['error']).toMatchObject({ code: -32602 });
    expect(crm.asked).toEqual([]);
  });

  it('with a header Remit-Context that is no JSON is refused', async () => {
    const { url } = await fixture();
    const headers = { 'remit-context': '{"a":1,"a":2}' };
    const { body } = await sendModern(url, 'tools/call', { name: 'lookup' }, { headers });
    expect(body['error']).toMatchObject({ code: -32602 });
  });
});

it('an agent has only so many calls open, and the gateway too', async () => {
  const { url, crm } = await fixture({ bounds: { open_calls_per_agent_max: 1, open_calls_max: 1 } });
  const held = Promise.withResolvers<void>();
  crm.behaviours.set('lookup', async () => {
    await held.promise;
    return { kind: 'result', result: { content: [] } };
  });
  const first = sendModern(url, 'tools/call', { name: 'lookup' });
  while (crm.asked.length === 0) await new Promise(setImmediate);
  const second = await sendModern(url, 'tools/call', { name: 'lookup' });
  expect(second.status).toBe(429);
  expect(second.body['error']).toMatchObject({ code: -31003 });
  held.resolve();
  expect((await first).status).toBe(200);
  expect(rpc('ping')).toBeDefined();
});
