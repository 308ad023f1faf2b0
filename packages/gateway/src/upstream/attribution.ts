/**
 * Which call a message belongs to that names none: the only open one, if there is only one. A call
 * that was given up may still be at work in the server, so that for a while it counts as open.
 */
import type { Call } from './call.ts';

export class Attribution {
  /** The open calls that an agent has made, as against Remit's own. */
  readonly #open = new Set<Call>();
  /** Calls that the server may still be working on, each until it answers or its time is over. */
  readonly #given_up = new Map<number, NodeJS.Timeout>();
  readonly #linger_ms: number;

  constructor(linger_ms: number) {
    this.#linger_ms = linger_ms;
  }

  get size(): number {
    return this.#open.size;
  }

  opened(call: Call): void {
    if (call.peer !== undefined) this.#open.add(call);
  }

  ended(call: Call): void {
    this.#open.delete(call);
  }

  givenUp(call: Call): void {
    if (!this.#open.delete(call)) return;
    const timer = setTimeout(() => this.#given_up.delete(call.id), this.#linger_ms);
    this.#given_up.set(call.id, timer.unref());
  }

  answeredLate(id: unknown): void {
    if (typeof id !== 'number') return;
    clearTimeout(this.#given_up.get(id));
    this.#given_up.delete(id);
  }

  /** The call, or undefined where it is not certain. */
  only(): Call | undefined {
    if (this.#open.size !== 1 || this.#given_up.size > 0) return undefined;
    const [call] = this.#open;
    return call;
  }

  close(): void {
    for (const timer of this.#given_up.values()) clearTimeout(timer);
    this.#given_up.clear();
    this.#open.clear();
  }
}
