/** Servers that misbehave: every call ends, nothing is delivered that is not its answer, memory is bounded. */
import type { Bounds } from '@remit/contracts';
import { hostileCommand, startHostileServer, waitFor } from '@remit/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { peer, toolCall, upstream } from './fixture.ts';
import { script, scriptedHttp } from './scripted.ts';
import type { CountedUpstream } from '../../src/upstream/upstream.ts';

/** Short where nothing but time ends the call. */
function boundsFor(reason: string): Partial<Bounds> {
  return { upstream_message_bytes_max: 1024 * 1024, ...(reason === 'timeout' && { upstream_call_ms: 400 }) };
}

async function stdio(way: string, reason = ''): Promise<CountedUpstream> {
  const server = upstream({ command: hostileCommand(way) }, { bounds: boundsFor(reason) });
  expect(await server.ready(20_000), server.problem).toBe(true);
  return server;
}

async function http(way: string, reason = ''): Promise<CountedUpstream> {
  const hostile = await startHostileServer(way);
  onTestFinished(() => hostile.close());
  const server = upstream({ url: hostile.url }, { bounds: boundsFor(reason) });
  expect(await server.ready(20_000), server.problem).toBe(true);
  return server;
}

describe('over stdio', () => {
  test('a server that never answers anything is down, and says so', async () => {
    const bounds = { upstream_connect_ms: 600, upstream_probe_ms: 100 };
    const server = upstream({ command: hostileCommand('mute') }, { bounds });
    await waitFor(() => server.state === 'down');
    expect(server.problem).toBe('the server did not answer in time');
  });

  test.each([
    ['hang', { reason: 'timeout', sent: true }],
    ['die', { reason: 'closed', sent: true }],
    ['no-result', { reason: 'garbage', sent: true }],
    ['result-and-error', { reason: 'garbage', sent: true }],
    ['deep', { reason: 'garbage', sent: true }],
    ['huge', { reason: 'too_large', sent: true }],
    ['endless', { reason: 'too_large', sent: true }],
    // A line that names no request may be a stray print: the call is waited for.
    ['garbage', { reason: 'timeout', sent: true }],
    ['bad-utf8', { reason: 'timeout', sent: true }],
    ['wrong-id', { reason: 'timeout', sent: true }],
  ])('a server that answers with "%s" fails that call', async (way, expected) => {
    const server = await stdio(way, expected.reason);
    expect(await server.request(toolCall('echo', {}))).toMatchObject({ kind: 'failed', ...expected });
  });

  test('what is no message, and what answers nothing, is counted', async () => {
    const [garbage, wrong] = [await stdio('garbage', 'timeout'), await stdio('wrong-id', 'timeout')];
    await Promise.all([garbage.request(toolCall('echo', {})), wrong.request(toolCall('echo', {}))]);
    expect(garbage.counts.garbage).toBe(1);
    expect(wrong.counts.unexpected_answers).toBe(1);
  });

  test('of two answers the first counts', async () => {
    const server = await stdio('twice');
    const answer = await server.request(toolCall('echo', {}));
    expect(answer).toMatchObject({ result: { content: [{ text: 'first' }] } });
    await waitFor(() => server.counts.unexpected_answers === 1);
  });

  test('prototype keys stay plain keys', async () => {
    const server = await stdio('prototype-keys');
    const answer = await server.request(toolCall('echo', {}));
    expect(answer).toMatchObject({ kind: 'result' });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('a flood of log messages is cut for the agent, and the answer still arrives', async () => {
    const server = await stdio('flood');
    const reading = peer({ log_level: 'debug' });
    const answer = await server.request(toolCall('echo', {}, { peer: reading }));
    expect(answer).toMatchObject({ result: { content: [{ text: 'after the flood' }] } });
    expect(reading.notifications).toHaveLength(10_000);
    expect(server.counts.interim_dropped).toBe(90_000);
  });

  test('a server that sends nothing but garbage is let go of', async () => {
    const body = `on['tools/call'] = () => { for (let i = 0; i < 20; i++) process.stdout.write('[]\\n'); };`;
    const server = upstream({ command: script(body) }, { bounds: { upstream_garbage_max: 10 } });
    await server.ready(10_000);
    expect(await server.request(toolCall('echo', {}))).toMatchObject({ reason: 'closed' });
  });
});

describe('over HTTP', () => {
  test.each([
    ['hang', { reason: 'timeout', sent: true }],
    ['drop', { reason: 'closed', sent: true }],
    ['garbage', { reason: 'garbage', sent: true }],
    ['bad-utf8', { reason: 'garbage', sent: true }],
    ['wrong-type', { reason: 'garbage', sent: true }],
    ['server-error', { reason: 'garbage', sent: true }],
    ['redirect', { reason: 'garbage', sent: true }],
    ['wrong-id', { reason: 'garbage', sent: true }],
    ['batch', { reason: 'garbage', sent: true }],
    ['deep', { reason: 'garbage', sent: true }],
    ['endless', { reason: 'too_large', sent: true }],
    ['stream-cut', { reason: 'closed', sent: true }],
    ['stream-endless', { reason: 'too_large', sent: true }],
    ['stream-flood', { reason: 'timeout', sent: true }],
    ['unknown-session', { reason: 'garbage', sent: true }],
  ])('a server that answers with "%s" fails that call', async (way, expected) => {
    const server = await http(way, expected.reason);
    const answer = await server.request(toolCall('echo', {}, { peer: peer({ log_level: 'debug' }) }));
    expect(answer).toMatchObject({ kind: 'failed', ...expected });
  });

  test('of two answers on a stream the first counts', async () => {
    const server = await http('stream-twice');
    const answer = await server.request(toolCall('echo', {}));
    expect(answer).toMatchObject({ result: { content: [{ text: 'first' }] } });
    expect(server.counts.unexpected_answers).toBe(1);
  });

  test('a stream that does not end after its answer is cut', async () => {
    const closed = Promise.withResolvers<void>();
    const answer = 'data: {"jsonrpc":"2.0","id":ID,"result":{}}\n\n';
    const server = await scriptedHttp({
      'tools/call': (message, response) => {
        response.on('close', closed.resolve);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(answer.replace('ID', JSON.stringify(message['id'])));
      },
    });
    const connected = upstream({ url: server.url });
    await connected.ready(10_000);
    expect(await connected.request(toolCall('echo', {}))).toMatchObject({ kind: 'result' });
    await closed.promise;
  });
});

test.each([
  ['the code is no integer', { code: 1.5, message: 'x' }],
  ['there is no message', { code: 1 }],
  ['it is no object', 'failed'],
])('an error is garbage if %s', async (_, error) => {
  const body = `on['tools/call'] = (m) => send({ id: m.id, error: ${JSON.stringify(error)} });`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  expect(await server.request(toolCall('echo', {}))).toMatchObject({ kind: 'failed', reason: 'garbage' });
});

test('a result that asks for input in the era of sessions does not reach a client that would understand it', async () => {
  const body = `on['tools/call'] = (m) => answer(m, { resultType: 'input_required', inputRequests: {} });`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  expect(await server.request(toolCall('echo', {}))).toEqual({
    kind: 'result',
    result: { inputRequests: {} },
  });
});

test('progress renews the time of a call, but not its time in all', async () => {
  // Ten times as often as the call's time runs out: these times are what is tested.
  const body = `on['tools/call'] = (m) => { let n = 0; setInterval(() => send({ method: 'notifications/progress',
    params: { progressToken: m.params._meta.progressToken, progress: n++ } }), 50); };`;
  const server = upstream(
    { command: script(body) },
    { bounds: { upstream_call_ms: 500, upstream_call_total_ms: 1500 } },
  );
  await server.ready(10_000);
  const watching = peer();
  const answer = await server.request(toolCall('echo', {}, { peer: watching, progress: true }));
  expect(answer).toMatchObject({ reason: 'timeout' });
  expect(watching.notifications.length).toBeGreaterThan(12);
});

test('progress with a token that is not the call’s reaches nobody', async () => {
  const body = `on['tools/call'] = (m) => { for (const progressToken of [0, 1, 999, 'x', null])
    send({ method: 'notifications/progress', params: { progressToken, progress: 1 } }); answer(m, {}); };`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  const watching = peer();
  await server.request(toolCall('echo', {}, { peer: watching, progress: true }));
  expect(watching.notifications).toEqual([]);
});
