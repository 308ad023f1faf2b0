/** What a client sends to a task, and what it is told of it. */
import { Fault, type JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { text } from './fake-upstream.ts';
import { fixture, keys, messagesOf, modern } from './fixture.ts';
import { createTask, ended, stateOf, takesTasks, task, withTasks } from './task-fixture.ts';

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
