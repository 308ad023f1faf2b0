/** The 2025 era on the wire: handshake, sessions, batches, watched resources. */
import { Fault, type JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { describe, expect, it } from 'vitest';
import { text } from './fake-upstream.ts';
import { fixture, keys, LegacyClient, messagesOf, rpc, send } from './fixture.ts';

const clientInfo = { name: 'test', version: '1' };

function initialize(protocolVersion: string): JsonObject {
  return rpc('initialize', { protocolVersion, capabilities: {}, clientInfo });
}

describe('initialize', () => {
  it.each([
    ['2025-11-25', '2025-11-25'],
    ['2025-06-18', '2025-06-18'],
    ['2025-03-26', '2025-03-26'],
    ['2024-11-05', '2025-11-25'],
    ['1.0', '2025-11-25'],
  ])('for version %s agrees on %s', async (asked, agreed) => {
    const { url } = await fixture();
    const { status, headers, body } = await send(url, initialize(asked));
    expect(status).toBe(200);
    expect(headers.get('mcp-session-id')).toMatch(/^[\x21-\x7e]+$/);
    expect(body['result']).toEqual({
      protocolVersion: agreed,
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
      },
      instructions: expect.stringContaining('[crm]') as string,
      serverInfo: { name: 'remit', title: 'Remit', version: '0.0.0' },
    });
  });

  it('is refused without what it has to say', async () => {
    const { url } = await fixture();
    for (const params of [
      {},
      { protocolVersion: '2025-11-25' },
      { protocolVersion: '2025-11-25', capabilities: {} },
    ]) {
      const { body, headers } = await send(url, rpc('initialize', params));
      expect(body['error']).toMatchObject({ code: -32602 });
      expect(headers.get('mcp-session-id')).toBeNull();
    }
  });

  it('is refused within a session', async () => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url);
    expect((await client.post(initialize('2025-11-25'))).status).toBe(400);
  });
});

