/** Calls that wait for a person, with clients that take tasks (protocols.md, "Holding for approval"). */
import type { JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { expect, it } from 'vitest';
import { text } from './fake-upstream.ts';
import { fixture, LegacyClient, policyText, sendModern, type Fixture } from './fixture.ts';

const policy = policyText.replace(
  'agent: support\n',
  'agent: support\nguardrails: { tier_3_approval: [crm/lookup] }\n',
);
const takesTasks = { capabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } };
const call: JsonObject = { name: 'lookup', arguments: { value: 'a' } };

interface Held extends Fixture {
  taskId: string;
  created: JsonObject;
  approval: string;
}

async function held(options: Parameters<typeof fixture>[0] = {}): Promise<Held> {
  const gateway = await fixture({ policy, ...options });
  const { body } = await sendModern(gateway.url, 'tools/call', call, takesTasks);
  const created = body['result'] as JsonObject;
  const [approval] = gateway.approvals.list({ status: 'pending' });
  return { ...gateway, created, taskId: created['taskId'] as string, approval: approval?.id ?? 'none' };
}

async function stateOf({ url, taskId }: Pick<Held, 'url' | 'taskId'>): Promise<JsonObject> {
  const { body } = await sendModern(url, 'tasks/get', { taskId }, takesTasks);
  return body['result'] as JsonObject;
}

function ended(of: Pick<Held, 'url' | 'taskId'>): Promise<JsonObject> {
  return waitFor(async () => {
    const state = await stateOf(of);
    return ['working', 'input_required'].includes(state['status'] as string) ? undefined : state;
  });
}

it('a held call becomes a task that says what it waits for; nothing has been sent', async () => {
  const { created, approval, crm, story, records, taskId } = await held();
  expect(created).toMatchObject({
    resultType: 'task',
    status: 'working',
    statusMessage: expect.stringContaining(approval) as string,
  });
  expect(crm.asked).toEqual([]);
  expect(story()).toEqual([
    'event approval_requested success',
    'event tool_invoke held',
    'event task_created success',
  ]);
  expect(records.at(-1)?.meta).toMatchObject({ approval_id: approval, task_id: taskId });
});

it('runs once when a person has agreed, and the task has its result', async () => {
  const waiting = await held();
  await waiting.approvals.decide(waiting.approval, 'approve', 'dana');
  expect(await ended(waiting)).toMatchObject({ status: 'completed', result: { resultType: 'complete' } });
  expect(waiting.crm.asked).toHaveLength(1);
  expect(waiting.approvals.get(waiting.approval)?.status).toBe('redeemed');
  expect(waiting.story().slice(3)).toEqual([
    'event approval_granted success',
    'event approval_redeemed success',
    'intent tool_invoke',
    'outcome tool_invoke success',
  ]);
  expect(await stateOf(waiting)).toMatchObject({ status: 'completed' });
  expect(waiting.crm.asked).toHaveLength(1);
});

it('ends with the refusal when a person has said no', async () => {
  const waiting = await held();
  await waiting.approvals.decide(waiting.approval, 'deny', 'dana', 'not today');
  expect(await ended(waiting)).toMatchObject({
    status: 'completed',
    result: { isError: true, structuredContent: { remit: { code: 'approval_denied' } } },
  });
  expect(waiting.crm.asked).toEqual([]);
});

it('is decided anew: an agent that was suspended meanwhile does not run', async () => {
  const waiting = await held();
  waiting.setStatus('support', 'suspended');
  await waiting.approvals.decide(waiting.approval, 'approve', 'dana');
  await waitFor(() => waiting.story().includes('event tool_invoke denied'));
  waiting.setStatus('support', 'active');
  expect(await ended(waiting)).toMatchObject({
    result: { isError: true, structuredContent: { remit: { code: 'agent_suspended' } } },
  });
  expect(waiting.crm.asked).toEqual([]);
});

it('does not run when its tool has changed meanwhile', async () => {
  const waiting = await held();
  const { listing } = waiting.crm;
  const tools = listing!.tools.map((tool) =>
    tool.name === 'lookup' ? { ...tool, description: 'new' } : tool,
  );
  waiting.crm.listing = { ...listing!, tools };
  waiting.crm.emit({ type: 'tools_changed' });
  await waiting.approvals.decide(waiting.approval, 'approve', 'dana');
  expect(await ended(waiting)).toMatchObject({
    result: { isError: true, structuredContent: { remit: { code: 'tool_changed' } } },
  });
  expect(waiting.crm.asked).toEqual([]);
});

it('runs not at all once its client has cancelled it, whatever people decide', async () => {
  const waiting = await held();
  await sendModern(waiting.url, 'tasks/cancel', { taskId: waiting.taskId }, takesTasks);
  expect(await ended(waiting)).toMatchObject({ status: 'cancelled' });
  await waiting.approvals.decide(waiting.approval, 'approve', 'dana');
  expect(waiting.crm.asked).toEqual([]);
});

it('runs not at all when nobody can ask for the task any more', async () => {
  const waiting = await held({ bounds: { task_run_ms: 30 } });
  expect(await ended(waiting)).toMatchObject({
    status: 'completed',
    result: { isError: true, structuredContent: { remit: { code: 'approval_pending' } } },
  });
  await waiting.approvals.decide(waiting.approval, 'approve', 'dana');
  expect(waiting.crm.asked).toEqual([]);
});

it('twins wait for one approval, and one of them runs with it', async () => {
  const first = await held();
  const { body } = await sendModern(first.url, 'tools/call', call, takesTasks);
  const second = { ...first, taskId: (body['result'] as JsonObject)['taskId'] as string };
  expect(second.taskId).not.toBe(first.taskId);
  await first.approvals.decide(first.approval, 'approve', 'dana');
  const states = await Promise.all([ended(first), ended(second)]);
  expect(first.crm.asked).toHaveLength(1);
  const codes = states.map(({ result }) => {
    const { structuredContent } = result as { structuredContent?: { remit: { code: string } } };
    return structuredContent?.remit.code ?? 'ran';
  });
  expect(codes.toSorted()).toEqual(['approval_pending', 'ran']);
});

it('goes on under the same id where its server makes a task of it as well', async () => {
  const waiting = await held();
  const finish = Promise.withResolvers<void>();
  waiting.crm.behaviours.set('lookup', async ({ peer }) => {
    const has_task = await peer.tasks?.created({ poll_interval_ms: 250, status_message: 'at work' });
    await finish.promise;
    return text(`task of its own: ${has_task}`);
  });
  await waiting.approvals.decide(waiting.approval, 'approve', 'dana');
  await waitFor(async () => (await stateOf(waiting))['statusMessage'] === 'at work');
  finish.resolve();
  expect(await ended(waiting)).toMatchObject({ result: { content: [{ text: 'task of its own: true' }] } });
  const tasks = waiting.records
    .filter(({ event }) => event === 'task_created')
    .map(({ meta }) => meta['task_id']);
  expect(tasks).toEqual([waiting.taskId, waiting.taskId]);
});

it('is answered at once where the client takes no tasks, or the task cannot be recorded', async () => {
  const pending = { structuredContent: { remit: { code: 'approval_pending' } } };
  const { url } = await fixture({ policy });
  expect((await sendModern(url, 'tools/call', call)).body['result']).toMatchObject(pending);
  const client = await LegacyClient.open(url);
  expect((await client.request('tools/call', call)).body['result']).toMatchObject(pending);
  const full = await fixture({ policy, bounds: { tasks_per_agent_max: 0 } });
  expect((await sendModern(full.url, 'tools/call', call, takesTasks)).body['result']).toMatchObject(pending);
});
