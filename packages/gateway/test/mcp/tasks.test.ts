/** Tasks towards agents (MCP 2026-07-28, extension io.modelcontextprotocol/tasks), as clients see them. */
import { waitFor } from '@remit/testkit';
import { describe, expect, it } from 'vitest';
import { text } from './fake-upstream.ts';
import { fixture, keys, LegacyClient, sendModern } from './fixture.ts';
import { call, createTask, ended, extension, stateOf, takesTasks, task, withTasks } from './task-fixture.ts';

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
