/** The stateless era: metadata in each request, further round trips, the subscription. */
import { Fault } from '@remit/contracts';
import type { JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { describe, expect, test } from 'vitest';
import type { InputRequests } from '../../src/exchange.ts';
import { peer, toolCall, upstream } from './fixture.ts';
import { modern, result, script, scriptedHttp } from './scripted.ts';
import type { Answer } from './scripted.ts';

const tool = {
  name: 'sql',
  inputSchema: {
    type: 'object',
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      limit: { type: 'integer', 'x-mcp-header': 'Limit' },
      dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
      where: { type: 'object', properties: { zone: { type: 'string', 'x-mcp-header': 'Zone' } } },
    },
  },
};
const tools: Answer = (message, response) =>
  result(response, message, { resultType: 'complete', tools: [tool] });

test('every request carries version, client and the capabilities of the agent that asks', async () => {
  const server = await scriptedHttp(modern);
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  const asking = peer({
    capabilities: { elicitation: { form: {} }, extensions: { 'x/y': {} } },
    log_level: 'info',
  });
  await connected.request(
    toolCall('echo', {}, { peer: asking, params: { name: 'echo', _meta: { traceparent: '00-1-2-01' } } }),
  );
  const { headers, message } = server.calls('tools/call')[0] ?? { headers: {} };
  expect(message?.['params']).toEqual({
    name: 'echo',
    _meta: {
      traceparent: '00-1-2-01',
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'remit', version: '0.0.0' },
      'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
      'io.modelcontextprotocol/logLevel': 'info',
    },
  });
  expect(headers).toMatchObject({
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'echo',
  });
  expect(headers).not.toHaveProperty('mcp-session-id');
});

test('parameters are mirrored where the schema says so, absent ones and null are not', async () => {
  const server = await scriptedHttp({ ...modern, 'tools/list': tools });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  await connected.request(toolCall('sql', { region: 'Zürich', limit: 42, dry: false, where: { zone: 'a' } }));
  await connected.request(toolCall('sql', { region: null, where: {} }));
  const [full, empty] = server.calls('tools/call').map(({ headers }) => headers);
  expect(full).toMatchObject({
    'mcp-param-region': '=?base64?WsO8cmljaA==?=',
    'mcp-param-limit': '42',
    'mcp-param-dry': 'false',
    'mcp-param-zone': 'a',
  });
  for (const name of ['region', 'limit', 'dry', 'zone'])
    expect(empty).not.toHaveProperty(`mcp-param-${name}`);
});

test('cancelling closes the stream, and posts nothing', async () => {
  const closed = Promise.withResolvers<void>();
  const server = await scriptedHttp({
    ...modern,
    'tools/call': (_, response) => {
      response.on('close', closed.resolve);
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': here\n\n');
    },
  });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  const controller = new AbortController();
  const call = connected.request(toolCall('echo', {}, { signal: controller.signal }));
  await waitFor(() => server.calls('tools/call').length === 1);
  controller.abort();
  expect(await call).toMatchObject({ reason: 'cancelled', sent: true });
  await closed.promise;
  expect(server.calls('notifications/cancelled')).toEqual([]);
});

test('a header mismatch is not a reason to send again, but to read the tools anew', async () => {
  const server = await scriptedHttp({
    ...modern,
    'tools/call': (message, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ jsonrpc: '2.0', id: message['id'], error: { code: -32020, message: 'no' } }),
      );
    },
  });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  expect(await connected.request(toolCall('echo', {}))).toMatchObject({
    kind: 'error',
    error: { code: -32020 },
  });
  await waitFor(() => server.calls('tools/list').length === 2);
  expect(server.calls('tools/call')).toHaveLength(1);
});

