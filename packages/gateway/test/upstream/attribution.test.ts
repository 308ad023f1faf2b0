/** A question by a server reaches the agent of the call that it belongs to, and never another. */
import { startReferenceServer, waitFor } from '@remit/testkit';
import { Fault } from '@remit/contracts';
import { expect, onTestFinished, test } from 'vitest';
import { peer, toolCall, upstream } from './fixture.ts';
import { script, scriptedHttp } from './scripted.ts';

const accept = (text: string) => ({ action: 'accept', content: { response: text } });

test('over HTTP each of two calls at once is asked its own question', async () => {
  const reference = await startReferenceServer({ era: 'session', transport: 'http' });
  onTestFinished(() => reference.close());
  const server = upstream({ url: reference.url ?? '' });
  await server.ready(10_000);
  const both = Promise.withResolvers<void>();
  let asked = 0;
  const asking = (name: string) =>
    peer({
      answer: async (requests) => {
        asked += 1;
        if (asked === 2) both.resolve();
        await both.promise;
        return Object.fromEntries(Object.keys(requests).map((key) => [key, accept(name)]));
      },
    });
  const [ann, bob] = [asking('ann'), asking('bob')];
  const answers = await Promise.all([
    server.request(toolCall('test_elicitation', { message: 'for ann' }, { peer: ann })),
    server.request(toolCall('test_elicitation', { message: 'for bob' }, { peer: bob })),
  ]);
  expect(JSON.stringify(ann.asked)).toContain('for ann');
  expect(JSON.stringify(bob.asked)).toContain('for bob');
  expect(JSON.stringify(answers[0])).toContain('ann');
  expect(JSON.stringify(answers[1])).toContain('bob');
});

test('on a shared channel a question while two calls are open reaches nobody', async () => {
  const body = `let calls = []; on['tools/call'] = (m) => { calls.push(m); if (calls.length === 2) send({ id: 'q', method: 'elicitation/create', params: { message: 'secret of one' } }); };
    const reply = other; on[undefined] = (m) => { if (m.id === 'q') for (const c of calls) answer(c, { reply: m }); };`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  const [ann, bob] = [peer({ answer: () => ({}) }), peer({ answer: () => ({}) })];
  const answers = await Promise.all([
    server.request(toolCall('echo', {}, { peer: ann })),
    server.request(toolCall('echo', {}, { peer: bob })),
  ]);
  expect([...ann.asked, ...bob.asked]).toEqual([]);
  expect(answers[0]).toMatchObject({ result: { reply: { error: { code: -32603 } } } });
  expect(server.counts.unattributed_requests).toBe(1);
});

test('a question for a call that was given up does not reach the next one', async () => {
  const body = `let first; on['tools/call'] = (m) => { if (first === undefined) { first = m; send({ method: 'notifications/progress', params: { progressToken: m.params._meta.progressToken, progress: 1 } }); return; }
      send({ id: 'q', method: 'elicitation/create', params: { message: 'secret of the first' } }); on[undefined] = (reply) => answer(m, { reply }); };`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  const controller = new AbortController();
  const leaving = peer({ onNotification: () => controller.abort() });
  await server.request(toolCall('echo', {}, { peer: leaving, progress: true, signal: controller.signal }));
  const next = peer({ answer: () => ({}) });
  const answer = await server.request(toolCall('echo', {}, { peer: next }));
  expect(next.asked).toEqual([]);
  expect(answer).toMatchObject({ result: { reply: { error: { code: -32603 } } } });
});

test('a question while nothing is open gets an error', async () => {
  const body = `on['notifications/initialized'] = () => send({ id: 'r', method: 'roots/list' });
    let reply; on[undefined] = (m) => { reply = m; }; on['tools/call'] = (m) => answer(m, { reply });`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  const answer = await server.request(toolCall('echo', {}));
  expect(answer).toMatchObject({ result: { reply: { id: 'r', error: { code: -32603 } } } });
});

test.each([
  ['ask_refused', -1, 'the request was refused'],
  ['ask_timeout', -32603, 'the client did not answer in time'],
  ['ask_failed', -32603, 'the client could not be asked'],
])('a server that is not answered (%s) is told so, and not why', async (code, expected, message) => {
  const body = `let call; on['tools/call'] = (m) => { call = m; send({ id: 1, method: 'sampling/createMessage', params: {} }); };
    on[undefined] = (m) => answer(call, { reply: m.error });`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  const refusing = peer({ answer: () => Promise.reject(new Fault(code, 'rule 7 of policy x says no')) });
  const answer = await server.request(toolCall('echo', {}, { peer: refusing }));
  expect(answer).toMatchObject({ result: { reply: { code: expected, message } } });
});

test('a server is answered a ping, and nothing that it has no right to ask', async () => {
  const body = `let call; const replies = []; on['tools/call'] = (m) => { call = m; send({ id: 1, method: 'ping' }); send({ id: 2, method: 'tools/call', params: {} }); };
    on[undefined] = (m) => { replies.push(m.result ?? m.error.code); if (replies.length === 2) answer(call, { replies }); };`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  const answer = await server.request(toolCall('echo', {}));
  expect(answer).toMatchObject({ result: { replies: [{}, -32601] } });
});

