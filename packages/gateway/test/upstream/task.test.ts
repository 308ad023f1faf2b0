/**
 * Tasks of servers of the stateless era (extension io.modelcontextprotocol/tasks): the call is sent once,
 * followed until it is over, and what cannot be known is said to be unknown.
 */
import { bounds, Fault } from '@remit/contracts';
import type { JsonObject } from '@remit/contracts';
import { startReferenceServer, waitFor } from '@remit/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TaskPeer, TaskProgress } from '../../src/exchange.ts';
import { readTaskState } from '../../src/upstream/task-state.ts';
import { peer, toolCall, upstream } from './fixture.ts';
import type { PeerSettings, RecordingPeer } from './fixture.ts';
import { json, result, scriptedHttp } from './scripted.ts';
import type { Answer, ScriptedHttp } from './scripted.ts';

const extension = 'io.modelcontextprotocol/tasks';
const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';
const done = { content: [{ type: 'text', text: 'done' }] };

const discover: Answer = (message, response) =>
  result(response, message, {
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {}, extensions: { [extension]: {} } },
  });

function task(more: JsonObject): JsonObject {
  return {
    taskId: 'upstream-1',
    createdAt: '2026-07-28T10:00:00Z',
    lastUpdatedAt: '2026-07-28T10:00:00Z',
    ttlMs: 60_000,
    pollIntervalMs: 1,
    ...more,
  };
}

const created: Answer = (message, response) =>
  result(response, message, { resultType: 'task', ...task({ status: 'working' }) });

/** Gives one state after the other; the last one stays. */
function states(...given: JsonObject[]): Answer {
  return (message, response) => {
    const state = given.length > 1 ? given.shift() : given[0];
    result(response, message, { resultType: 'complete', ...task(state ?? {}) });
  };
}

const acknowledge: Answer = (message, response) => result(response, message, { resultType: 'complete' });

/** A server that makes a task of every call; polled without delay. */
async function taskServer(answers: Record<string, Answer>, bounds = {}) {
  const server = await scriptedHttp({
    'server/discover': discover,
    'tools/call': created,
    'tasks/cancel': acknowledge,
    'tasks/update': acknowledge,
    ...answers,
  });
  const connected = upstream({ url: server.url }, { bounds: { task_poll_min_ms: 1, ...bounds } });
  await connected.ready(10_000);
  return { server, connected };
}

interface TaskTakingPeer extends RecordingPeer {
  seen: TaskProgress[];
}

/** A peer that takes tasks; `has_task`: its client has one of its own. */
function taking(settings: PeerSettings = {}, has_task = true): TaskTakingPeer {
  const seen: TaskProgress[] = [];
  const tasks: TaskPeer = {
    created(progress) {
      seen.push(progress);
      return Promise.resolve(has_task);
    },
    changed: (progress) => void seen.push(progress),
  };
  return Object.assign(peer(settings), { tasks, seen });
}

function declared(server: ScriptedHttp, method: string): unknown {
  const params = server.calls(method)[0]?.message?.['params'] as { _meta: JsonObject } | undefined;
  return params?._meta[capabilitiesKey];
}

describe('the extension is declared', () => {
  test('for a call whose client takes tasks, to a server that has them', async () => {
    const { server, connected } = await taskServer({ 'tools/call': acknowledge });
    await connected.request(toolCall('echo', {}, { peer: taking({ capabilities: {} }) }));
    expect(declared(server, 'tools/call')).toEqual({ extensions: { [extension]: {} } });
  });

  test('for no other call, and to no other server', async () => {
    const { server, connected } = await taskServer({ 'tools/call': acknowledge });
    await connected.request(toolCall('echo', {}, { peer: peer({ capabilities: {} }) }));
    expect(declared(server, 'tools/call')).toEqual({});
    const plain = await taskServer({
      'tools/call': acknowledge,
      'server/discover': (message, response) =>
        result(response, message, { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }),
    });
    await plain.connected.request(toolCall('echo', {}, { peer: taking({ capabilities: {} }) }));
    expect(declared(plain.server, 'tools/call')).toEqual({});
  });
});

