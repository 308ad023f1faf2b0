/**
 * What a server says before its answer: inspected and forwarded as it comes, and summed up in the outcome
 * (architecture.md, "The journey of one governed action").
 */
import { createHash, type Hash } from 'node:crypto';
import type { Decision, JsonObject } from '@remit/contracts';
import { MessageStream, type Pseudonym } from '@remit/inspect';
import { countsOf } from './inspection.ts';

/** The way of interim messages to the agent. What does not come this way, the agent must not get. */
export interface Interim {
  /** Progress, a log message: the parameters as the agent may see them; they count as forwarded. */
  visible(method: string, params: JsonObject): JsonObject;
  /** A question to the agent's client, which was decided on and inspected as an action of its own. */
  forwarded(method: string, params: JsonObject): void;
}

export interface InterimSummary {
  messages: number;
  /** `sha256:` + hex over one line of JSON, `{"method":…,"params":…}`, for each message in order. */
  digest: string;
  /** Classes of data that were taken out, with their counts. */
  removed?: JsonObject;
}

export class InterimMessages implements Interim {
  readonly #decision: Decision;
  #messages = 0;
  /** Made with the first message: most calls have none. */
  #digest: Hash | undefined;
  #removed: JsonObject | undefined;

  readonly #stream: MessageStream | undefined;
  readonly #saw: (params: JsonObject) => void;

  /** @param saw is told of everything that goes to the agent, before it does */
  constructor(decision: Decision, saw: (params: JsonObject) => void, pseudonym?: Pseudonym) {
    this.#decision = decision;
    this.#saw = saw;
    this.#stream = decision.data && new MessageStream(decision.data, pseudonym);
  }

  visible(method: string, params: JsonObject): JsonObject {
    const shown = this.#inspect(params);
    this.forwarded(method, shown);
    return shown;
  }

  forwarded(method: string, params: JsonObject): void {
    this.#saw(params);
    this.#messages += 1;
    this.#digest ??= createHash('sha256');
    this.#digest.update(`${JSON.stringify({ method, params })}\n`);
  }

  /** Once, when the call is over; undefined where nothing was forwarded. */
  summary(): InterimSummary | undefined {
    if (this.#digest === undefined) return undefined;
    const digest = `sha256:${this.#digest.digest('hex')}`;
    return { messages: this.#messages, digest, ...(this.#removed && { removed: this.#removed }) };
  }

  /** In observe mode the message goes through as it is, and the record says what would have been taken out. */
  #inspect(params: JsonObject): JsonObject {
    if (!this.#stream) return params;
    const { mode } = this.#decision;
    const { value, removed } = this.#stream.next(params);
    if (removed.length > 0) this.#removed = countsOf(removed, this.#removed);
    return mode === 'enforce' ? (value as JsonObject) : params;
  }
}
