/** Over real sockets: live events, and stopping cleanly. */
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { bounds } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { expect, test } from 'vitest';
import { controlUnderTest, operatorToken, policyNaming, type UnderTest } from './control-under-test.ts';

async function listening() {
  const control = await controlUnderTest();
  await control.app.listen({ host: '127.0.0.1', port: 0 });
  await control.registry.agents.registerPolicy(policyNaming('support', 'billing'), { id: 'remit' });
  return { ...control, port: (control.app.server.address() as AddressInfo).port };
}

async function tail(
  { port }: { port: number },
  query = '',
  token = operatorToken,
  headers: Record<string, string> = {},
) {
  const sent = request({
    port,
    host: '127.0.0.1',
    path: `/api/v1/events/stream${query}`,
    headers: { authorization: `Bearer ${token}`, ...headers },
  }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  // An aborted stream is an error to the client library; here it is one way to end.
  const ended = new Promise<void>((resolve) =>
    response.on('error', () => resolve()).on('close', () => resolve()),
  );
  response.setEncoding('utf8').on('data', (part: string) => (text += part));
  return {
    response,
    ended,
    events: () =>
      [...text.matchAll(/^data: (.*)$/gm)].map(
        ([, data]) => JSON.parse(data ?? '') as Record<string, unknown>,
      ),
    ids: () => [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => Number(id)),
    raw: () => text,
    stop: () => sent.destroy(),
  };
}

const comeBack = (control: { port: number }, seen: number | string, query = '') =>
  tail(control, query, operatorToken, { 'last-event-id': String(seen) });

const suspend = ({ send }: UnderTest, agent: string) => send('POST', `/api/v1/agents/${agent}/suspend`);

test('events arrive as they become durable, those that the filters name', async () => {
  const control = await listening();
  const stream = await tail(control, '?agent=billing');
  expect(stream.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
  await suspend(control, 'support');
  await suspend(control, 'billing');
  await waitFor(() => stream.events().length > 0);
  expect(stream.events()).toMatchObject([{ action: 'agent_suspended', agent: 'billing' }]);
  expect(control.ledger.appended.find(({ event }) => event === 'audit_read')).toMatchObject({
    meta: { of: 'stream' },
  });
  stream.stop();
  await waitFor(() => control.ledger.listeners.size === 0);
});

test('a client that comes back gets what it has missed, then what comes, each event once', async () => {
  const control = await listening();
  const first = await tail(control);
  await suspend(control, 'support');
  await waitFor(() => first.events().length > 0);
  first.stop();
  await waitFor(() => control.ledger.listeners.size === 0);
  await suspend(control, 'billing');
  const again = await comeBack(control, first.ids()[0] ?? -1);
  await control.send('POST', '/api/v1/agents/support/resume');
  await waitFor(() => again.events().length >= 2);
  const seen = again.events().map(({ action, agent }) => [action, agent]);
  expect(seen.filter(([action]) => action !== 'audit_read')).toEqual([
    ['agent_suspended', 'billing'],
    ['agent_resumed', 'support'],
  ]);
  expect(again.ids()).toEqual(again.ids().toSorted((a, b) => a - b));
  again.stop();
});

test('what it has missed is filtered like the rest', async () => {
  const control = await listening();
  await suspend(control, 'support');
  await suspend(control, 'billing');
  const stream = await comeBack(control, 0, '?agent=billing&action=agent_suspended');
  await waitFor(() => stream.events().length > 0);
  expect(stream.events()).toMatchObject([{ action: 'agent_suspended', agent: 'billing' }]);
  stream.stop();
});

test.each([
  ['longer ago than a stream goes back', 0],
  ['of another log, which was longer', 1_000_000],
])('an event %s is told as a gap', async (_, seen) => {
  const control = await listening();
  const meta = { agent: 'support' };
  const time = '2026-03-03T14:32:15.000Z';
  const many = Array.from({ length: bounds.event_stream_replay_max }, (_one, number) => ({
    ...({ phase: 'event', event: 'agent_suspended', time, meta } as const),
    id: `evt_${number}`,
  }));
  await control.ledger.append(many);
  const stream = await comeBack(control, seen);
  await waitFor(() => stream.events().length > 0);
  const before = control.ledger.appended.length;
  expect(stream.raw()).toContain(
    `event: gap\nid: ${before - 1}\ndata: {"after":${seen},"before":${before}}\n`,
  );
  await suspend(control, 'billing');
  await waitFor(() => stream.events().length > 1);
  expect(stream.events()[1]).toMatchObject({ action: 'agent_suspended', agent: 'billing' });
  stream.stop();
});

test('an id that no stream gave out is refused', async () => {
  const control = await listening();
  for (const seen of ['evt_1', '-1', '1'.repeat(16)]) {
    const stream = await comeBack(control, seen);
    expect(stream.response.statusCode).toBe(400);
  }
});

test('a person who is removed sees nothing more', async () => {
  const control = await listening();
  await control.person('admin@example.com', ['administrators']);
  const viewer = await control.person('view@example.com', ['viewers']);
  const stream = await tail(control, '', viewer);
  const admin = control.registry.people.list()[0];
  await control.registry.people.remove('view@example.com', { id: admin?.id ?? '' });
  await suspend(control, 'support');
  await stream.ended;
  expect(stream.events().map(({ action }) => action)).not.toContain('agent_suspended');
});

test('streams are bounded in number', async () => {
  const control = await listening();
  const open = await Promise.all(Array.from({ length: bounds.event_streams_max }, () => tail(control)));
  const refused = await tail(control);
  expect(refused.response.statusCode).toBe(429);
  open.forEach((stream) => stream.stop());
});

test('closing ends open streams and leaves nobody listening', async () => {
  const control = await listening();
  const stream = await tail(control);
  await control.app.close();
  await stream.ended;
  expect(control.ledger.listeners.size).toBe(0);
});

test('a reader that does not read is cut off', async () => {
  const control = await listening();
  const socket = connect(control.port, '127.0.0.1');
  socket.write(
    `GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${operatorToken}\r\n\r\n`,
  );
  await once(socket, 'readable');
  const reason = 'x'.repeat(1000);
  const flood = async () => {
    const records = Array.from({ length: 1000 }, (_one, number) => ({
      phase: 'event' as const,
      id: `evt_flood_${number}`,
      event: 'agent_suspended' as const,
      time: '2026-03-03T14:32:15.000Z',
      meta: { agent: 'support' },
      payload: { reason },
    }));
    await control.ledger.append(records);
    return control.ledger.listeners.size === 0;
  };
  await waitFor(flood, { what: 'the cut', timeout_ms: 20_000 });
  socket.destroy();
});

test('a request that is no HTTP is answered and closed', async () => {
  const { port } = await listening();
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
  socket.write('\x16\x03\x01 not http\r\n\r\n');
  await once(socket, 'close');
  expect(answer).toMatch(/^HTTP\/1\.1 400/);
});
