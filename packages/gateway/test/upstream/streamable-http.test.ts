/** What is particular to HTTP: headers, sessions, streams that break, credentials. */
import { startReferenceServer, waitFor } from '@remit/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { peer, toolCall, upstream } from './fixture.ts';
import { json, modern, result, scriptedHttp } from './scripted.ts';
import type { Answer } from './scripted.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import { options } from './fixture.ts';

const session =
  (id: string): Answer =>
  (message, response) =>
    result(
      response,
      message,
      { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's' } },
      { 'mcp-session-id': id },
    );

function event(message: object, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;
}

const stream = { 'content-type': 'text/event-stream' };

test('the negotiated version and the session go with every later request, and the session is ended', async () => {
  const server = await scriptedHttp({ initialize: session('s-1') });
  const connected = createUpstream({ name: 'test', trust: 'internal', url: server.url }, options());
  await connected.ready(10_000);
  await connected.request(toolCall('echo', {}));
  const first = server.calls('initialize')[0]?.headers;
  expect(first).not.toHaveProperty('mcp-protocol-version');
  expect(first).toMatchObject({
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
  });
  for (const method of ['notifications/initialized', 'tools/list', 'tools/call']) {
    expect(server.calls(method)[0]?.headers).toMatchObject({
      'mcp-session-id': 's-1',
      'mcp-protocol-version': '2025-06-18',
    });
  }
  await connected.close();
  expect(server.received.at(-1)).toMatchObject({
    http_method: 'DELETE',
    headers: { 'mcp-session-id': 's-1' },
  });
});

test('no request overtakes the note that the handshake is done', async () => {
  let noted = false;
  const overtaking: boolean[] = [];
  const server = await scriptedHttp({
    'notifications/initialized': (_, response) =>
      // Time for a request to overtake it: that none comes is no event.
      void setTimeout(() => {
        noted = true;
        response.writeHead(202).end();
      }, 200),
    'tools/list': (message, response) => {
      overtaking.push(!noted);
      result(response, message, { tools: [] });
    },
  });
  await upstream({ url: server.url }).ready(10_000);
  expect(overtaking).toEqual([false]);
});

test('a stream that breaks off is read on from its last event, and the call is not sent again', async () => {
  const server = await scriptedHttp({
    initialize: session('s-1'),
    'tools/call': (message, response) => {
      response.writeHead(200, stream);
      response.end(
        `retry: 10\n${event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: message['id'], progress: 1 } }, 'e-1')}`,
      );
    },
    GET: (_, response, { headers }) => {
      if (headers['last-event-id'] === undefined) return void response.writeHead(405).end();
      const id = server.calls('tools/call')[0]?.message?.['id'];
      return void response
        .writeHead(200, stream)
        .end(event({ jsonrpc: '2.0', id, result: { after: headers['last-event-id'] } }, 'e-2'));
    },
  });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  const watching = peer();
  const answer = await connected.request(toolCall('echo', {}, { peer: watching, progress: true }));
  expect(answer).toEqual({ kind: 'result', result: { after: 'e-1' } });
  expect(watching.notifications).toHaveLength(1);
  expect(server.calls('tools/call')).toHaveLength(1);
});

test('a server that cuts its own stream is read on (SEP-1699)', async () => {
  const reference = await startReferenceServer({ era: 'session', transport: 'http' });
  onTestFinished(() => reference.close());
  const connected = upstream({ url: reference.url ?? '' });
  await connected.ready(10_000);
  const answer = await connected.request(toolCall('test_reconnection', {}));
  expect(answer).toMatchObject({ result: { content: [{ text: 'Reconnection test completed' }] } });
});

test('a stream that brings nothing new is not resumed for ever', async () => {
  const server = await scriptedHttp({
    initialize: session('s-1'),
    'tools/call': (_, response) => void response.writeHead(200, stream).end('retry: 1\nid: e-1\ndata: \n\n'),
    GET: (_, response, { headers }) => {
      response.writeHead(headers['last-event-id'] === undefined ? 405 : 200, stream).end();
    },
  });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  expect(await connected.request(toolCall('echo', {}))).toMatchObject({ reason: 'closed', sent: true });
  expect(server.received.filter(({ headers }) => headers['last-event-id'] === 'e-1')).toHaveLength(5);
});

test('a cut stream of the stateless era is not resumed', async () => {
  const server = await scriptedHttp({
    ...modern,
    'tools/call': (_, response) => void response.writeHead(200, stream).end('id: e-1\ndata: \n\n'),
  });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  expect(await connected.request(toolCall('echo', {}))).toMatchObject({ reason: 'closed', sent: true });
  expect(server.received.filter(({ http_method }) => http_method === 'GET')).toEqual([]);
});

test('the server’s own stream is opened again when it ends, from the last event', async () => {
  let opened = 0;
  const server = await scriptedHttp({
    initialize: session('s-1'),
    GET: (_, response) => {
      opened += 1;
      response.writeHead(200, stream);
      if (opened === 1)
        response.end(
          `retry: 1\n${event({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }, 'g-1')}`,
        );
    },
  });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  await waitFor(() => opened === 2 && server.calls('tools/list').length === 2);
  const gets = server.received.filter(({ http_method }) => http_method === 'GET');
  expect(gets.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'g-1']);
});

test('where events have no ids the lists are read again after the stream was broken', async () => {
  let opened = 0;
  const server = await scriptedHttp({
    initialize: session('s-1'),
    GET: (_, response) => {
      opened += 1;
      response.writeHead(200, stream);
      if (opened === 1) response.end('retry: 1\n\n');
      else response.write(': here\n\n');
    },
  });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  await waitFor(() => server.calls('tools/list').length === 2);
});

