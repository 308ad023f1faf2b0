/** Stopping, floods, slow readers: what is open ends well, and nobody can fill the memory. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { waitFor } from '@remit/testkit';
import { describe, expect, it } from 'vitest';
import { text } from './fake-upstream.ts';
import { fixture, keys, LegacyClient, modern, send, sendModern } from './fixture.ts';

describe('a gateway that stops', () => {
  it('lets open calls end, and takes no others', async () => {
    const { url, gateway, crm, story } = await fixture({ bounds: { drain_ms: 10_000 } });
    const held = Promise.withResolvers<void>();
    crm.behaviours.set('lookup', () => held.promise.then(() => text('done')));
    const call = sendModern(url, 'tools/call', { name: 'lookup' });
    await waitFor(() => crm.asked.length === 1);
    const closed = gateway.close();
    await expect(sendModern(url, 'tools/list')).rejects.toThrow();
    held.resolve();
    expect((await call).body).toHaveProperty('result');
    await closed;
    expect(story().at(-1)).toBe('outcome tool_invoke success');
  });

  it('cancels what does not end in time, and the outcome is recorded', async () => {
    const { url, gateway, crm, story } = await fixture({ bounds: { drain_ms: 50 } });
    crm.behaviours.set(
      'lookup',
      ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () =>
            resolve({ kind: 'failed', reason: 'cancelled', sent: true, message: '' }),
          );
        }),
    );
    const call = sendModern(url, 'tools/call', { name: 'lookup' }).catch(() => undefined);
    await waitFor(() => crm.asked.length === 1);
    await gateway.close();
    await call;
    expect(story().at(-1)).toBe('outcome tool_invoke cancelled');
  });

  it('refuses what comes on connections that are open still', async () => {
    const { url, gateway, crm } = await fixture({ bounds: { drain_ms: 10_000 } });
    const held = Promise.withResolvers<void>();
    crm.behaviours.set('lookup', () => held.promise.then(() => text('done')));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(`POST /mcp HTTP/1.1\r\nHost: localhost\r\n`);
    const call = sendModern(url, 'tools/call', { name: 'lookup' });
    await waitFor(() => crm.asked.length === 1);
    const closed = gateway.close();
    socket.write(`Authorization: Bearer ${keys.support}\r\nContent-Length: 0\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 503 /);
    held.resolve();
    await Promise.all([call, closed]);
  });
});

describe('interim messages', () => {
  it('are bounded for each call, and the answer still comes', async () => {
    const { url, crm } = await fixture({ bounds: { interim_messages_per_call_max: 5 } });
    crm.behaviours.set('lookup', ({ peer }) => {
      for (let progress = 1; progress <= 1000; progress++)
        peer.notify({ method: 'notifications/progress', params: { progress } });
      return text('done');
    });
    const { body, headers } = modern('tools/call', { name: 'lookup' }, { meta: { progressToken: 'p' } });
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', authorization: `Bearer ${keys.support}` },
      body: JSON.stringify(body),
    });
    const events = (await response.text()).match(/^data: /gm);
    expect(events).toHaveLength(6);
  });

  it('are dropped for a client that takes no streams', async () => {
    const { url, crm } = await fixture();
    crm.behaviours.set('lookup', ({ peer }) => {
      peer.notify({ method: 'notifications/progress', params: { progress: 1 } });
      return text('done');
    });
    const { headers, body } = await sendModern(
      url,
      'tools/call',
      { name: 'lookup' },
      { meta: { progressToken: 'p' }, headers: { accept: 'application/json' } },
    );
    expect(headers.get('content-type')).toBe('application/json');
    expect(body).toHaveProperty('result');
  });

  it('of other kinds than the protocol knows are not passed on', async () => {
    const { url, crm } = await fixture();
    crm.behaviours.set('lookup', ({ peer }) => {
      peer.notify({ method: 'notifications/tools/list_changed' });
      peer.notify({ method: 'notifications/message', params: { level: 'alert', data: 'unasked' } });
      peer.notify({ method: 'tools/call', params: {} });
      return text('done');
    });
    const { headers } = await sendModern(url, 'tools/call', { name: 'lookup' });
    expect(headers.get('content-type')).toBe('application/json');
  });
});

it('a reader that does not read is cut, and its modern call is cancelled', async () => {
  const { url, crm, story } = await fixture({ bounds: { stream_buffer_bytes_max: 1024 } });
  const data = 'x'.repeat(64 * 1024);
  crm.behaviours.set(
    'lookup',
    ({ peer, signal }) =>
      new Promise((resolve) => {
        const flood = setInterval(() => {
          for (let n = 0; n < 100; n++)
            peer.notify({ method: 'notifications/message', params: { level: 'error', data } });
        });
        signal.addEventListener('abort', () => {
          clearInterval(flood);
          resolve({ kind: 'failed', reason: 'cancelled', sent: true, message: '' });
        });
      }),
  );
  const { body, headers } = modern(
    'tools/call',
    { name: 'lookup' },
    { meta: { 'io.modelcontextprotocol/logLevel': 'debug' } },
  );
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.pause();
  socket.on('error', () => undefined);
  const payload = JSON.stringify(body);
  const lines = Object.entries({
    ...headers,
    host: 'localhost',
    authorization: `Bearer ${keys.support}`,
    'content-type': 'application/json',
  });
  socket.write(
    `POST /mcp HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\ncontent-length: ${payload.length}\r\n\r\n${payload}`,
  );
  await once(socket, 'connect');
  await waitFor(() => story().includes('outcome tool_invoke cancelled'));
  socket.destroy();
});

/** The whole stream; `onFirst` is called when it has begun. */
async function readAll(response: Response, onFirst: () => void): Promise<string> {
  let stream = '';
  for await (const chunk of response.body ?? []) {
    if (stream === '') onFirst();
    stream += Buffer.from(chunk as Uint8Array).toString();
  }
  return stream;
}

