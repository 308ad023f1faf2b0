/**
 * Which call a message belongs to that names none: the only open one, if there is only one. A call
 * that was given up may still be at work in the server, so that for a while it counts as open, though
 * not against calls of its own client. No answer to a `ping` ends that while: the official TypeScript
 * SDK answers pings, and drops the answer of a cancelled call, while the call's own code runs on and
 * may ask. Only an answer to the call itself ends it early. What else there is to do: `replacement.ts`.
 */
import type { Peer } from '../exchange.ts';
import { OpenEntries } from '../open-entries.ts';
import type { Call } from './call.ts';

interface GivenUp {
  client: string | undefined;
  timer: NodeJS.Timeout;
}

export class Attribution {
  /** The open calls that an agent has made, as against Remit's own. */
  readonly #open = new OpenEntries<number, Call>();
  /** Calls that the server may still be working on, each until it answers or its time is over. */
  readonly #given_up = new Map<number, GivenUp>();
  readonly #linger_ms: number;

  constructor(linger_ms: number) {
    this.#linger_ms = linger_ms;
  }

  get size(): number {
    return this.#open.size;
  }

  opened(call: Call): void {
    if (call.peer !== undefined) this.#open.set(call.id, call);
  }

  ended(call: Call): void {
    this.#open.delete(call.id);
  }

  givenUp(call: Call): void {
    if (!this.#open.delete(call.id)) return;
    const timer = setTimeout(() => this.#given_up.delete(call.id), this.#linger_ms);
    this.#given_up.set(call.id, { client: call.peer?.client, timer: timer.unref() });
  }

  answeredLate(id: unknown): void {
    if (typeof id !== 'number') return;
    clearTimeout(this.#given_up.get(id)?.timer);
    this.#given_up.delete(id);
  }

  /** The open call, if there is only one; what was given up does not count. */
  lone(): Call | undefined {
    if (this.#open.size !== 1) return undefined;
    const [call] = this.#open.values();
    return call;
  }

  /** The call that the server is at work on, or undefined where it is not certain. */
  only(): Call | undefined {
    return this.#given_up.size === 0 ? this.lone() : undefined;
  }

  /** The call whose client gets what names no call, or undefined where that client is not certain. */
  addressee(): Call | undefined {
    const call = this.lone();
    return call?.peer === undefined || this.isInDoubtFor(call.peer) ? undefined : call;
  }

  /** Whether a call of another client that was given up may still have something to say. */
  isInDoubtFor({ client }: Peer): boolean {
    for (const given_up of this.#given_up.values()) {
      if (client === undefined || given_up.client !== client) return true;
    }
    return false;
  }

  close(): void {
    for (const { timer } of this.#given_up.values()) clearTimeout(timer);
    this.#given_up.clear();
    this.#open.clear();
  }
}
