/** A pause that ends early when something happens. */
export class Wake {
  readonly #signals: readonly AbortSignal[];
  #resolve: (() => void) | undefined;
  /** Something happened while nobody waited. */
  #missed = false;

  constructor(signals: readonly AbortSignal[]) {
    this.#signals = signals;
    for (const signal of signals) signal.addEventListener('abort', this.#ended, { once: true });
    this.#missed = signals.some((signal) => signal.aborted);
  }

  now(): void {
    if (this.#resolve) this.#resolve();
    else this.#missed = true;
  }

  /** Resolves after the time, or at once where something has happened since the last pause. */
  after(wait_ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(), this.#missed ? 0 : wait_ms);
      this.#missed = false;
      const done = (): void => {
        clearTimeout(timer);
        this.#resolve = undefined;
        resolve();
      };
      this.#resolve = done;
    });
  }

  close(): void {
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#ended);
  }

  readonly #ended = (): void => this.now();
}
