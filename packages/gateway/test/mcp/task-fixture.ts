/** A gateway whose server makes a task of a call, and a client that takes tasks (MCP 2026-07-28). */
import type { JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { onTestFinished } from 'vitest';
import type { UpstreamAnswer, UpstreamRequest } from '../../src/exchange.ts';
import { text } from './fake-upstream.ts';
import { fixture, sendModern, type Answered, type Fixture } from './fixture.ts';

export const extension = 'io.modelcontextprotocol/tasks';
export const takesTasks = { capabilities: { elicitation: {}, extensions: { [extension]: {} } } };
export const call: JsonObject = { name: 'lookup', arguments: { value: 'a' } };
export const unknownTask = { code: -32602, message: 'Task not found' };

export interface TaskFixture extends Fixture {
  /** Ends the server's task. */
  end: (answer: UpstreamAnswer) => void;
  /** The call as the server has it. */
  upstreamCall: () => UpstreamRequest;
}

/** A gateway whose server makes a task of `lookup` and ends it when the test says so. */
export async function withTasks(options: Parameters<typeof fixture>[0] = {}): Promise<TaskFixture> {
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

export async function createTask(url: string): Promise<JsonObject & { taskId: string }> {
  const { body } = await sendModern(url, 'tools/call', call, takesTasks);
  return body['result'] as JsonObject & { taskId: string };
}

export function task(url: string, method: string, params: JsonObject, headers = {}): Promise<Answered> {
  return sendModern(url, method, params, { ...takesTasks, headers });
}

export async function stateOf(url: string, taskId: string): Promise<JsonObject> {
  const { body } = await task(url, 'tasks/get', { taskId });
  return body['result'] as JsonObject;
}

export function ended(url: string, taskId: string): Promise<JsonObject> {
  return waitFor(async () => {
    const state = await stateOf(url, taskId);
    return ['completed', 'failed', 'cancelled'].includes(state['status'] as string) ? state : undefined;
  });
}