describe('a server that needs input', () => {
  const question: InputRequests = { name: { method: 'elicitation/create', params: { message: 'Who?' } } };
  const needs = (value: object) => `answer(m, { resultType: 'input_required', ...${JSON.stringify(value)} })`;
  const server = (body: string, bounds = {}) =>
    upstream(
      {
        command: script(
          `on['server/discover'] = (m) => answer(m, { supportedVersions: ['2026-07-28'], capabilities: {} }); ${body}`,
        ),
      },
      { bounds },
    );
  const answering = () => peer({ answer: () => ({ name: { action: 'accept', content: { name: 'Ann' } } }) });

  test('gets the same request again under a new id, with the answers and its state', async () => {
    const connected = server(`const seen = []; on['tools/call'] = (m) => { seen.push(m);
      if (seen.length === 1) ${needs({ inputRequests: question, requestState: 'sealed' })}; else answer(m, { seen }); };`);
    await connected.ready(10_000);
    const asking = answering();
    const answer = await connected.request(toolCall('greet', { loud: true }, { peer: asking }));
    const seen = (answer.kind === 'result' ? answer.result['seen'] : []) as {
      id: number;
      params: JsonObject;
    }[];
    expect(asking.asked).toEqual([question]);
    expect(seen[1]?.id).not.toBe(seen[0]?.id);
    expect(seen[0]?.params).not.toHaveProperty('inputResponses');
    expect(seen[1]?.params).toMatchObject({
      name: 'greet',
      arguments: { loud: true },
      inputResponses: { name: { action: 'accept', content: { name: 'Ann' } } },
      requestState: 'sealed',
    });
  });

  test('with state alone is continued without asking anybody', async () => {
    const connected = server(
      `on['tools/call'] = (m) => m.params.requestState ? answer(m, m.params) : ${needs({ requestState: 's' })};`,
    );
    await connected.ready(10_000);
    const asking = peer();
    const answer = await connected.request(toolCall('greet', {}, { peer: asking }));
    expect(answer).toMatchObject({ result: { requestState: 's' } });
    expect(answer.kind === 'result' && answer.result).not.toHaveProperty('inputResponses');
    expect(asking.asked).toEqual([]);
  });

  test('does not get a state that it did not give again', async () => {
    const connected =
      server(`let n = 0; on['tools/call'] = (m) => { n += 1; if (n === 1) ${needs({ inputRequests: question, requestState: 'one' })};
      else if (n === 2) ${needs({ inputRequests: question })}; else answer(m, m.params); };`);
    await connected.ready(10_000);
    const answer = await connected.request(toolCall('greet', {}, { peer: answering() }));
    expect(answer.kind === 'result' && answer.result).not.toHaveProperty('requestState');
  });

  test('and is gone before the answers reach it has seen the call: nothing is given back for it', async () => {
    const connected = server(
      `on['tools/call'] = (m) => { ${needs({ inputRequests: question })}; process.stdout.write('', () => process.exit(0)); };`,
    );
    await connected.ready(10_000);
    const slow = peer({
      answer: async () => {
        await waitFor(() => connected.state !== 'ready');
        return { name: { action: 'accept', content: { name: 'Ann' } } };
      },
    });
    expect(await connected.request(toolCall('greet', {}, { peer: slow }))).toMatchObject({
      kind: 'failed',
      sent: true,
    });
  });

  test('again and again is given up', async () => {
    const connected = server(`on['tools/call'] = (m) => ${needs({ inputRequests: question })};`, {
      ask_rounds_max: 3,
    });
    await connected.ready(10_000);
    const asking = answering();
    expect(await connected.request(toolCall('greet', {}, { peer: asking }))).toMatchObject({
      reason: 'garbage',
    });
    expect(asking.asked.length).toBeLessThanOrEqual(4);
  });

  test('and is refused ends the call as an error', async () => {
    const connected = server(`on['tools/call'] = (m) => ${needs({ inputRequests: question })};`);
    await connected.ready(10_000);
    const refusing = peer({
      answer: () => Promise.reject(new Fault('ask_refused', 'the client cannot be asked')),
    });
    expect(await connected.request(toolCall('greet', {}, { peer: refusing }))).toMatchObject({
      kind: 'error',
      error: { message: /did not get: the client cannot be asked/ },
    });
  });

  test.each([
    ['a method that is none of the three', { inputRequests: { a: { method: 'tools/call' } } }],
    ['requests that are no map', { inputRequests: [] }],
    ['a state that is no text', { requestState: { a: 1 } }],
    ['nothing', {}],
  ])('and asks with %s is garbage', async (_, value) => {
    const connected = server(`on['tools/call'] = (m) => ${needs(value)};`);
    await connected.ready(10_000);
    const asking = peer();
    expect(await connected.request(toolCall('greet', {}, { peer: asking }))).toMatchObject({
      reason: 'garbage',
    });
    expect(asking.asked).toEqual([]);
  });

  test('on a method that must not is garbage, and so is a type of result that nobody knows', async () => {
    const connected = server(
      `on['completion/complete'] = (m) => ${needs({ inputRequests: question })}; on['tools/call'] = (m) => answer(m, { resultType: 'task' });`,
    );
    await connected.ready(10_000);
    const completion = { ...toolCall('x', {}), method: 'completion/complete' };
    expect(await connected.request(completion)).toMatchObject({ reason: 'garbage' });
    expect(await connected.request(toolCall('x', {}))).toMatchObject({ reason: 'garbage' });
  });
});

