import type { Clock } from '@remit/contracts';

/** A clock that stands still until a test turns it. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
}

/** @param start_ms milliseconds since the epoch; by default 2026-03-03T14:32:15Z */
export function fakeClock(start_ms = Date.UTC(2026, 2, 3, 14, 32, 15)): FakeClock {
  let elapsed_ms = 0;
  return {
    now: () => start_ms + elapsed_ms,
    monotonic: () => elapsed_ms,
    advance: (ms) => {
      if (ms < 0) throw new RangeError('a clock does not go backwards');
      elapsed_ms += ms;
    },
  };
}
