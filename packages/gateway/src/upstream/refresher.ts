/** Turns any number of change notifications into few refreshes: one at a time, and not too often. */
import type { ListKind } from './era/era.ts';

export class Refresher {
  readonly #interval_ms: number;
  readonly #refresh: (kinds: readonly ListKind[]) => Promise<void>;
  readonly #wanted = new Set<ListKind>();
  #timer: NodeJS.Timeout | undefined;
  /** From the start, until the first reading of all lists is over: an older answer must not come last. */
  #busy = true;
  #closed = false;

  /** `refresh` must not reject. */
  constructor(interval_ms: number, refresh: (kinds: readonly ListKind[]) => Promise<void>) {
    this.#interval_ms = interval_ms;
    this.#refresh = refresh;
  }

  request(kind: ListKind): void {
    if (this.#closed) return;
    this.#wanted.add(kind);
    if (!this.#busy) void this.#run();
  }

  /** The lists have been read, and what has changed since may be read again. */
  resume(): void {
    this.#busy = false;
    if (this.#wanted.size > 0 && !this.#closed) void this.#run();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Busy while a refresh runs and for the interval after it. */
  async #run(): Promise<void> {
    this.#busy = true;
    const kinds = [...this.#wanted];
    this.#wanted.clear();
    await this.#refresh(kinds);
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.resume(), this.#interval_ms);
  }
}
