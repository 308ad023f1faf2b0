/** What a server asks for a task: each key once, by the agent's client, while the task is polled on. */
import { Fault } from '@remit/contracts';
import type { Bounds, JsonValue } from '@remit/contracts';
import type { InputRequest, InputRequests, InputResponses, Peer } from '../exchange.ts';

/** The key under which a single request travels in the seam's map. */
const requestKey = 'request';

/** One question, from its asking until the server has its answer. */
interface Question {
  withdrawn: AbortController;
  answer?: JsonValue;
}

export class TaskQuestions {
  /** Why the client does not answer; a task can then not go on. */
  problem: unknown;
  readonly #peer: Peer;
  readonly #bounds: Bounds;
  readonly #onAnswered: () => void;
  readonly #open = new Map<string, Question>();
  /** Keys are used once in the lifetime of a task ("Task Update Requests"). */
  readonly #seen = new Set<string>();

  constructor(peer: Peer, bounds: Bounds, onAnswered: () => void) {
    this.#peer = peer;
    this.#bounds = bounds;
    this.#onAnswered = onAnswered;
  }

  /** All that the server wants to know now. What is new is asked; what is no longer among it is withdrawn. */
  ask(requests: InputRequests): void {
    for (const [key, { withdrawn }] of this.#open) {
      if (!Object.hasOwn(requests, key)) this.#withdraw(key, withdrawn);
    }
    for (const [key, request] of Object.entries(requests)) {
      if (!this.#seen.has(key)) this.#askNew(key, request);
    }
  }

  /** The answers that the server has not got yet; undefined where there are none. */
  answered(): InputResponses | undefined {
    const responses: [string, JsonValue][] = [];
    for (const [key, { answer }] of this.#open) {
      if (answer !== undefined) responses.push([key, answer]);
    }
    return responses.length === 0 ? undefined : Object.fromEntries(responses);
  }

  delivered(responses: InputResponses): void {
    for (const key of Object.keys(responses)) this.#open.delete(key);
  }

  close(): void {
    for (const [key, { withdrawn }] of this.#open) this.#withdraw(key, withdrawn);
  }

  #askNew(key: string, request: InputRequest): void {
    this.#seen.add(key);
    if (this.#seen.size <= this.#bounds.ask_rounds_max) void this.#askClient(key, request);
    else this.#fail(new Fault('ask_refused', `it asks more than ${this.#bounds.ask_rounds_max} times`));
  }

  async #askClient(key: string, request: InputRequest): Promise<void> {
    const question: Question = { withdrawn: new AbortController() };
    this.#open.set(key, question);
    const { signal } = question.withdrawn;
    try {
      const { [requestKey]: answer = null } = await this.#peer.ask({ [requestKey]: request }, signal);
      question.answer = answer;
      this.#onAnswered();
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  #withdraw(key: string, withdrawn: AbortController): void {
    this.#open.delete(key);
    withdrawn.abort();
  }

  #fail(problem: unknown): void {
    this.problem ??= problem;
    this.#onAnswered();
  }
}
