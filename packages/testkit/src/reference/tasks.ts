/**
 * The tasks of a reference server (extension `io.modelcontextprotocol/tasks`, SEP-2663): deferred work
 * that goes on while its client polls, asks for input and is cancelled.
 */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@remit/contracts';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { isAsked } from './asked.ts';
import type { Asked } from './asked.ts';

/** Goes on until it has a result; called again with the answers to what it asks. */
type Work = (round: { answers: JsonObject; signal: AbortSignal }) => Promise<CallToolResult | Asked>;

/** How a task that is over ended. */
type Ending = { status: 'completed'; result: JsonObject } | { status: 'failed'; error: JsonObject };

interface Task {
  id: string;
  created_at: Date;
  updated_at: Date;
  /** What the client has not answered yet, and the answers so far. */
  asking: { open: Map<string, JsonObject>; answers: JsonObject; done: () => void } | undefined;
  /** Keys are used once in the lifetime of a task. */
  questions: number;
  ending: Ending | { status: 'cancelled' } | undefined;
  cancel: AbortController;
}

const ttl_ms = 600_000;
const poll_interval_ms = 100;

export class ReferenceTasks {
  readonly #tasks = new Map<string, Task>();

  /** Starts the work and gives the `CreateTaskResult`. */
  create(work: Work): JsonObject {
    const now = new Date();
    const task: Task = {
      id: randomUUID(),
      created_at: now,
      updated_at: now,
      asking: undefined,
      questions: 0,
      ending: undefined,
      cancel: new AbortController(),
    };
    this.#tasks.set(task.id, task);
    void run(task, work);
    return { resultType: 'task', ...outline(task, 'working') };
  }

  /** The `DetailedTask`; undefined for an id that is unknown. */
  get(id: string): JsonObject | undefined {
    const task = this.#tasks.get(id);
    return task && detailed(task);
  }

  /** Takes answers, some of them or all; ignores those that nobody asked for. False: unknown id. */
  update(id: string, responses: JsonObject): boolean {
    const task = this.#tasks.get(id);
    if (task?.asking) take(responses, task.asking);
    return task !== undefined;
  }

  /** False: unknown id. */
  cancel(id: string): boolean {
    const task = this.#tasks.get(id);
    if (task && !task.ending) end(task, { status: 'cancelled' });
    task?.cancel.abort();
    return task !== undefined;
  }

  close(): void {
    for (const id of this.#tasks.keys()) this.cancel(id);
    this.#tasks.clear();
  }
}

async function run(task: Task, work: Work): Promise<void> {
  const { signal } = task.cancel;
  try {
    let reply = await work({ answers: {}, signal });
    while (isAsked(reply)) reply = await work({ answers: await ask(task, reply), signal });
    end(task, { status: 'completed', result: reply as CallToolResult & JsonObject });
  } catch (error) {
    end(task, { status: 'failed', error: errorOf(error) });
  }
}

/** Under keys of the task's own; the work gets the answers under the keys that it asked with. */
async function ask(task: Task, { ask: requests }: Asked): Promise<JsonObject> {
  const open = new Map<string, JsonObject>();
  const asked_as = new Map<string, string>();
  for (const [key, request] of Object.entries(requests)) {
    const id = `${key}-${String((task.questions += 1))}`;
    open.set(id, { ...request });
    asked_as.set(id, key);
  }
  const answers: JsonObject = {};
  const { promise, resolve } = Promise.withResolvers<void>();
  task.asking = { open, answers, done: resolve };
  task.updated_at = new Date();
  await promise;
  task.asking = undefined;
  task.updated_at = new Date();
  return Object.fromEntries(
    Object.entries(answers).map(([id, answer]) => [asked_as.get(id) ?? id, answer] as const),
  );
}

function take(responses: JsonObject, { open, answers, done }: NonNullable<Task['asking']>): void {
  for (const [key, response] of Object.entries(responses)) {
    if (open.delete(key)) answers[key] = response;
  }
  if (open.size === 0) done();
}

function end(task: Task, ending: NonNullable<Task['ending']>): void {
  if (task.ending) return;
  task.ending = ending;
  task.updated_at = new Date();
}

function detailed(task: Task): JsonObject {
  if (task.ending) return { ...outline(task, task.ending.status), ...task.ending };
  if (!task.asking) return outline(task, 'working');
  const inputRequests = Object.fromEntries(task.asking.open);
  return { ...outline(task, 'input_required'), inputRequests };
}

function outline(task: Task, status: string): JsonObject {
  return {
    taskId: task.id,
    status,
    createdAt: task.created_at.toISOString(),
    lastUpdatedAt: task.updated_at.toISOString(),
    ttlMs: ttl_ms,
    pollIntervalMs: poll_interval_ms,
  };
}

function errorOf(error: unknown): JsonObject {
  return { code: -32603, message: error instanceof Error ? error.message : String(error) };
}
