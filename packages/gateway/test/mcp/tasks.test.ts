/** Tasks towards agents (MCP 2026-07-28, extension io.modelcontextprotocol/tasks), as clients see them. */
import { Fault, type JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { UpstreamAnswer, UpstreamRequest } from '../../src/exchange.ts';
import { text } from './fake-upstream.ts';
import {
  fixture,
  keys,
  LegacyClient,
  messagesOf,
  modern,
  sendModern,
  type Answered,
  type Fixture,
} from './fixture.ts';

const extension = 'io.modelcontextprotocol/tasks';
const takesTasks = { capabilities: { elicitation: {}, extensions: { [extension]: {} } } };
const call: JsonObject = { name: 'lookup', arguments: { value: 'a' } };
const unknownTask = { code: -32602, message: 'Task not found' };

interface TaskFixture extends Fixture {
  /** Ends the server's task. */
  end: (answer: UpstreamAnswer) => void;
  /** The call as the server has it. */
  upstreamCall: () => UpstreamRequest;
}

/** A gateway whose server makes a task of `lookup` and ends it when the test says so. */
async function withTasks(options: Parameters<typeof fixture>[0] = {}): Promise<TaskFixture> {
  const gateway = await fixture(options);
  const ended = Promise.withResolvers<UpstreamAnswer>();
  gateway.crm.behaviours.set('lookup', async ({ peer, signal }) => {
    await peer.tasks?.created({ poll_interval_ms: 250, status_message: 'begun' });
    const cancelled = new Promise<UpstreamAnswer>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve({ kind: 'failed', reason: 'cancelled', sent: true, message: 'cancelled' });
      });
    });
    return Promise.race([ended.promise, cancelled]);
  });
  onTestFinished(() => {
    ended.resolve(text('too late'));
  });
  return { ...gateway, end: ended.resolve, upstreamCall: () => gateway.crm.asked.at(-1)! };
}

async function createTask(url: string): Promise<JsonObject & { taskId: string }> {
  const { body } = await sendModern(url, 'tools/call', call, takesTasks);
  return body['result'] as JsonObject & { taskId: string };
}

function task(url: string, method: string, params: JsonObject, headers = {}): Promise<Answered> {
  return sendModern(url, method, params, { ...takesTasks, headers });
}

async function stateOf(url: string, taskId: string): Promise<JsonObject> {
  const { body } = await task(url, 'tasks/get', { taskId });
  return body['result'] as JsonObject;
}

function ended(url: string, taskId: string): Promise<JsonObject> {
  return waitFor(async () => {
    const state = await stateOf(url, taskId);
    return ['completed', 'failed', 'cancelled'].includes(state['status'] as string) ? state : undefined;
  });
}

