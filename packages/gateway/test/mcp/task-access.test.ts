/** Whose a task is, and how many there may be. */
import type { JsonObject } from '@remit/contracts';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { UpstreamAnswer } from '../../src/exchange.ts';
import { text } from './fake-upstream.ts';
import { fixture, keys, sendModern } from './fixture.ts';
import {
  call,
  createTask,
  ended,
  stateOf,
  takesTasks,
  task,
  unknownTask,
  withTasks,
} from './task-fixture.ts';

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