describe('the subscription', () => {
  const capabilities = { tools: { listChanged: true }, resources: { subscribe: true } };
  const discover: Answer = (message, response) =>
    result(response, message, { supportedVersions: ['2026-07-28'], capabilities });

  function acknowledged(id: unknown): string {
    const params = { _meta: { 'io.modelcontextprotocol/subscriptionId': id }, notifications: {} };
    return `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params })}\n\n`;
  }

  test('is opened again when its stream ends, and the lists are read again', async () => {
    let streams = 0;
    const server = await scriptedHttp({
      'server/discover': discover,
      'subscriptions/listen': (message, response) => {
        streams += 1;
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(acknowledged(message['id']));
        if (streams === 1) response.end();
      },
    });
    const connected = upstream({ url: server.url });
    await connected.ready(10_000);
    await waitFor(() => streams === 2 && server.calls('tools/list').length >= 2);
    expect(server.calls('subscriptions/listen')[0]?.message?.['params']).toMatchObject({
      notifications: { toolsListChanged: true },
    });
  });

  test('asks for the watched resources, once for all who watch', async () => {
    const server = await scriptedHttp({
      'server/discover': discover,
      'subscriptions/listen': (message, response) =>
        void response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(acknowledged(message['id'])),
    });
    const connected = upstream({ url: server.url });
    await connected.ready(10_000);
    await waitFor(() => server.calls('subscriptions/listen').length === 1);
    await connected.watch('a:1');
    await connected.watch('a:1');
    await connected.unwatch('a:1');
    expect(server.calls('subscriptions/listen')).toHaveLength(2);
    await connected.unwatch('a:1');
    const filters = server
      .calls('subscriptions/listen')
      .map(({ message }) => (message?.['params'] as JsonObject)['notifications']);
    expect(filters).toEqual([
      { toolsListChanged: true },
      { toolsListChanged: true, resourceSubscriptions: ['a:1'] },
      { toolsListChanged: true },
    ]);
  });

  test('that the server refuses is not asked for again', async () => {
    const server = await scriptedHttp({ 'server/discover': discover });
    const connected = upstream({ url: server.url }, { bounds: { restart_delay_first_ms: 1 } });
    await connected.ready(10_000);
    await waitFor(() => server.calls('subscriptions/listen').length === 1);
    await connected.watch('a:1');
    for (let call = 0; call < 50; call += 1) await connected.request(toolCall('echo', {}));
    expect(server.calls('subscriptions/listen')).toHaveLength(2);
  });

  test('of no more resources than the bound', async () => {
    const server = await scriptedHttp({ 'server/discover': discover });
    const connected = upstream({ url: server.url }, { bounds: { watched_resources_per_server_max: 1 } });
    await connected.ready(10_000);
    await connected.watch('a:1');
    await expect(connected.watch('a:2')).rejects.toMatchObject({ code: 'limit_reached' });
  });
});