describe('a session', () => {
  it('is asked for with 400', async () => {
    const { url } = await fixture();
    const { status, body } = await send(url, rpc('tools/list'), { 'mcp-protocol-version': '2025-11-25' });
    expect(status).toBe(400);
    expect(body['error']).toMatchObject({ code: -32600 });
  });

  it('that is unknown is answered with 404', async () => {
    const { url } = await fixture();
    const { status, body } = await send(url, rpc('tools/list'), { 'mcp-session-id': 'ses_unknown' });
    expect(status).toBe(404);
    expect(body['error']).toMatchObject({ code: -31002 });
  });

  it('of another agent reads like one that is unknown, for every method', async () => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url);
    const headers = {
      ...client.headers,
      authorization: `Bearer ${keys.reader}`,
      accept: 'text/event-stream, application/json',
    };
    const unknown = await send(url, rpc('tools/list'), { ...headers, 'mcp-session-id': 'ses_unknown' });
    const foreign = await send(url, rpc('tools/list'), headers);
    expect(foreign.status).toBe(404);
    expect(foreign.body['error']).toEqual(unknown.body['error']);
    for (const method of ['GET', 'DELETE']) expect((await fetch(url, { method, headers })).status).toBe(404);
    expect((await client.request('ping')).status).toBe(200);
  });

  it('belongs to the path that it was opened on', async () => {
    const { url } = await fixture();
    const client = await LegacyClient.open(`${url}/crm`);
    expect((await send(url, rpc('ping'), client.headers)).status).toBe(404);
    expect((await send(`${url}/web`, rpc('ping'), client.headers)).status).toBe(404);
  });

  it('ends with DELETE', async () => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url);
    expect((await fetch(url, { method: 'DELETE', headers: client.headers })).status).toBe(204);
    expect((await client.request('ping')).status).toBe(404);
  });

  it('ends when it has been idle for too long', async () => {
    const { url, clock, registry } = await fixture({ bounds: { keep_alive_ms: 20, session_idle_ms: 1000 } });
    const client = await LegacyClient.open(url);
    clock.advance(1001);
    await waitFor(async () => (await registry.getSingleMetricAsString('remit_sessions')).endsWith(' 0'));
    expect((await client.request('ping')).status).toBe(404);
  });

  it('gives way to a new one where the agent has too many, the one idle longest first', async () => {
    const { url } = await fixture({ bounds: { sessions_per_agent_max: 2 } });
    const first = await LegacyClient.open(url);
    const second = await LegacyClient.open(url);
    await first.request('ping');
    await LegacyClient.open(url);
    expect((await first.request('ping')).status).toBe(200);
    expect((await second.request('ping')).status).toBe(404);
  });

  it('is refused where the gateway has too many', async () => {
    const { url } = await fixture({ bounds: { sessions_max: 1 } });
    await LegacyClient.open(url);
    expect((await send(url, initialize('2025-11-25'))).status).toBe(503);
  });

  it.each([['2026-01-01'], ['v1']])('is refused in version %s with 400', async (version) => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url);
    const { status, body } = await client.request('tools/list', {}, { 'mcp-protocol-version': version });
    expect(status).toBe(400);
    expect(body['error']).toMatchObject({ code: -32022, data: { requested: version } });
  });

  it('without a version header speaks what was agreed', async () => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url);
    delete client.headers['mcp-protocol-version'];
    expect((await client.request('tools/list')).status).toBe(200);
  });

  it('does not take two requests with one id at a time', async () => {
    const { url, crm } = await fixture();
    const client = await LegacyClient.open(url);
    const held = Promise.withResolvers<void>();
    crm.behaviours.set('lookup', () => held.promise.then(() => text('done')));
    const call = rpc('tools/call', { name: 'lookup' });
    const first = client.post(call);
    await waitFor(() => crm.asked.length === 1);
    expect((await client.post(call)).status).toBe(400);
    held.resolve();
    expect((await first).status).toBe(200);
  });

  it('answers ping, takes notifications with 202, and has no method that nobody knows', async () => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url);
    expect((await client.request('ping')).body['result']).toEqual({});
    expect((await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);
    const { status, body } = await client.request('server/discover');
    expect(status).toBe(200);
    expect(body['error']).toEqual({ code: -32601, message: 'Method not found: server/discover' });
  });

  it('keeps the log level that was set, and servers are told it', async () => {
    const { url, crm } = await fixture();
    const client = await LegacyClient.open(url);
    expect((await client.request('logging/setLevel', { level: 'loud' })).body['error']).toMatchObject({
      code: -32602,
    });
    await client.request('logging/setLevel', { level: 'error' });
    crm.behaviours.set('lookup', ({ peer }) => {
      for (const level of ['warning', 'error'])
        peer.notify({ method: 'notifications/message', params: { level, data: level } });
      return text(peer.log_level ?? '');
    });
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...client.headers, 'content-type': 'application/json' },
      body: JSON.stringify(rpc('tools/call', { name: 'lookup' })),
    });
    const messages = messagesOf(await response.text());
    expect(messages.map(({ method }) => method)).toEqual(['notifications/message', undefined]);
    expect(messages[0]).toMatchObject({ params: { level: 'error', data: 'error' } });
    expect(JSON.stringify(messages[1])).toContain('"error"');
  });

  it('is not shown what only newer versions know', async () => {
    const { url, crm } = await fixture();
    const client = await LegacyClient.open(url);
    const contents = [{ uri: 'crm://customers/1', text: 'Ada' }];
    crm.behaviours.set('crm://customers/1', () => ({
      kind: 'result',
      result: {
        resultType: 'complete',
        contents,
        ttlMs: 5,
        cacheScope: 'public',
        _meta: { 'io.modelcontextprotocol/serverInfo': {}, kept: 1 },
      },
    }));
    const { body } = await client.request('resources/read', { uri: 'crm://customers/1' });
    expect(body['result']).toEqual({ contents, _meta: { kept: 1 } });
  });

  it('gets -32002 for a resource that nobody has', async () => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url, { key: keys.reader });
    const { body } = await client.request('resources/read', { uri: 'shared://motd' });
    expect(body['error']).toEqual({
      code: -32002,
      message: 'More than one server has this resource; read it through /mcp/crm or /mcp/web',
      data: { uri: 'shared://motd' },
    });
  });
});

