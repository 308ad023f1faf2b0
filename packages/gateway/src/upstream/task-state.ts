/** A task as a server describes it (extension `io.modelcontextprotocol/tasks`, "Tasks"), read strictly. */
import { isJsonObject } from '@remit/contracts';
import type { Bounds, JsonObject } from '@remit/contracts';
import type { InputRequests, RpcError, TaskProgress } from '../exchange.ts';
import { readInputRequests } from './era/input-requests.ts';
import { readError } from './incoming.ts';

export type TaskState =
  | { status: 'working'; progress: TaskProgress }
  | { status: 'input_required'; progress: TaskProgress; requests: InputRequests }
  | { status: 'completed'; result: JsonObject }
  | { status: 'failed'; error: RpcError }
  | { status: 'cancelled' };

/** The id in a `CreateTaskResult`; undefined where it is none that could be used. */
export function readTaskId({ taskId }: JsonObject, bounds: Bounds): string | undefined {
  return typeof taskId === 'string' && taskId !== '' && taskId.length <= bounds.task_id_length_max
    ? taskId
    : undefined;
}

/** The answer to `tasks/get`; undefined where it is not what the specification says. */
export function readTaskState(task: JsonObject, bounds: Bounds): TaskState | undefined {
  const { status } = task;
  if (typeof status !== 'string') return undefined;
  switch (status) {
    case 'working':
      return { status: 'working', progress: readProgress(task, bounds) };
    case 'input_required': {
      const requests = readInputRequests(task['inputRequests'] ?? null);
      return requests && { status: 'input_required', progress: readProgress(task, bounds), requests };
    }
    case 'completed':
      return readCompleted(task['result'] ?? null);
    case 'failed': {
      const error = readError(task['error'] ?? null);
      return error && { status: 'failed', error };
    }
    case 'cancelled':
      return { status: 'cancelled' };
    default:
      return undefined;
  }
}

/** What a server says of its task beside the status, within Remit's own bounds. */
export function readProgress(task: JsonObject, bounds: Bounds): TaskProgress {
  const { statusMessage, pollIntervalMs } = task;
  const asked = typeof pollIntervalMs === 'number' ? pollIntervalMs : bounds.task_poll_ms;
  const poll_interval_ms = Math.min(
    Math.max(Math.ceil(asked), bounds.task_poll_min_ms),
    bounds.task_poll_max_ms,
  );
  return { poll_interval_ms, ...(typeof statusMessage === 'string' && { status_message: statusMessage }) };
}

/** The result is what the call would have answered; nothing else may follow it. */
function readCompleted(result: unknown): TaskState | undefined {
  if (!isJsonObject(result)) return undefined;
  const { resultType = 'complete' } = result;
  return resultType === 'complete' ? { status: 'completed', result } : undefined;
}
