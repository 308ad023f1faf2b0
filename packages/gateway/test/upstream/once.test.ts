/** Invariant 2: a call is written once or not at all; `sent: false` is a proof that it was not. */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { waitFor } from '@remit/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { toolCall, upstream } from './fixture.ts';
import { json, script, scriptedHttp } from './scripted.ts';

test('a refused connection: not sent, and the server counts as down', async () => {
  const server = await scriptedHttp({}, { keep_alive: false });
  const connected = upstream({ url: server.url }, { bounds: { restart_delay_first_ms: 60_000 } });
  await connected.ready(10_000);
  await server.close();
  expect(await connected.request(toolCall('echo', {}))).toMatchObject({ reason: 'unreachable', sent: false });
  await waitFor(() => connected.state === 'down');
  expect(connected.problem).toContain('ECONNREFUSED');
  expect(await connected.request(toolCall('echo', {}))).toMatchObject({ reason: 'unreachable', sent: false });
});

test('a server that comes back is found again', async () => {
  const first = await scriptedHttp({});
  const connected = upstream({ url: first.url });
  await connected.ready(10_000);
  await first.close();
  await connected.request(toolCall('echo', {}));
  await waitFor(() => connected.state !== 'ready');
  const second = await scriptedHttp({}, { port: Number(new URL(first.url).port) });
  expect(await connected.ready(20_000)).toBe(true);
  expect(await connected.request(toolCall('echo', {}))).toMatchObject({ kind: 'result' });
  expect(second.calls('tools/call')).toHaveLength(1);
});

test('a connection that breaks after the request: sent, and never sent again', async () => {
  const server = await scriptedHttp({ 'tools/call': (_, response) => void response.destroy() });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  for (let call = 1; call <= 5; call += 1) {
    expect(await connected.request(toolCall('echo', {}))).toMatchObject({ reason: 'closed', sent: true });
    expect(server.calls('tools/call')).toHaveLength(call);
  }
});

test.each([503, 429, 500, 404, 408])('an answer of HTTP %i is not a reason to send again', async (status) => {
  const answer = { 'retry-after': '0', 'content-type': 'text/plain' };
  const server = await scriptedHttp({
    'tools/call': (_, response) => void response.writeHead(status, answer).end('x'),
  });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  expect(await connected.request(toolCall('echo', {}))).toMatchObject({ kind: 'failed', sent: true });
  expect(server.calls('tools/call')).toHaveLength(1);
});