it('an answer that takes long begins as a stream, and shows signs of life', async () => {
  const { url, crm, clock } = await fixture({ bounds: { keep_alive_ms: 10, stream_after_ms: 1000 } });
  const held = Promise.withResolvers<void>();
  crm.behaviours.set('lookup', () => held.promise.then(() => text('done')));
  const { body, headers } = modern('tools/call', { name: 'lookup' });
  const call = fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', authorization: `Bearer ${keys.support}` },
    body: JSON.stringify(body),
  });
  await waitFor(() => crm.asked.length === 1);
  clock.advance(1001);
  const response = await call;
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const stream = await readAll(response, () => {
    held.resolve();
  });
  expect(stream).toMatch(/^:\n\n(:\n\n)*data: \{/);
});

it('a stream of changes shows signs of life, and ends when its agent is suspended', async () => {
  const { url, setStatus } = await fixture({ bounds: { keep_alive_ms: 10 } });
  const { body, headers } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', authorization: `Bearer ${keys.support}` },
    body: JSON.stringify(body),
  });
  let stream = '';
  const done = (async () => {
    for await (const chunk of response.body ?? []) stream += Buffer.from(chunk).toString();
  })();
  await waitFor(() => stream.includes('\n:\n\n'));
  setStatus('support', 'suspended');
  await done;
  expect(stream).toContain('"result"');
});

it('a 2025 client is not told of changes once its agent is suspended', async () => {
  const { url, crm, setStatus } = await fixture();
  const client = await LegacyClient.open(url);
  const response = await fetch(url, { headers: { ...client.headers, accept: 'text/event-stream' } });
  let stream = '';
  const reading = (async () => {
    for await (const chunk of response.body ?? []) stream += Buffer.from(chunk).toString();
  })();
  reading.catch(() => undefined);
  setStatus('support', 'suspended');
  crm.change('tools');
  setStatus('support', 'active');
  crm.change('prompts');
  await waitFor(() => stream.includes('prompts/list_changed'));
  expect(stream).not.toContain('tools/list_changed');
});

it('the ledger that cannot write closes every call', async () => {
  const { url, crm, refuseRecords } = await fixture();
  refuseRecords();
  const { body } = await sendModern(url, 'tools/call', { name: 'lookup' });
  expect(body['result']).toMatchObject({
    isError: true,
    structuredContent: { remit: { code: 'ledger_unavailable' } },
  });
  expect(crm.asked).toEqual([]);
  expect((await send(url, {}, {})).status).toBe(400);
});
