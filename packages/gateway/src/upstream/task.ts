/**
 * A call that a server goes on with as a task (2026-07-28, extension `io.modelcontextprotocol/tasks`):
 * followed by polling until it is over. The call itself was sent once; reading its state, answering what
 * it asks and cancelling it may be repeated without harm.
 */
import { Fault } from '@remit/contracts';
import type { Bounds, Clock, JsonObject } from '@remit/contracts';
import type { Logger } from 'pino';
import type { UpstreamAnswer, UpstreamRequest } from '../exchange.ts';
import { TaskQuestions } from './task-questions.ts';
import { readProgress, readTaskId, readTaskState } from './task-state.ts';
import type { TaskState } from './task-state.ts';
import { Wake } from './wake.ts';

const internal_error = -32603;
const invalid_params = -32602;

export interface TaskDependencies {
  bounds: Bounds;
  clock: Clock;
  logger: Logger;
  /** One request to the server, over whichever connection there is. */
  ask: (method: string, params: JsonObject) => Promise<UpstreamAnswer>;
  /** Nothing is asked of the server any more. */
  closing: AbortSignal;
}

/** Resolves to the call's answer, within `task_run_ms`; within `upstream_call_total_ms` where its client waits. */
export async function followTask(
  handle: JsonObject,
  request: UpstreamRequest,
  dependencies: TaskDependencies,
): Promise<UpstreamAnswer> {
  const id = readTaskId(handle, dependencies.bounds);
  if (id === undefined) return lost('garbage', 'the server made a task without an id');
  const task = new FollowedTask(id, handle, request, dependencies);
  try {
    return await task.follow();
  } finally {
    task.close();
  }
}

class FollowedTask {
  readonly #id: string;
  readonly #request: UpstreamRequest;
  readonly #dependencies: TaskDependencies;
  readonly #wake: Wake;
  readonly #questions: TaskQuestions;
  #progress: ReturnType<typeof readProgress>;
  #ends_at = Infinity;
  /** What is said where time is up: the agent's wish, or Remit's patience. */
  #cancelled = false;
  #failures = 0;

  constructor(id: string, handle: JsonObject, request: UpstreamRequest, dependencies: TaskDependencies) {
    this.#id = id;
    this.#request = request;
    this.#dependencies = dependencies;
    this.#progress = readProgress(handle, dependencies.bounds);
    this.#wake = new Wake([request.signal, dependencies.closing]);
    this.#questions = new TaskQuestions(request.peer, dependencies.bounds, () => this.#wake.now());
  }

