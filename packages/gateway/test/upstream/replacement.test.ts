/** One client's cancelled call keeps no other client from being asked, and never asks it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@remit/testkit';
import type { JsonObject } from '@remit/contracts';
import { expect, onTestFinished, test } from 'vitest';
import type { UpstreamAnswer } from '../../src/exchange.ts';
import type { CountedUpstream } from '../../src/upstream/upstream.ts';
import { isAlive, peer, toolCall, upstream } from './fixture.ts';
import type { RecordingPeer } from './fixture.ts';
import { script } from './scripted.ts';

/**
 * Tools: `ask` asks and answers with its process and the reply; `where` answers with its process;
 * `hang` shows that it has begun, and obeys a cancellation; `wait` shows it too, and waits for a signal.
 */
const body = `let waiting; let asking; let questions = 0; const pid = process.pid;
  const ask = (message) => send({ id: 'q' + ++questions, method: 'elicitation/create', params: { message } });
  const begun = (m) => send({ method: 'notifications/progress', params: { progressToken: m.params._meta.progressToken, progress: 1 } });
  on.ping = (m) => answer(m, {});
  on['tools/call'] = (m) => ({
    ask: () => { asking = m; ask('for the asking call'); }, where: () => answer(m, { pid }),
    hang: () => begun(m), wait: () => { waiting = m; begun(m); },
  })[m.params.name]();
  on[undefined] = (m) => { if (asking) answer(asking, { pid, reply: m.result ?? m.error }); asking = undefined; };`;

const accepted = { action: 'accept', content: {} };

function asked(client?: string): RecordingPeer {
  return peer({
    ...(client !== undefined && { client }),
    answer: (requests) => Object.fromEntries(Object.keys(requests).map((key) => [key, accepted])),
  });
}

async function resultOf(answer: Promise<UpstreamAnswer>): Promise<JsonObject> {
  const settled = await answer;
  if (settled.kind !== 'result') throw new Error(JSON.stringify(settled));
  return settled.result;
}

/** A server of which it is known that `ask` asks. */
async function askingServer(
  changes = '',
  env: Record<string, string> = {},
): Promise<{ server: CountedUpstream; pid: unknown }> {
  const server = upstream({ command: script(body + changes), env });
  await server.ready(10_000);
  const { pid } = await resultOf(server.request(toolCall('ask', {}, { peer: asked() })));
  return { server, pid };
}

/** A call that is cancelled as soon as the server works on it. */
async function cancelOne(server: CountedUpstream, client?: string): Promise<void> {
  const controller = new AbortController();
  const leaving = peer({
    ...(client !== undefined && { client }),
    onNotification: () => controller.abort(),
  });
  const call = toolCall('hang', {}, { peer: leaving, progress: true, signal: controller.signal });
  expect(await server.request(call)).toMatchObject({ kind: 'failed', reason: 'cancelled' });
}

test('after a cancellation that the server has obeyed, another client is asked, over a new connection', async () => {
  const { server, pid } = await askingServer();
  await cancelOne(server);
  const next = asked();
  const result = await resultOf(server.request(toolCall('ask', {}, { peer: next })));
  expect(result['reply']).toEqual(accepted);
  expect(next.asked).toHaveLength(1);
  expect(result['pid']).not.toBe(pid);
  expect(server.restarts).toBe(0);
  expect(server.state).toBe('ready');
});

test('a question that a cancelled call asks after the ping reaches nobody', async () => {
  const late = `on.ping = (m) => { answer(m, {}); ask('secret of the cancelled call'); };`;
  const { server } = await askingServer(late);
  await cancelOne(server);
  const next = asked();
  await resultOf(server.request(toolCall('ask', {}, { peer: next })));
  expect(JSON.stringify(next.asked)).not.toContain('secret');
  expect(next.asked).toHaveLength(1);
  expect(server.counts.unattributed_requests).toBe(1);
});

test('what is open on the old connection is seen to its end, and then the old process ends', async () => {
  const { server, pid } = await askingServer(`process.on('SIGUSR2', () => answer(waiting, { pid }));`);
  let begun = false;
  const patient = peer({ onNotification: () => (begun = true) });
  const open = server.request(toolCall('wait', {}, { peer: patient, progress: true }));
  await waitFor(() => begun);
  await cancelOne(server);
  const next = await resultOf(server.request(toolCall('ask', {}, { peer: asked() })));
  expect(next['pid']).not.toBe(pid);
  process.kill(pid as number, 'SIGUSR2');
  expect(await resultOf(open)).toEqual({ pid });
  await waitFor(() => !isAlive(pid as number));
  expect(await resultOf(server.request(toolCall('where', {})))).toEqual({ pid: next['pid'] });
});

test('the client that has cancelled is asked over the same connection', async () => {
  const { server, pid } = await askingServer();
  await cancelOne(server, 'ann');
  const result = await resultOf(server.request(toolCall('ask', {}, { peer: asked('ann') })));
  expect(result).toEqual({ pid, reply: accepted });
});

test('a tool that does not ask keeps its process, and what that remembers', async () => {
  const { server, pid } = await askingServer();
  await cancelOne(server);
  expect(await resultOf(server.request(toolCall('where', {})))).toEqual({ pid });
});

test('a server that answers the cancelled call keeps its connection', async () => {
  const { server, pid } = await askingServer(
    `on['notifications/cancelled'] = (m) => send({ id: m.params.requestId, error: { code: 0, message: 'Request cancelled' } });`,
  );
  await cancelOne(server);
  const result = await resultOf(server.request(toolCall('ask', {}, { peer: asked() })));
  expect(result).toEqual({ pid, reply: accepted });
});

test('the first question that was refused for a cancellation is the last one', async () => {
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  await cancelOne(server);
  const first = await resultOf(server.request(toolCall('ask', {}, { peer: asked() })));
  expect(first['reply']).toMatchObject({ code: -32603 });
  const second = await resultOf(server.request(toolCall('ask', {}, { peer: asked() })));
  expect(second['reply']).toEqual(accepted);
});

test('a call is not sent over a new connection that no longer lists what was decided on', async () => {
  const { server } = await askingServer();
  await cancelOne(server);
  const next = asked();
  const call = toolCall('ask', {}, { peer: next, unchanged: () => false });
  expect(await server.request(call)).toMatchObject({ kind: 'failed', reason: 'changed', sent: false });
  expect(next.asked).toEqual([]);
});

test('where no new connection can be made the old one stays, and the question is refused', async () => {
  const once = `const fs = require('node:fs'); const marker = process.env.MARKER; const ready = on.initialize;
    on.initialize = (m) => { if (fs.existsSync(marker)) process.exit(1); fs.writeFileSync(marker, ''); ready(m); };`;
  const folder = await mkdtemp(join(tmpdir(), 'remit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { server, pid } = await askingServer(once, { MARKER: join(folder, 'started') });
  await cancelOne(server);
  const result = await resultOf(server.request(toolCall('ask', {}, { peer: asked() })));
  expect(result).toMatchObject({ pid, reply: { code: -32603 } });
  expect(server.state).toBe('ready');
});