test('a task is polled until it is completed; the call was sent once', async () => {
  const { server, connected } = await taskServer({
    'tasks/get': states(
      { status: 'working', statusMessage: 'halfway' },
      { status: 'completed', result: { resultType: 'complete', ...done } },
    ),
  });
  const asking = taking();
  const answer = await connected.request(toolCall('echo', {}, { peer: asking }));
  expect(answer).toEqual({ kind: 'result', result: { resultType: 'complete', ...done } });
  expect(server.calls('tools/call')).toHaveLength(1);
  expect(server.calls('tasks/get').map(({ headers }) => headers['mcp-name'])).toEqual([
    'upstream-1',
    'upstream-1',
  ]);
  expect(declared(server, 'tasks/get')).toMatchObject({ extensions: { [extension]: {} } });
  expect(asking.seen).toEqual([{ poll_interval_ms: 1 }, { poll_interval_ms: 1, status_message: 'halfway' }]);
});

test('a task that failed is the error that the call would have been', async () => {
  const { connected } = await taskServer({
    'tasks/get': states({ status: 'failed', error: { code: -32603, message: 'broken', data: { at: 3 } } }),
  });
  expect(await connected.request(toolCall('echo', {}, { peer: taking() }))).toEqual({
    kind: 'error',
    error: { code: -32603, message: 'broken', data: { at: 3 } },
  });
});

test('a task for a client that takes none is no answer', async () => {
  const { server, connected } = await taskServer({
    'tasks/get': states({ status: 'completed', result: done }),
  });
  expect(await connected.request(toolCall('echo', {}))).toMatchObject({ reason: 'garbage', sent: true });
  expect(server.calls('tasks/get')).toEqual([]);
});

test('a task in answer to anything but a tool call is no answer', async () => {
  const { connected } = await taskServer({ 'prompts/get': created });
  const request = { ...toolCall('echo', {}, { peer: taking() }), method: 'prompts/get' };
  expect(await connected.request(request)).toMatchObject({ reason: 'garbage', sent: true });
});

describe('what a server asks for its task', () => {
  const question = { method: 'elicitation/create', params: { message: 'Who?' } };
  const accepted = { action: 'accept', content: { name: 'Ann' } };

  test('is asked once, however often it is polled, and answered under its key', async () => {
    let answered = false;
    const { server, connected } = await taskServer({
      'tasks/update': (message, response, received) => {
        answered = true;
        acknowledge(message, response, received);
      },
      'tasks/get': (message, response) => {
        const state: JsonObject = answered
          ? { status: 'completed', result: done }
          : { status: 'input_required', inputRequests: { constructor: question } };
        result(response, message, { resultType: 'complete', ...task(state) });
      },
    });
    const asking = taking({
      answer: async () => {
        await waitFor(() => server.calls('tasks/get').length > 3);
        return { request: accepted };
      },
    });
    expect(await connected.request(toolCall('echo', {}, { peer: asking }))).toMatchObject({ kind: 'result' });
    expect(asking.asked).toEqual([{ request: question }]);
    expect(server.calls('tasks/update').map(({ message }) => message?.['params'])).toMatchObject([
      { taskId: 'upstream-1', inputResponses: { constructor: accepted } },
    ]);
  });

  test('ends the task where the client does not answer', async () => {
    const { server, connected } = await taskServer({
      'tasks/get': states({ status: 'input_required', inputRequests: { who: question } }),
    });
    const asking = taking({ answer: () => Promise.reject(new Fault('ask_refused', 'nobody is there')) });
    expect(await connected.request(toolCall('echo', {}, { peer: asking }))).toMatchObject({
      kind: 'error',
      error: { message: expect.stringContaining('nobody is there') as string },
    });
    expect(server.calls('tasks/cancel')).toHaveLength(1);
  });

  test('is withdrawn from the client where the server goes on without it', async () => {
    const withdrawn = Promise.withResolvers<void>();
    const { connected } = await taskServer({
      'tasks/get': states(
        { status: 'input_required', inputRequests: { who: question } },
        { status: 'completed', result: done },
      ),
    });
    const asking = taking({
      answer: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            withdrawn.resolve();
            reject(new Fault('cancelled', 'withdrawn'));
          });
        }),
    });
    expect(await connected.request(toolCall('echo', {}, { peer: asking }))).toMatchObject({ kind: 'result' });
    await withdrawn.promise;
  });

  test('has an end', async () => {
    let asked = 0;
    const { connected } = await taskServer(
      {
        'tasks/get': (message, response) => {
          const state = { status: 'input_required', inputRequests: { [`key-${++asked}`]: question } };
          result(response, message, { resultType: 'complete', ...task(state) });
        },
      },
      { ask_rounds_max: 3 },
    );
    const asking = taking({ answer: () => ({ request: accepted }) });
    expect(await connected.request(toolCall('echo', {}, { peer: asking }))).toMatchObject({
      kind: 'error',
      error: { message: expect.stringContaining('more than 3 times') as string },
    });
    expect(asking.asked).toHaveLength(3);
  });
});

