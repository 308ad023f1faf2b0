/**
 * A call that goes on as a task of an agent's client (MCP 2026-07-28, extension
 * `io.modelcontextprotocol/tasks`). It is the call's channel from then on: what the server asks waits here
 * for the client, and what the call ends with is kept until the task is forgotten.
 */
import { Fault, type Bounds, type Clock, type JsonObject } from '@remit/contracts';
import type { InputRequest, InputRequests, InputResponses, TaskProgress } from '../../exchange.ts';
import type { Answer } from '../answering.ts';
import { isAnswer } from '../ask-rules.ts';

export interface AgentTaskOptions {
  id: string;
  agent: string;
  /** The server of `/mcp/{server}` that the call came by. */
  scope: string | undefined;
  bounds: Bounds;
  clock: Clock;
  onChanged: (task: AgentTask) => void;
  /** Ends the call. */
  cancel: () => void;
}

interface Question {
  request: InputRequest;
  answer: PromiseWithResolvers<JsonObject>;
}

/** `cancelled`, or the answer that the call would have had. */
type Ending = 'cancelled' | Answer['body'];

export class AgentTask {
  readonly id: string;
  readonly agent: string;
  readonly scope: string | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly #options: AgentTaskOptions;
  readonly #questions = new Map<string, Question>();
  #questionsAsked = 0;
  #updatedAt: number;
  #progress: TaskProgress;
  #ending: Ending | undefined;
  /** Characters of what it ended with, as JSON. */
  #resultLength = 0;

  constructor(options: AgentTaskOptions) {
    this.id = options.id;
    this.agent = options.agent;
    this.scope = options.scope;
    this.#options = options;
    this.createdAt = options.clock.now();
    this.#updatedAt = this.createdAt;
    this.#progress = { poll_interval_ms: options.bounds.task_poll_ms };
  }

  get isOver(): boolean {
    return this.#ending !== undefined;
  }

  get resultLength(): number {
    return this.#resultLength;
  }

  /** Fields of the `CreateTaskResult`, and the beginning of every `DetailedTask`. */
  outline(): JsonObject {
    const { status_message, poll_interval_ms } = this.#progress;
    return {
      taskId: this.id,
      status: this.#status(),
      ...(status_message !== undefined && { statusMessage: status_message }),
      createdAt: new Date(this.createdAt).toISOString(),
      lastUpdatedAt: new Date(this.#updatedAt).toISOString(),
      ttlMs: this.#options.bounds.task_ttl_ms,
      pollIntervalMs: poll_interval_ms,
    };
  }

  /** The `DetailedTask`: with what it asks or has ended with. */
  detailed(): JsonObject {
    if (this.#ending === 'cancelled') return this.outline();
    if (this.#ending && 'result' in this.#ending) return { ...this.outline(), result: this.#ending.result };
    if (this.#ending) {
      const { error } = this.#ending;
      return { ...this.outline(), statusMessage: error.message, error: { ...error } };
    }
    if (this.#questions.size === 0) return this.outline();
    const requests = [...this.#questions].map(([key, { request }]) => [key, { ...request }] as const);
    return { ...this.outline(), inputRequests: Object.fromEntries(requests) };
  }

  changed(progress: TaskProgress): void {
    if (this.isOver) return;
    this.#progress = progress;
    this.#touch();
  }

  /** Each question gets a key that this task has never had before ("Task Update Requests"). */
  async ask(
    requests: InputRequests,
    signal: AbortSignal,
    withdrawn: AbortSignal | undefined,
  ): Promise<InputResponses> {
    const answers = Object.entries(requests).map(async ([key, request]) => {
      return [key, await this.#askOne(request, signal, withdrawn)] as const;
    });
    return Object.fromEntries(await Promise.all(answers));
  }

  /** The client's answers; what is not asked, or is no answer to it, is ignored ("Response"). */
  update(responses: JsonObject): void {
    for (const [key, { request, answer }] of this.#questions) {
      const response = Object.hasOwn(responses, key) ? responses[key] : undefined;
      if (!isAnswer(request.method, response)) continue;
      this.#questions.delete(key);
      answer.resolve(response);
      this.#touch();
    }
  }

  cancel(): void {
    if (!this.isOver) this.#options.cancel();
  }

  /** The call is over; undefined where it was cancelled. */
  end(answered: Answer | undefined): void {
    this.#ending = answered?.body ?? 'cancelled';
    this.#resultLength = answered === undefined ? 0 : JSON.stringify(answered.body).length;
    this.#questions.clear();
    this.#touch();
  }

  #status(): string {
    if (this.#ending === 'cancelled') return 'cancelled';
    if (this.#ending) return 'result' in this.#ending ? 'completed' : 'failed';
    return this.#questions.size > 0 ? 'input_required' : 'working';
  }

  async #askOne(
    request: InputRequest,
    signal: AbortSignal,
    withdrawn: AbortSignal | undefined,
  ): Promise<JsonObject> {
    const key = `input-${++this.#questionsAsked}`;
    const answer = Promise.withResolvers<JsonObject>();
    const end = () => answer.reject(new Fault('cancelled', 'The question is not asked any more.'));
    const timer = setTimeout(() => {
      answer.reject(new Fault('ask_timeout', 'The client did not answer in time.'));
    }, this.#options.bounds.ask_ms);
    for (const each of [signal, withdrawn]) each?.addEventListener('abort', end, { once: true });
    if (signal.aborted || withdrawn?.aborted === true) end();
    this.#questions.set(key, { request, answer });
    this.#touch();
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      for (const each of [signal, withdrawn]) each?.removeEventListener('abort', end);
      if (this.#questions.delete(key)) this.#touch();
    }
  }

  #touch(): void {
    this.#updatedAt = this.#options.clock.now();
    this.#options.onChanged(this);
  }
}