test('one call is asked a bounded number of times', async () => {
  const body = `let call; let n = 0; on['tools/call'] = (m) => { call = m; send({ id: n, method: 'roots/list' }); };
    on[undefined] = (m) => { if (m.error) answer(call, { after: n }); else send({ id: ++n, method: 'roots/list' }); };`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  const asking = peer({
    answer: (requests) => Object.fromEntries(Object.keys(requests).map((key) => [key, { roots: [] }])),
  });
  expect(await server.request(toolCall('echo', {}, { peer: asking }))).toMatchObject({
    result: { after: 16 },
  });
  expect(asking.asked).toHaveLength(16);
});

test('a question that the server takes back is withdrawn, and not answered', async () => {
  const body = `let call; const replies = [];
    on['tools/call'] = (m) => { call = m; send({ id: 'q', method: 'elicitation/create', params: {} });
      send({ method: 'notifications/cancelled', params: { requestId: 'q' } }); send({ id: 'r', method: 'roots/list' }); };
    on[undefined] = (m) => { replies.push(m.id); if (m.id === 'r') answer(call, { replies }); };`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  const asking = peer({
    answer: (requests, withdrawn) =>
      requests['request']?.method === 'roots/list'
        ? { request: { roots: [] } }
        : new Promise((_, reject) =>
            withdrawn?.addEventListener('abort', () => reject(new Fault('cancelled', 'withdrawn'))),
          ),
  });
  const answer = await server.request(toolCall('echo', {}, { peer: asking }));
  expect(answer).toMatchObject({ result: { replies: ['r'] } });
});

test('while an agent is asked the time of the call does not run', async () => {
  const body = `let call; on['tools/call'] = (m) => { call = m; send({ id: 1, method: 'roots/list' }); }; on[undefined] = () => answer(call, {});`;
  const server = upstream({ command: script(body) }, { bounds: { upstream_call_ms: 200 } });
  await server.ready(10_000);
  const slow = peer({
    answer: async (requests) => {
      // Longer than the call may take: that time is what is tested.
      await new Promise((resolve) => setTimeout(resolve, 600));
      return Object.fromEntries(Object.keys(requests).map((key) => [key, { roots: [] }]));
    },
  });
  expect(await server.request(toolCall('echo', {}, { peer: slow }))).toMatchObject({ kind: 'result' });
});

test('a server of the stateless era must not send requests', async () => {
  const body = `on.initialize = other; on['server/discover'] = (m) => answer(m, { supportedVersions: ['2026-07-28'], capabilities: {} });
    let call; on['tools/call'] = (m) => { call = m; send({ id: 1, method: 'roots/list' }); }; on[undefined] = (m) => answer(call, { reply: m.error.code });`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  const asking = peer({ answer: () => ({}) });
  expect(await server.request(toolCall('echo', {}, { peer: asking }))).toMatchObject({
    result: { reply: -32601 },
  });
  expect(asking.asked).toEqual([]);
});

test('log messages on a shared channel reach nobody while two calls are open', async () => {
  const body = `on.initialize = (m) => answer(m, { protocolVersion: '2025-11-25', capabilities: { logging: {} }, serverInfo: {} });
    on['logging/setLevel'] = (m) => answer(m, {});
    let calls = []; on['tools/call'] = (m) => { calls.push(m); if (calls.length < 2) return;
      send({ method: 'notifications/message', params: { level: 'error', data: 'secret of one' } }); for (const c of calls) answer(c, {}); };`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  const [ann, bob] = [peer({ log_level: 'debug' }), peer({ log_level: 'debug' })];
  await Promise.all([ann, bob].map((asking) => server.request(toolCall('echo', {}, { peer: asking }))));
  expect([...ann.notifications, ...bob.notifications]).toEqual([]);
});

test('the answer to one call on the stream of another is not delivered', async () => {
  const waiting: (() => void)[] = [];
  const server = await scriptedHttp({
    'tools/call': (message, response) => {
      const id = message['id'] as number;
      const cross = `data: {"jsonrpc":"2.0","id":${id + 1},"result":{"for":"the other"}}\n\n`;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (waiting.length === 0) {
        waiting.push(() => response.end(`data: {"jsonrpc":"2.0","id":${id},"result":{"for":"me"}}\n\n`));
        void waitFor(() => waiting.length === 2).then(() => response.write(cross));
      } else waiting.push(() => response.end(`data: {"jsonrpc":"2.0","id":${id},"result":{"for":"me"}}\n\n`));
    },
  });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  const answers = [connected.request(toolCall('echo', {})), connected.request(toolCall('echo', {}))];
  await waitFor(() => connected.counts.unexpected_answers === 1);
  for (const answer of waiting) answer();
  expect(await Promise.all(answers)).toEqual(Array(2).fill({ kind: 'result', result: { for: 'me' } }));
});