describe('a call that is cancelled', () => {
  async function cancelled(answers: Record<string, Answer>, bounds = {}) {
    const { server, connected } = await taskServer(answers, bounds);
    const controller = new AbortController();
    const request = toolCall('echo', {}, { peer: taking(), signal: controller.signal });
    const answer = connected.request(request);
    await waitFor(() => server.calls('tasks/get').length > 0);
    controller.abort();
    return { server, answer: await answer };
  }

  test('cancels the task, and ends as the task does', async () => {
    let status = 'working';
    const { server, answer } = await cancelled({
      'tasks/cancel': (message, response, received) => {
        status = 'cancelled';
        acknowledge(message, response, received);
      },
      'tasks/get': (message, response) =>
        result(response, message, { resultType: 'complete', ...task({ status }) }),
    });
    expect(answer).toMatchObject({ kind: 'failed', reason: 'cancelled', sent: true });
    expect(server.calls('tasks/cancel').map(({ headers }) => headers['mcp-name'])).toEqual(['upstream-1']);
    expect(server.calls('notifications/cancelled')).toEqual([]);
  });

  test('has its result where the task was completed all the same', async () => {
    const { answer } = await cancelled({
      'tasks/get': states({ status: 'working' }, { status: 'completed', result: done }),
    });
    expect(answer).toEqual({ kind: 'result', result: done });
  });

  test('does not wait for a server that goes on', async () => {
    const { answer } = await cancelled(
      { 'tasks/get': states({ status: 'working' }) },
      { task_cancel_ms: 30 },
    );
    expect(answer).toMatchObject({ reason: 'cancelled', sent: true });
  });
});