describe('a call that its server makes a task of', () => {
  it('is answered with a task of our own, which is on record before the client has it', async () => {
    const { url, story, records } = await withTasks();
    const created = await createTask(url);
    expect(created).toEqual({
      resultType: 'task',
      taskId: expect.stringMatching(/^task_/) as string,
      status: 'working',
      statusMessage: 'begun',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      lastUpdatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      ttlMs: 6 * 3_600_000,
      pollIntervalMs: 250,
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'remit', title: 'Remit', version: '0.0.0' } },
    });
    expect(story()).toEqual(['intent tool_invoke', 'event task_created success']);
    expect(records[1]?.meta).toMatchObject({
      agent: 'support',
      server: 'crm',
      tool: 'lookup',
      action_id: records[0]?.id,
      task_id: created.taskId,
    });
  });

  it('has its outcome on record before the client sees the result, which is then the same each time', async () => {
    const { url, end, story, crm } = await withTasks();
    const { taskId } = await createTask(url);
    expect(await stateOf(url, taskId)).toMatchObject({ resultType: 'complete', status: 'working' });
    end(text('found'));
    const first = await ended(url, taskId);
    expect(first).toMatchObject({
      resultType: 'complete',
      taskId,
      status: 'completed',
      result: { resultType: 'complete', content: [{ type: 'text', text: 'found' }] },
    });
    expect(await stateOf(url, taskId)).toEqual(first);
    expect(story()).toEqual([
      'intent tool_invoke',
      'event task_created success',
      'outcome tool_invoke success',
    ]);
    expect(crm.asked).toHaveLength(1);
  });

  it('keeps a result back that could not be recorded', async () => {
    const { url, end, refuseRecords } = await withTasks();
    const { taskId } = await createTask(url);
    refuseRecords();
    end(text('found'));
    const state = await ended(url, taskId);
    expect(state).toMatchObject({
      status: 'completed',
      result: { isError: true, structuredContent: { remit: { code: 'ledger_unavailable' } } },
    });
    expect(JSON.stringify(state)).not.toContain('found');
  });

  it('is waited for where the task could not be recorded', async () => {
    const { url, crm, refuseRecords } = await fixture();
    crm.behaviours.set('lookup', async ({ peer }) => {
      refuseRecords();
      return text(String(await peer.tasks?.created({ poll_interval_ms: 1 })));
    });
    const { body } = await sendModern(url, 'tools/call', call, takesTasks);
    expect(body['result']).toMatchObject({
      resultType: 'complete',
      structuredContent: { remit: { code: 'ledger_unavailable' } },
    });
  });

  it('is an unknown outcome where nobody can say how the task ended', async () => {
    const { url, end, story } = await withTasks();
    const { taskId } = await createTask(url);
    end({
      kind: 'failed',
      reason: 'closed',
      sent: true,
      message: 'the server does not know its task any more',
    });
    expect(await ended(url, taskId)).toMatchObject({
      status: 'completed',
      result: { isError: true, structuredContent: { remit: { code: 'upstream_failed' } } },
    });
    expect(story().at(-1)).toBe('outcome tool_invoke unknown');
  });

  it('fails with the protocol error of the server', async () => {
    const { url, end, story } = await withTasks();
    const { taskId } = await createTask(url);
    end({ kind: 'error', error: { code: -32603, message: 'broken' } });
    const state = await ended(url, taskId);
    expect(state).toMatchObject({
      status: 'failed',
      statusMessage: 'broken',
      error: { code: -32603, message: 'broken' },
    });
    expect(state).not.toHaveProperty('result');
    expect(story().at(-1)).toBe('outcome tool_invoke error');
  });

  it('goes on when its client is gone', async () => {
    const { url, end, upstreamCall } = await withTasks();
    const { taskId } = await createTask(url);
    expect(upstreamCall().signal.aborted).toBe(false);
    end(text('found'));
    expect(await ended(url, taskId)).toMatchObject({ status: 'completed' });
  });

  it('sends no progress and no log messages', async () => {
    const { url, end, upstreamCall } = await withTasks();
    const { taskId } = await createTask(url);
    upstreamCall().peer.notify({ method: 'notifications/progress', params: { progress: 1 } });
    upstreamCall().peer.tasks?.changed({ poll_interval_ms: 500, status_message: 'halfway' });
    expect(await stateOf(url, taskId)).toMatchObject({ statusMessage: 'halfway', pollIntervalMs: 500 });
    end(text('found'));
  });
});

describe('inspection', () => {
  it('takes denied data out of the result of a task, and out of what is said of it meanwhile', async () => {
    const { url, crm } = await fixture();
    const finish = Promise.withResolvers<void>();
    crm.behaviours.set('person', async ({ peer }) => {
      await peer.tasks?.created({ poll_interval_ms: 1, status_message: '{"ssn":"123-45-6789"}' });
      await finish.promise;
      return text('{"name":"Ada","ssn":"123-45-6789"}');
    });
    const headers = { authorization: `Bearer ${keys.masked}` };
    const params = { name: 'person', arguments: {} };
    const { body } = await sendModern(url, 'tools/call', params, { ...takesTasks, headers });
    const { taskId } = body['result'] as { taskId: string };
    const before = await task(url, 'tasks/get', { taskId }, headers);
    finish.resolve();
    const after = await waitFor(async () => {
      const { body: got } = await task(url, 'tasks/get', { taskId }, headers);
      return JSON.stringify(got).includes('Ada') ? got : undefined;
    });
    expect(JSON.stringify([body, before.body, after])).not.toContain('123-45');
  });
});

