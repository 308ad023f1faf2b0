/**
 * One call of a modern client, which may take several round trips. What the server asks ends a round
 * trip with `input_required`; the call itself stays open until the client comes back with the answers
 * (MCP 2026-07-28, basic/patterns/mrtr). It is one action throughout.
 */
import { Fault, isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';
import type { InputRequests, InputResponses, Notification, TaskProgress } from '../../exchange.ts';
import { isAnswer } from '../ask-rules.ts';
import { notificationText, resultText, type RequestId } from '../message.ts';
import type { Reply } from '../reply.ts';
import type { Channel, TaskOffer } from '../request.ts';
import { invalidParams } from '../rpc-fault.ts';
import type { Services } from '../services.ts';
import { metaKeys } from '../versions.ts';
import type { AgentTask } from './agent-task.ts';

/** One round trip: the request that waits for an answer now. */
export interface RoundTrip {
  id: RequestId;
  reply: Reply;
  params: JsonObject;
  progressToken: JsonValue | undefined;
}

export interface LiveCallOptions {
  services: Services;
  controller: AbortController;
  /** For the results that end a round trip. */
  serverInfo: JsonObject;
  /** Seals the state of the given round. */
  seal(round: number): string;
  /** Absent for clients that take no tasks. */
  tasks?: { create(): AgentTask | undefined; forget(task: AgentTask): void };
}

interface Asking {
  requests: InputRequests;
  responses: InputResponses;
  answers: PromiseWithResolvers<InputResponses>;
}

export class LiveCall implements Channel {
  readonly #options: LiveCallOptions;
  #trip: RoundTrip | undefined;
  #task: AgentTask | undefined;
  #asking: Asking | undefined;
  #round = 0;
  /** One question at a time, because a round trip ends with it. */
  #asks: Promise<unknown> = Promise.resolve();
  /** Answers that came before they were asked for: a client may send them along. */
  #offered: JsonObject = {};

  constructor(options: LiveCallOptions) {
    this.#options = options;
  }

  /** @throws RpcFault -32602 for `inputResponses` that are no object. */
  begin(trip: RoundTrip): void {
    this.#offered = responsesOf(trip.params);
    this.#attach(trip);
  }

  /**
   * The client is back with answers. What is missing or not valid is asked for again.
   * @throws RpcFault -32602 for a state whose round is over, and for `inputResponses` that are no object.
   */
  resume(trip: RoundTrip, round: number): void {
    const asking = this.#asking;
    if (!asking || round !== this.#round) throw invalidParams('`params.requestState` was used already.');
    const given = responsesOf(trip.params);
    this.#attach(trip);
    if (take(given, asking)) {
      this.#asking = undefined;
      asking.answers.resolve(asking.responses);
    } else {
      this.#askOrGiveUp(asking);
    }
  }

  /** The reply that waits for the final answer; undefined while the client has none open. */
  get waiting(): RoundTrip | undefined {
    return this.#trip;
  }

  /** Set where the client has a task and waits for nothing. */
  get task(): AgentTask | undefined {
    return this.#task;
  }

  /** Not for a task: it has no progress and no log messages ("Task Status Notifications"). */
  notify({ method, params }: Notification): void {
    const trip = this.#trip;
    if (!trip) return;
    if (method !== 'notifications/progress') {
      trip.reply.interim(notificationText(method, params ?? {}));
    } else if (trip.progressToken !== undefined) {
      trip.reply.interim(notificationText(method, { ...params, progressToken: trip.progressToken }));
    }
  }

  ask(requests: InputRequests, signal: AbortSignal, withdrawn?: AbortSignal): Promise<InputResponses> {
    if (this.#task) return this.#task.ask(requests, signal, withdrawn);
    const asked = this.#asks.then(() => this.#askNow(requests, signal));
    this.#asks = asked.catch(() => undefined);
    return asked;
  }

  offerTask(): TaskOffer | undefined {
    if (this.#task) return sameTask(this.#task);
    const { tasks } = this.#options;
    const task = this.#trip && tasks?.create();
    return (
      task && {
        id: task.id,
        begin: (progress) => this.#beginTask(task, progress),
        withdraw: () => tasks?.forget(task),
      }
    );
  }

  taskChanged(progress: TaskProgress): void {
    this.#task?.changed(progress);
  }

  /** Ends the round trip with the task; from then on the client's going away ends nothing. */
  #beginTask(task: AgentTask, progress: TaskProgress): boolean {
    const trip = this.#trip;
    if (!trip || this.#options.controller.signal.aborted) return false;
    task.changed(progress);
    this.#task = task;
    this.#trip = undefined;
    const meta = { [metaKeys.serverInfo]: this.#options.serverInfo };
    trip.reply.final(resultText(trip.id, { resultType: 'task', ...task.outline(), _meta: meta }));
    return true;
  }

  async #askNow(requests: InputRequests, signal: AbortSignal): Promise<InputResponses> {
    if (signal.aborted) throw ended();
    // Without a prototype: the keys are the server's words, and `constructor` is one.
    const responses = Object.create(null) as InputResponses;
    const asking: Asking = { requests, responses, answers: Promise.withResolvers() };
    if (take(this.#offered, asking)) return asking.responses;
    const onAbort = () => {
      asking.answers.reject(ended());
    };
    const timer = setTimeout(() => {
      asking.answers.reject(new Fault('ask_timeout', 'The client did not come back in time.'));
    }, this.#options.services.bounds.ask_ms);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#asking = asking;
    this.#askOrGiveUp(asking);
    try {
      return await asking.answers.promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#asking = undefined;
    }
  }

  #askOrGiveUp(asking: Asking): void {
    if (this.#round >= this.#options.services.bounds.ask_rounds_max) {
      asking.answers.reject(new Fault('ask_refused', 'The call takes too many round trips.'));
      return;
    }
    const missing = Object.entries(asking.requests).filter(([key]) => !(key in asking.responses));
    this.#endTrip(Object.fromEntries(missing), ++this.#round);
  }

  #endTrip(inputRequests: InputRequests, round: number): void {
    const trip = this.#trip;
    this.#trip = undefined;
    const result = {
      resultType: 'input_required',
      inputRequests: JSON.parse(JSON.stringify(inputRequests)) as JsonObject,
      requestState: this.#options.seal(round),
      _meta: { [metaKeys.serverInfo]: this.#options.serverInfo },
    };
    trip?.reply.final(resultText(trip.id, result));
  }

  /** A modern client that closes its stream cancels (basic/patterns/cancellation). */
  #attach(trip: RoundTrip): void {
    this.#trip = trip;
    trip.reply.onGone(() => {
      if (this.#trip === trip) this.#options.controller.abort();
    });
  }
}

/** A call that has a task already, since it was held, and that its server goes on with as one. */
function sameTask(task: AgentTask): TaskOffer {
  const begin = (progress: TaskProgress): boolean => {
    task.changed(progress);
    return true;
  };
  return { id: task.id, begin, withdraw: () => undefined };
}

/** Keeps the valid answers; true when none is missing any more. Unknown keys are ignored. */
function take(given: JsonObject, asking: Asking): boolean {
  for (const [key, { method }] of Object.entries(asking.requests)) {
    const response = Object.hasOwn(given, key) ? given[key] : undefined;
    if (isAnswer(method, response)) asking.responses[key] = response;
  }
  return Object.keys(asking.requests).every((key) => key in asking.responses);
}

function responsesOf(params: JsonObject): JsonObject {
  const responses = params['inputResponses'];
  if (responses === undefined) return {};
  if (isJsonObject(responses)) return responses;
  throw invalidParams('`params.inputResponses` must be an object.');
}

function ended(): Fault {
  return new Fault('cancelled', 'The call was ended.');
}
