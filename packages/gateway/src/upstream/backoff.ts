/** Delays that double up to a bound, with jitter, so that what failed together does not return together. */
export class Backoff {
  readonly #first_ms: number;
  readonly #max_ms: number;
  readonly #random: () => number;
  #attempts = 0;

  /** `random`: a number from 0 up to 1, exclusive. */
  constructor(first_ms: number, max_ms: number, random: () => number) {
    this.#first_ms = first_ms;
    this.#max_ms = max_ms;
    this.#random = random;
  }

  /** The next delay: between half of the doubled value and all of it. */
  next(): number {
    const full = Math.min(this.#max_ms, this.#first_ms * 2 ** this.#attempts);
    this.#attempts += 1;
    return full * (0.5 + 0.5 * this.#random());
  }

  reset(): void {
    this.#attempts = 0;
  }
}