  async follow(): Promise<UpstreamAnswer> {
    const { bounds, clock, closing } = this.#dependencies;
    const has_task = (await this.#request.peer.tasks?.created(this.#progress)) === true;
    this.#ends_at = clock.monotonic() + (has_task ? bounds.task_run_ms : bounds.upstream_call_total_ms);
    for (;;) {
      await this.#wake.after(this.#pause());
      if (closing.aborted) return lost('closed', 'Remit has closed the connection during the task');
      const answer = (await this.#giveUp()) ?? (await this.#answerQuestions()) ?? (await this.#read());
      if (answer !== undefined) return answer;
    }
  }

  close(): void {
    this.#wake.close();
    this.#questions.close();
  }

  /** Longer after each failure, up to the longest interval. */
  #pause(): number {
    const { bounds, clock } = this.#dependencies;
    const wanted = this.#cancelled ? bounds.task_poll_min_ms : this.#progress.poll_interval_ms;
    const delayed = Math.min(wanted * 2 ** this.#failures, bounds.task_poll_max_ms);
    return Math.max(0, Math.min(delayed, this.#ends_at - clock.monotonic()));
  }

  /** Cancels once; what a cancelled task ends with still counts, for a moment ("Task Cancellation"). */
  async #giveUp(): Promise<UpstreamAnswer | undefined> {
    const { bounds, clock } = this.#dependencies;
    const is_late = clock.monotonic() >= this.#ends_at;
    if (this.#cancelled) return is_late ? this.#cancelledAnswer() : undefined;
    if (!is_late && !this.#request.signal.aborted) return undefined;
    await this.#cancel();
    if (is_late) return lost('timeout', 'the task did not end in time');
    this.#cancelled = true;
    this.#failures = 0;
    this.#ends_at = clock.monotonic() + bounds.task_cancel_ms;
    return undefined;
  }

  async #cancel(): Promise<void> {
    const answer = await this.#dependencies.ask('tasks/cancel', { taskId: this.#id });
    if (answer.kind !== 'result')
      this.#dependencies.logger.warn({ answer: answer.kind }, 'the server did not take a cancellation');
  }

  /** Passes on what the client has answered; where that fails it is tried again with the next poll. */
  async #answerQuestions(): Promise<UpstreamAnswer | undefined> {
    const { problem } = this.#questions;
    if (problem !== undefined && !this.#cancelled) {
      await this.#cancel();
      return unanswered(problem);
    }
    const inputResponses = this.#questions.answered();
    if (inputResponses === undefined) return undefined;
    const answer = await this.#dependencies.ask('tasks/update', { taskId: this.#id, inputResponses });
    if (answer.kind === 'result') this.#questions.delivered(inputResponses);
    return answer.kind === 'result' ? undefined : this.#failed(answer);
  }

  async #read(): Promise<UpstreamAnswer | undefined> {
    const answer = await this.#dependencies.ask('tasks/get', { taskId: this.#id });
    if (answer.kind !== 'result') return this.#failed(answer);
    const state = readTaskState(answer.result, this.#dependencies.bounds);
    if (state === undefined || answer.result['taskId'] !== this.#id)
      return lost('garbage', 'the server’s description of its task is malformed');
    this.#failures = 0;
    return this.#take(state);
  }

  #take(state: TaskState): UpstreamAnswer | undefined {
    switch (state.status) {
      case 'completed':
        return { kind: 'result', result: state.result };
      case 'failed':
        return { kind: 'error', error: state.error };
      case 'cancelled':
        return this.#cancelled ? this.#cancelledAnswer() : lost('closed', 'the server cancelled its task');
      case 'working':
        this.#questions.ask({});
        return this.#advance(state.progress);
      case 'input_required':
        if (!this.#cancelled) this.#questions.ask(state.requests);
        return this.#advance(state.progress);
    }
  }

  #advance(progress: ReturnType<typeof readProgress>): undefined {
    const { status_message, poll_interval_ms } = this.#progress;
    if (progress.status_message !== status_message || progress.poll_interval_ms !== poll_interval_ms)
      this.#request.peer.tasks?.changed(progress);
    this.#progress = progress;
  }

  /** An id that the server does not know any more is the end; anything else may pass. */
  #failed(answer: UpstreamAnswer & { kind: 'error' | 'failed' }): UpstreamAnswer | undefined {
    this.#failures += 1;
    if (answer.kind === 'error' && answer.error.code === invalid_params)
      return lost('closed', 'the server does not know its task any more');
    if (this.#failures < this.#dependencies.bounds.task_poll_failures_max) return undefined;
    return lost('unreachable', 'the server does not say what has become of its task');
  }

  #cancelledAnswer(): UpstreamAnswer {
    return { kind: 'failed', reason: 'cancelled', sent: true, message: 'the agent cancelled the call' };
  }
}

type Reason = (UpstreamAnswer & { kind: 'failed' })['reason'];

/** The call was sent, and nobody can say what it has done. */
function lost(reason: Reason, message: string): UpstreamAnswer {
  return { kind: 'failed', reason, sent: true, message };
}

/** As in a round trip: the server waits for what it does not get, so that nothing is unknown. */
function unanswered(problem: unknown): UpstreamAnswer {
  const reason = problem instanceof Fault ? problem.message : 'the client could not be asked';
  const message = `the server’s task needs input that it did not get: ${reason}`;
  return { kind: 'error', error: { code: internal_error, message } };
}