test('a credential is resolved anew for each request, inside a value, and sent to the server alone', async () => {
  let token = 'token-number-1';
  const server = await scriptedHttp({});
  const settings = {
    url: server.url,
    headers: { Authorization: 'Bearer secret:web-token', 'X-Team': 'support' },
  };
  const connected = upstream(settings, { credentials: (name) => (name === 'web-token' ? token : undefined) });
  await connected.ready(10_000);
  token = 'token-number-2';
  await connected.request(toolCall('echo', {}));
  expect(server.calls('initialize')[0]?.headers).toMatchObject({
    authorization: 'Bearer token-number-1',
    'x-team': 'support',
  });
  expect(server.calls('tools/call')[0]?.headers).toMatchObject({ authorization: 'Bearer token-number-2' });
});

test('a credential that was rotated is still removed from what the session says that began with it', async () => {
  let token = 'token-number-1';
  const seen: unknown[] = [];
  const server = await scriptedHttp({
    'tools/call': (message, response, { headers }) => {
      seen.push(headers.authorization);
      result(response, message, { content: [{ type: 'text', text: seen.join(' ') }] });
    },
  });
  const settings = { url: server.url, headers: { Authorization: 'Bearer secret:t' } };
  const connected = upstream(settings, { credentials: () => token });
  await connected.ready(10_000);
  await connected.request(toolCall('echo', {}));
  token = 'token-number-2';
  const answer = JSON.stringify(await connected.request(toolCall('echo', {})));
  expect(seen).toEqual(['Bearer token-number-1', 'Bearer token-number-2']);
  expect(answer).toContain('Bearer [credential removed] Bearer [credential removed]');
  expect(answer).not.toContain('token-number');
});

test('a credential that is removed meanwhile fails the call, unsent', async () => {
  let token: string | undefined = 'token-number-1';
  const server = await scriptedHttp({});
  const connected = upstream(
    { url: server.url, headers: { Authorization: 'secret:t' } },
    { credentials: () => token },
  );
  await connected.ready(10_000);
  token = undefined;
  const answer = await connected.request(toolCall('echo', {}));
  expect(answer).toMatchObject({
    reason: 'unreachable',
    sent: false,
    message: /the credential `t` is not set/,
  });
});

test('a credential that would break a header is refused without being shown', async () => {
  const server = await scriptedHttp({});
  const connected = upstream(
    { url: server.url, headers: { Authorization: 'secret:t' } },
    { credentials: () => 'a\r\nX-Evil: 1' },
  );
  await waitFor(() => connected.state === 'down');
  expect(connected.problem).toContain('`Authorization`');
  expect(connected.problem).not.toContain('Evil');
});

test.each([401, 403])('an HTTP %i says that the credential was refused, and not which', async (status) => {
  const refuse: Answer = (message, response, { headers }) => {
    const error = { code: -32000, message: `bad token ${headers.authorization}` };
    json(response, { jsonrpc: '2.0', id: message['id'], error }, {}, status);
  };
  const secret = { credentials: () => 'hunter2-hunter2' };
  const headers = { Authorization: 'Bearer secret:t' };
  const at_call = await scriptedHttp({ 'tools/call': refuse });
  const connected = upstream({ url: at_call.url, headers }, secret);
  await connected.ready(10_000);
  const answer = await connected.request(toolCall('echo', {}));
  expect(answer).toMatchObject({ kind: 'failed', reason: 'unauthorized', sent: true });
  expect(JSON.stringify(answer)).not.toContain('hunter2');
  const at_start = await scriptedHttp({ 'server/discover': refuse, initialize: refuse });
  const refused = upstream({ url: at_start.url, headers }, secret);
  await waitFor(() => refused.state === 'down');
  expect(refused.problem).toContain(`refused Remit’s credential (HTTP ${status})`);
  expect(at_start.calls('initialize')).toEqual([]);
});

test('a server that repeats the credential in an answer does not show it to the agent', async () => {
  const server = await scriptedHttp({
    'tools/call': (message, response, { headers }) =>
      result(response, message, { echoed: headers['authorization'] ?? '' }),
  });
  const settings = { url: server.url, headers: { Authorization: 'Bearer secret:t' } };
  const connected = upstream(settings, { credentials: () => 'quote"and\\slash' });
  await connected.ready(10_000);
  expect(await connected.request(toolCall('echo', {}))).toEqual({
    kind: 'result',
    result: { echoed: 'Bearer [credential removed]' },
  });
});

test.each([
  ['ftp://example.com/', /not an http or https address/],
  ['http://user:pass@127.0.0.1/', /holds a user or password/],
])('the address %s is refused', async (url, problem) => {
  const connected = upstream({ url });
  await waitFor(() => connected.state === 'down');
  expect(connected.problem).toMatch(problem);
});

test('a header that is the protocol’s own cannot be set', async () => {
  const connected = upstream({ url: 'http://127.0.0.1:9/', headers: { 'Mcp-Session-Id': 'x' } });
  await waitFor(() => connected.state === 'down');
  expect(connected.problem).toContain('`Mcp-Session-Id` is set by Remit itself');
});

test('an endpoint on another origin gets no message and no credential (HTTP+SSE)', async () => {
  const elsewhere = await scriptedHttp({});
  const server = await scriptedHttp({
    GET: (_, response) =>
      void response.writeHead(200, stream).write(`event: endpoint\ndata: ${elsewhere.url}\n\n`),
  });
  const connected = upstream({ url: server.url, transport: 'sse' });
  await waitFor(() => connected.state === 'down');
  expect(connected.problem).toContain('not its own');
  expect(elsewhere.received).toEqual([]);
});
