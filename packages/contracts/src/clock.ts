/**
 * Time and randomness as the rest of Remit sees them. Only composition roots read the machine's;
 * everything else takes these, so that tests can turn them by hand.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never go backwards, for durations. */
  monotonic(): number;
}

/** Makes ids that cannot be guessed. `prefix` tells what the id is of: `act`, `dec`, `apr`, `evt`. */
export type NewId = (prefix: string) => string;
