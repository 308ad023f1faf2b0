/**
 * Tells the publisher how far the log has grown: at once where it is about to be asked something, else
 * now and then. Every message wakes its thread, and where records come thick the projections want
 * them in bulk: large transactions, most calls begun and ended within one, the processor left to the appends.
 */
import type { DurableEnd } from '../writer/port.ts';

const interval_ms = 200;
/** The same while somebody watches the live tail. */
const watchedInterval_ms = 20;

export class GrowthNotice {
  readonly #send: (end: DurableEnd) => void;
  #untold: DurableEnd | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watched = false;

  constructor(send: (end: DurableEnd) => void) {
    this.#send = send;
  }

  grew(end: DurableEnd): void {
    this.#untold = end;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.tell(), this.#watched ? watchedInterval_ms : interval_ms);
    // A notice is no work that a process has to stay for.
    this.#timer.unref();
  }

  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#untold !== undefined) this.#send(this.#untold);
    this.#untold = undefined;
  }

  watch(watched: boolean): void {
    this.#watched = watched;
    this.tell();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