describe('a batch', () => {
  const version = '2025-03-26';

  it('is answered as a batch, whatever becomes of each', async () => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url, { version });
    const batch = [
      rpc('ping'),
      rpc('tools/call', { name: 'lookup' }),
      rpc('nothing'),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
    ];
    const { status, body } = await client.post(batch);
    expect(status).toBe(200);
    const answers = body as unknown as JsonObject[];
    const ids = batch.flatMap((message) => ('id' in message ? [message.id] : []));
    expect(answers.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(answers.filter((answer) => 'error' in answer)).toHaveLength(1);
  });

  it('of notifications is taken with 202', async () => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url, { version });
    expect((await client.post([{ jsonrpc: '2.0', method: 'notifications/initialized' }])).status).toBe(202);
  });

  it.each([
    ['of 10,000 messages', Array.from({ length: 10_000 }, () => rpc('ping'))],
    ['of no messages', []],
    ['that initializes', [rpc('initialize', {})]],
    [
      'with one id twice',
      [
        { ...rpc('ping'), id: 1 },
        { ...rpc('ping'), id: 1 },
      ],
    ],
    ['with something that is no message', [rpc('ping'), 1]],
    ['in a batch', [[rpc('ping')]]],
  ])('%s is refused with 400', async (_what, batch) => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url, { version });
    const { status, body } = await client.post(batch);
    expect(status).toBe(400);
    expect(body['error']).toMatchObject({ code: -32600 });
  });

  it.each([['2025-06-18'], ['2025-11-25']])('is refused in version %s', async (newer) => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url, { version: newer });
    expect((await client.post([rpc('ping')])).status).toBe(400);
  });
});

describe('a watched resource', () => {
  const uri = 'crm://customers/1';

  it('is watched once, and no more when the session ends', async () => {
    const { url, crm } = await fixture();
    const client = await LegacyClient.open(url);
    await client.request('resources/subscribe', { uri });
    await client.request('resources/subscribe', { uri });
    expect(crm.watching).toEqual([uri]);
    await fetch(url, { method: 'DELETE', headers: client.headers });
    expect(crm.watching).toEqual([]);
  });

  it('is let go with resources/unsubscribe', async () => {
    const { url, crm } = await fixture();
    const client = await LegacyClient.open(url);
    await client.request('resources/subscribe', { uri });
    await client.request('resources/unsubscribe', { uri });
    await client.request('resources/unsubscribe', { uri });
    expect(crm.watching).toEqual([]);
  });

  it('must be one that the agent may read, and not one too many', async () => {
    const { url } = await fixture({ bounds: { watched_resources_max: 1 } });
    const support = await LegacyClient.open(`${url}/web`);
    expect(
      (await support.request('resources/subscribe', { uri: 'shared://motd' })).body['error'],
    ).toMatchObject({
      code: -32602,
    });
    const reader = await LegacyClient.open(url, { key: keys.reader });
    await reader.request('resources/subscribe', { uri });
    const { body } = await reader.request('resources/subscribe', { uri: 'crm://customers/2' });
    expect(body['error']).toMatchObject({ code: -32602 });
  });

  it('is not watched where the server takes no more, which the client is told', async () => {
    const { url, crm } = await fixture();
    crm.watch = () => Promise.reject(new Fault('limit_reached', 'more than 1 resources are watched'));
    const client = await LegacyClient.open(url);
    const { body } = await client.request('resources/subscribe', { uri });
    expect(body['error']).toMatchObject({ code: -31003 });
    await client.request('resources/unsubscribe', { uri });
    expect(crm.watching).toEqual([]);
  });
});