describe('an unknown outcome, never a second call', () => {
  test.each<[string, Answer]>([
    [
      'the server does not know its task any more',
      (message, response) =>
        json(response, {
          jsonrpc: '2.0',
          id: message['id'],
          error: { code: -32602, message: 'Task not found' },
        }),
    ],
    ['its description is of another task', states({ taskId: 'other', status: 'working' })],
    ['its status is none', states({ status: 'sleeping' })],
    ['it is completed without a result', states({ status: 'completed' })],
    ['its result is another task', states({ status: 'completed', result: { resultType: 'task' } })],
    ['it failed without an error', states({ status: 'failed', error: { message: 'no code' } })],
    [
      'it asks what no client can be asked',
      states({ status: 'input_required', inputRequests: { a: { method: 'x' } } }),
    ],
    ['the server cancelled it', states({ status: 'cancelled' })],
  ])('is what is left where %s', async (_, get) => {
    const { server, connected } = await taskServer({ 'tasks/get': get });
    const answer = await connected.request(toolCall('echo', {}, { peer: taking() }));
    expect(answer).toMatchObject({ kind: 'failed', sent: true });
    expect(server.calls('tools/call')).toHaveLength(1);
  });

  test('is what is left of a task without an id', async () => {
    const { connected } = await taskServer({
      'tools/call': (message, response) =>
        result(response, message, { resultType: 'task', status: 'working' }),
    });
    const answer = await connected.request(toolCall('echo', {}, { peer: taking() }));
    expect(answer).toMatchObject({ kind: 'failed', reason: 'garbage', sent: true });
  });

  test('is what is left when the task takes too long, which its server is told', async () => {
    const { server, connected } = await taskServer(
      { 'tasks/get': states({ status: 'working' }) },
      { task_run_ms: 30 },
    );
    const answer = await connected.request(toolCall('echo', {}, { peer: taking() }));
    expect(answer).toMatchObject({ reason: 'timeout', sent: true });
    expect(server.calls('tasks/cancel')).toHaveLength(1);
  });

  test('comes sooner where the client waits', async () => {
    const { connected } = await taskServer(
      { 'tasks/get': states({ status: 'working' }) },
      { upstream_call_total_ms: 30 },
    );
    const answer = await connected.request(toolCall('echo', {}, { peer: taking({}, false) }));
    expect(answer).toMatchObject({ reason: 'timeout', sent: true });
  });

  test('comes after as many failed polls as are bounded, not after one', async () => {
    let polls = 0;
    const failing: Answer = (message, response) => {
      polls += 1;
      json(response, { jsonrpc: '2.0', id: message['id'], error: { code: -32603, message: 'busy' } });
    };
    const bounds = { task_poll_failures_max: 3, task_poll_max_ms: 5 };
    const { connected } = await taskServer({ 'tasks/get': failing }, bounds);
    const answer = await connected.request(toolCall('echo', {}, { peer: taking() }));
    expect(answer).toMatchObject({ reason: 'unreachable', sent: true });
    expect(polls).toBe(3);
  });
});

test('a task of a process is followed as well', async () => {
  const { command = [] } = await startReferenceServer({ era: 'stateless', transport: 'stdio' });
  const connected = upstream({ command: [...command] });
  await connected.ready(10_000);
  const asking = taking({ answer: () => ({ request: { action: 'accept', content: { confirm: true } } }) });
  const answer = await connected.request(toolCall('confirm_delete', { filename: 'a.txt' }, { peer: asking }));
  expect(answer).toMatchObject({ kind: 'result', result: { content: [{ text: 'a.txt: "accept"' }] } });
  expect(asking.seen).toHaveLength(1);
});

test('whatever a server says of its task, reading it does not throw', () => {
  const member = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('working', 'input_required', 'completed', 'failed'),
  );
  const keys = fc.constantFrom(
    'status',
    'result',
    'error',
    'inputRequests',
    'pollIntervalMs',
    'statusMessage',
    'taskId',
  );
  fc.assert(
    fc.property(fc.dictionary(keys, member), (described) => {
      const state = readTaskState(described as JsonObject, bounds);
      if (state?.status === 'working' || state?.status === 'input_required') {
        expect(state.progress.poll_interval_ms).toBeGreaterThanOrEqual(bounds.task_poll_min_ms);
        expect(state.progress.poll_interval_ms).toBeLessThanOrEqual(bounds.task_poll_max_ms);
      }
    }),
    { numRuns: 2000 },
  );
});

test('a task is followed over a new connection', async () => {
  const { server, connected } = await taskServer({ 'tasks/get': states({ status: 'working' }) });
  const answer = connected.request(toolCall('echo', {}, { peer: taking() }));
  await waitFor(() => server.calls('tasks/get').length > 0);
  await server.close();
  const port = Number(new URL(server.url).port);
  await scriptedHttp(
    { 'server/discover': discover, 'tasks/get': states({ status: 'completed', result: done }) },
    { port },
  );
  expect(await answer).toEqual({ kind: 'result', result: done });
});