describe('clients that take no tasks', () => {
  it('of 2026-07-28 are known as such to the server, and wait', async () => {
    const { url, crm } = await fixture();
    crm.behaviours.set('lookup', ({ peer }) => text(typeof peer.tasks));
    const { body } = await sendModern(url, 'tools/call', call, { capabilities: {} });
    expect(body['result']).toMatchObject({ resultType: 'complete', content: [{ text: 'undefined' }] });
  });

  it('of older versions wait for the task, and get its plain result', async () => {
    const { url, crm, story } = await fixture();
    crm.behaviours.set('lookup', async ({ peer }) => {
      return text(`task of its own: ${await peer.tasks?.created({ poll_interval_ms: 1 })}`);
    });
    const client = await LegacyClient.open(url);
    const { body } = await client.request('tools/call', call);
    expect(body['result']).toEqual({ content: [{ type: 'text', text: 'task of its own: false' }] });
    expect(story()).toEqual(['intent tool_invoke', 'outcome tool_invoke success']);
  });

  it.each([['tasks/get'], ['tasks/update'], ['tasks/cancel']])(
    'are refused %s with 400 and -32021, which names the extension',
    async (method) => {
      const { url } = await withTasks();
      const { taskId } = await createTask(url);
      const { status, body } = await sendModern(url, method, { taskId, inputResponses: {} });
      expect(status).toBe(400);
      expect(body['error']).toEqual({
        code: -32021,
        message: 'Missing required client capability',
        data: { requiredCapabilities: { extensions: { [extension]: {} } } },
      });
    },
  );
});

describe('a task id', () => {
  it.each([['tasks/get'], ['tasks/update'], ['tasks/cancel']])(
    'of another agent is unknown to %s, as one that nobody has',
    async (method) => {
      const { url, upstreamCall } = await withTasks();
      const { taskId } = await createTask(url);
      const headers = { authorization: `Bearer ${keys.reader}` };
      const foreign = await task(url, method, { taskId, inputResponses: {} }, headers);
      const nobodys = await task(url, method, { taskId: 'task_0', inputResponses: {} }, headers);
      expect(foreign.body['error']).toEqual(unknownTask);
      expect(nobodys.body['error']).toEqual(unknownTask);
      expect(upstreamCall().signal.aborted).toBe(false);
    },
  );

  it('that is not the agent’s is an attempt on record', async () => {
    const { url, records } = await withTasks();
    const { taskId } = await createTask(url);
    await task(url, 'tasks/get', { taskId }, { authorization: `Bearer ${keys.reader}` });
    expect(records.at(-1)).toMatchObject({
      event: 'request_refused',
      meta: { agent: 'reader', code: 'unknown_task', result: 'denied' },
      payload: { method: 'tasks/get', target: taskId },
    });
  });

  it('is not known on the path of another server', async () => {
    const { url } = await withTasks();
    const { taskId } = await createTask(url);
    expect((await task(`${url}/crm`, 'tasks/get', { taskId })).body['error']).toEqual(unknownTask);
  });

  it.each([[undefined], [1], [null], ['__proto__']])('%s is unknown', async (taskId) => {
    const { url } = await fixture();
    const params: JsonObject = taskId === undefined ? {} : { taskId };
    expect((await task(url, 'tasks/get', params)).body['error']).toEqual(unknownTask);
  });

  it('is repeated in Mcp-Name, or the request is refused', async () => {
    const { url } = await withTasks();
    const { taskId } = await createTask(url);
    const { status, body } = await task(url, 'tasks/get', { taskId }, { 'mcp-name': 'task_other' });
    expect(status).toBe(400);
    expect(body['error']).toMatchObject({ code: -32020 });
  });

  it('is closed to an agent that is suspended', async () => {
    const { url, setStatus } = await withTasks();
    const { taskId } = await createTask(url);
    setStatus('support', 'suspended');
    expect((await task(url, 'tasks/get', { taskId })).status).toBe(403);
  });

  it('is forgotten after its time', async () => {
    const { url, end, clock } = await withTasks({ bounds: { task_ttl_ms: 1000 } });
    const { taskId } = await createTask(url);
    end(text('found'));
    await ended(url, taskId);
    clock.advance(999);
    expect(await stateOf(url, taskId)).toMatchObject({ status: 'completed' });
    clock.advance(1);
    expect((await task(url, 'tasks/get', { taskId })).body['error']).toEqual(unknownTask);
  });
});