test('an idle connection that the server has closed does not make a call be sent twice', async () => {
  let seen = 0;
  const sockets: Socket[] = [];
  // Answers one request on each connection, and resets the connection when it is used again.
  const listener = createServer((socket) => {
    sockets.push(socket);
    let requests = 0;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const body = bytes.toString().split('\r\n\r\n')[1] ?? '';
      if (body.includes('tools/call')) seen += 1;
      requests += 1;
      if (requests > 1) socket.resetAndDestroy();
      else socket.write(respond(body));
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  const connected = upstream({ url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/` });
  await waitFor(() => sockets.length > 0);
  let sent = 0;
  for (let call = 0; call < 10; call += 1) {
    const answer = await connected.request(toolCall('echo', {}));
    if (answer.kind !== 'failed' || answer.sent) sent += 1;
  }
  expect(seen).toBeLessThanOrEqual(sent);
});

/** A whole answer in one write; the lists of \`tools\` and the handshake are enough to be ready. */
function respond(body: string): string {
  const { id, method } = JSON.parse(body || '{}') as { id?: number; method?: string };
  if (id === undefined) return 'HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n';
  const results: Record<string, object> = {
    initialize: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } },
  };
  const found = results[method ?? ''];
  const text = JSON.stringify({
    jsonrpc: '2.0',
    id,
    ...(found ? { result: found } : { error: { code: -32601, message: 'no' } }),
  });
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}

test('a call that waits for a free connection when it is cancelled was never sent', async () => {
  const server = await scriptedHttp({ 'tools/call': () => undefined });
  const connected = upstream({ url: server.url }, { bounds: { upstream_connections_max: 1 } });
  await connected.ready(10_000);
  const [first, second] = [new AbortController(), new AbortController()];
  const holding = connected.request(toolCall('echo', { n: 1 }, { signal: first.signal }));
  await waitFor(() => server.calls('tools/call').length === 1);
  const waiting = connected.request(toolCall('echo', { n: 2 }, { signal: second.signal }));
  second.abort();
  expect(await waiting).toMatchObject({ reason: 'cancelled', sent: false });
  first.abort();
  expect(await holding).toMatchObject({ reason: 'cancelled', sent: true });
  expect(server.calls('tools/call')).toHaveLength(1);
});

/** Reads nothing any more once its tools have been listed. */
const deaf = script(
  `on['tools/list'] = (m) => { answer(m, { tools: [] }); process.stdin.pause(); input.pause(); };`,
);

test('what still waits for a child to read its input was never sent; what was written may have been', async () => {
  const server = upstream({ command: deaf });
  await server.ready(10_000);
  const big = server.request(toolCall('echo', { text: 'x'.repeat(1_000_000) }));
  const controller = new AbortController();
  const withdrawn = server.request(toolCall('echo', { n: 1 }, { signal: controller.signal }));
  const waiting = server.request(toolCall('echo', { n: 2 }));
  controller.abort();
  expect(await withdrawn).toMatchObject({ reason: 'cancelled', sent: false });
  await server.close();
  expect(await big).toMatchObject({ reason: 'closed', sent: true });
  expect(await waiting).toMatchObject({ reason: 'closed', sent: false });
});

test('a child that does not read is not fed without end', async () => {
  const server = upstream({ command: deaf }, { bounds: { upstream_queue_bytes_max: 100_000 } });
  await server.ready(10_000);
  const calls = Array.from({ length: 5 }, () =>
    server.request(toolCall('echo', { text: 'x'.repeat(80_000) })),
  );
  const refused = await Promise.race(calls.slice(3));
  expect(refused).toMatchObject({ reason: 'unreachable', sent: false });
  await server.close();
  await Promise.all(calls);
});

test('a call that was cancelled before is not sent', async () => {
  const server = await scriptedHttp({});
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  const answer = await connected.request(toolCall('echo', {}, { signal: AbortSignal.abort() }));
  expect(answer).toMatchObject({ reason: 'cancelled', sent: false });
  expect(server.calls('tools/call')).toHaveLength(0);
});

test('a server that has lost the session gets a new handshake, and not the call again', async () => {
  let session = 0;
  const server = await scriptedHttp({
    initialize: (message, response) => {
      session += 1;
      const value = {
        protocolVersion: '2025-11-25',
        capabilities: {},
        serverInfo: { name: 's', version: '1' },
      };
      json(
        response,
        { jsonrpc: '2.0', id: message['id'], result: value },
        { 'mcp-session-id': `s${session}` },
      );
    },
    'tools/call': (message, response, { headers }) => {
      if (headers['mcp-session-id'] === 's1') {
        json(
          response,
          { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } },
          {},
          404,
        );
      } else json(response, { jsonrpc: '2.0', id: message['id'], result: {} });
    },
  });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  expect(await connected.request(toolCall('echo', {}))).toMatchObject({ reason: 'closed', sent: true });
  await waitFor(() => session === 2 && connected.state === 'ready');
  expect(server.calls('tools/call')).toHaveLength(1);
  expect(await connected.request(toolCall('echo', {}))).toMatchObject({ kind: 'result' });
});

test('a call that waited for the connection is not sent where the server is no longer what it was', async () => {
  const server = await scriptedHttp({});
  const connecting = upstream({ url: server.url });
  const answer = await connecting.request(toolCall('echo', {}, { unchanged: () => false }));
  expect(answer).toMatchObject({ kind: 'failed', reason: 'changed', sent: false });
  expect(connecting.state).toBe('ready');
  expect(server.calls('tools/call')).toEqual([]);
});