describe('the number of tasks', () => {
  it('of one agent is bounded: past that calls are waited for', async () => {
    const { url, crm } = await fixture({ bounds: { tasks_per_agent_max: 1 } });
    const held = Promise.withResolvers<UpstreamAnswer>();
    onTestFinished(() => {
      held.resolve(text('too late'));
    });
    crm.behaviours.set('lookup', async ({ peer }) => {
      return (await peer.tasks?.created({ poll_interval_ms: 1 })) === true ? held.promise : text('waited');
    });
    await createTask(url);
    const { body } = await sendModern(url, 'tools/call', call, takesTasks);
    expect(body['result']).toMatchObject({ resultType: 'complete', content: [{ text: 'waited' }] });
  });

  it('makes the oldest give way that is over', async () => {
    const { url, crm } = await fixture({ bounds: { tasks_per_agent_max: 2 } });
    crm.behaviours.set('lookup', async ({ peer }) => {
      await peer.tasks?.created({ poll_interval_ms: 1 });
      return text('found');
    });
    const ids: string[] = [];
    for (let made = 0; made < 3; made += 1) {
      const { taskId } = await createTask(url);
      await ended(url, taskId);
      ids.push(taskId);
    }
    const [first = '', second = '', third = ''] = ids;
    expect((await task(url, 'tasks/get', { taskId: first })).body['error']).toEqual(unknownTask);
    expect(await stateOf(url, second)).toMatchObject({ status: 'completed' });
    expect(await stateOf(url, third)).toMatchObject({ status: 'completed' });
  });

  it('is bounded by the length of the results too, of which the newest stays', async () => {
    const { url, crm } = await fixture({ bounds: { task_results_length_per_agent_max: 100 } });
    crm.behaviours.set('lookup', async ({ peer }) => {
      await peer.tasks?.created({ poll_interval_ms: 1 });
      return text('x'.repeat(200));
    });
    const first = await createTask(url);
    await ended(url, first.taskId);
    const second = await createTask(url);
    expect(await ended(url, second.taskId)).toMatchObject({ status: 'completed' });
    expect((await task(url, 'tasks/get', { taskId: first.taskId })).body['error']).toEqual(unknownTask);
  });
});

describe('tasks/cancel', () => {
  it('ends the call; its outcome is cancelled, and so is the task', async () => {
    const { url, story } = await withTasks();
    const { taskId } = await createTask(url);
    const { body } = await task(url, 'tasks/cancel', { taskId });
    expect(Object.keys(body['result'] as JsonObject).toSorted()).toEqual(['_meta', 'resultType']);
    expect(await ended(url, taskId)).toMatchObject({ status: 'cancelled' });
    expect(story().at(-1)).toBe('outcome tool_invoke cancelled');
  });

  it('of a task that is over changes nothing', async () => {
    const { url, end } = await withTasks();
    const { taskId } = await createTask(url);
    end(text('found'));
    const before = await ended(url, taskId);
    expect((await task(url, 'tasks/cancel', { taskId })).body['result']).toMatchObject({
      resultType: 'complete',
    });
    expect(await stateOf(url, taskId)).toEqual(before);
  });
});

describe('input that a task needs', () => {
  const question = (message: string): JsonObject => ({
    method: 'elicitation/create',
    params: { message, requestedSchema: {} },
  });
  const accepted = { action: 'accept', content: { name: 'Ada' } };

  async function asking(policy?: string) {
    const gateway = await fixture(policy === undefined ? {} : { policy });
    gateway.crm.behaviours.set('lookup', async ({ peer }) => {
      await peer.tasks?.created({ poll_interval_ms: 1 });
      const asked = ['one', 'two'].map((which) =>
        peer.ask({
          request: { method: 'elicitation/create', params: question(which)['params'] as JsonObject },
        }),
      );
      const settled = await Promise.allSettled(asked);
      return text(JSON.stringify(settled.map((each) => (each.status === 'fulfilled' ? 'answer' : 'none'))));
    });
    const { taskId } = await createTask(gateway.url);
    const state = await waitFor(async () => {
      const now = await stateOf(gateway.url, taskId);
      return Object.keys((now['inputRequests'] as JsonObject | undefined) ?? {}).length === 2
        ? now
        : undefined;
    });
    return { ...gateway, taskId, state };
  }

  it('waits under keys of the task’s own until each is answered; each is an action on record', async () => {
    const { url, taskId, state, story } = await asking();
    expect(state).toMatchObject({
      status: 'input_required',
      inputRequests: { 'input-1': question('one'), 'input-2': question('two') },
    });
    const { body } = await task(url, 'tasks/update', { taskId, inputResponses: { 'input-1': accepted } });
    expect(Object.keys(body['result'] as JsonObject).toSorted()).toEqual(['_meta', 'resultType']);
    const partly = await stateOf(url, taskId);
    expect(partly).toMatchObject({ status: 'input_required' });
    expect(Object.keys(partly['inputRequests'] as JsonObject)).toEqual(['input-2']);
    await task(url, 'tasks/update', { taskId, inputResponses: { 'input-2': accepted } });
    expect(await ended(url, taskId)).toMatchObject({
      result: { content: [{ text: '["answer","answer"]' }] },
    });
    expect(story()).toEqual([
      'intent tool_invoke',
      'event task_created success',
      'intent elicitation',
      'intent elicitation',
      'outcome elicitation success',
      'outcome elicitation success',
      'outcome tool_invoke success',
    ]);
  });

  it.each<[string, JsonObject]>([
    ['under keys that nobody asked with', { other: accepted, constructor: accepted }],
    ['of no valid shape', { 'input-1': 12345, 'input-2': { action: 'maybe' } }],
  ])('is not given by answers %s', async (_what, inputResponses) => {
    const { url, taskId, state } = await asking();
    await task(url, 'tasks/update', { taskId, inputResponses });
    expect(await stateOf(url, taskId)).toEqual(state);
  });

  it('is given as an object, or the request is refused', async () => {
    const { url, taskId } = await asking();
    const { body } = await task(url, 'tasks/update', { taskId, inputResponses: [] });
    expect(body['error']).toMatchObject({ code: -32602 });
  });

  it('is withdrawn with the task', async () => {
    const { url, taskId } = await asking();
    await task(url, 'tasks/cancel', { taskId });
    const state = await ended(url, taskId);
    expect(state).not.toHaveProperty('inputRequests');
  });

  it('is withdrawn where the server wants it no more', async () => {
    const { url, crm } = await fixture();
    const withdrawn = new AbortController();
    const gone = Promise.withResolvers<string>();
    crm.behaviours.set('lookup', async ({ peer }) => {
      await peer.tasks?.created({ poll_interval_ms: 1 });
      const asked = peer.ask({ request: { method: 'elicitation/create', params: {} } }, withdrawn.signal);
      asked.catch((error: unknown) => {
        gone.resolve(error instanceof Fault ? error.code : 'other');
      });
      await gone.promise;
      return text('went on');
    });
    const { taskId } = await createTask(url);
    await waitFor(async () => (await stateOf(url, taskId))['status'] === 'input_required');
    withdrawn.abort();
    expect(await gone.promise).toBe('cancelled');
    expect(await ended(url, taskId)).toMatchObject({ result: { content: [{ text: 'went on' }] } });
  });
});

describe('notifications/tasks', () => {
  async function listen(url: string, taskIds: string[], capabilities: JsonObject = takesTasks.capabilities) {
    const { body, headers } = modern(
      'subscriptions/listen',
      { notifications: { taskIds } },
      { capabilities },
    );
    const ending = new AbortController();
    const response = await fetch(url, {
      method: 'POST',
      signal: ending.signal,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${keys.support}`,
        ...headers,
      },
      body: JSON.stringify(body),
    });
    onTestFinished(() => {
      ending.abort();
    });
    return { response, id: body.id };
  }

  it('carry the whole task each time, from where it stands to its end', async () => {
    const { url, end, upstreamCall } = await withTasks();
    const { taskId } = await createTask(url);
    const { response, id } = await listen(url, [taskId, 'task_nobodys']);
    upstreamCall().peer.tasks?.changed({ poll_interval_ms: 250, status_message: 'halfway' });
    end(text('found'));
    let seen = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      seen += chunk;
      if (seen.includes('"completed"')) break;
    }
    const messages = messagesOf(seen) as { method: string; params: JsonObject }[];
    const meta = { 'io.modelcontextprotocol/subscriptionId': id };
    expect(messages[0]).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { taskIds: [taskId] }, _meta: meta },
    });
    const told = messages.slice(1);
    expect(told.map(({ method }) => method)).toEqual(Array(3).fill('notifications/tasks'));
    expect(told.map(({ params }) => params['statusMessage'])).toEqual(['begun', 'halfway', 'halfway']);
    const state = await stateOf(url, taskId);
    expect(told.at(-1)?.params).toEqual({ ...without(state, 'resultType'), _meta: meta });
  });

  it('are refused with -32021 to a client that takes no tasks', async () => {
    const { url } = await withTasks();
    const { response } = await listen(url, ['task_0'], {});
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: -32021 } });
  });
});

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([each]) => each !== key && each !== '_meta'));
}
