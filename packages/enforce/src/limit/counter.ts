/** What a limit counts under one key, and how long a use of it counts. */
import { bounds, type Reservation } from '@remit/contracts';
import type { Calendar } from './calendar.ts';

/** One use that an action has reserved. */
export interface Use {
  /** The action is over. Where the call was provably never sent, the use is given back. */
  settle(sent: boolean): void;
}

export interface Counter {
  readonly lifetime: Lifetime;
  /** True where nothing counts any more, so that it can be forgotten. */
  readonly isEmpty: boolean;
  /** Drops what is over. */
  expire(now: number): void;
  /** Undefined where the reservation fits; `expire` has to come first. */
  refusal(reservation: Reservation, now: number): CounterRefusal | undefined;
  add(reservation: Reservation, at: number): Use;
}

export interface CounterRefusal {
  /** What is used, as the end of a sentence that begins with the limit. */
  used: string;
  /** How long until there is room; absent where waiting does not help. */
  retry_after_ms?: number;
}

/** What the counters of one agent hold together, so that no agent fills the memory. */
export interface Share {
  uses: number;
  targets: number;
}

/** How long uses count: in a sliding window, a period of the calendar, a conversation, or while the call runs. */
export class Lifetime {
  readonly kind: 'sliding' | 'fixed' | 'idle' | 'open';
  readonly #reservation: Pick<Reservation, 'window_ms' | 'period' | 'idle_ms'>;
  readonly #calendar: Calendar;

  constructor({ window_ms, period, idle_ms }: Reservation, calendar: Calendar) {
    this.#reservation = {
      ...(window_ms && { window_ms }),
      ...(period && { period }),
      ...(idle_ms && { idle_ms }),
    };
    this.#calendar = calendar;
    this.kind =
      window_ms !== undefined
        ? 'sliding'
        : period !== undefined
          ? 'fixed'
          : idle_ms !== undefined
            ? 'idle'
            : 'open';
  }

  /** As reservations say it. */
  get written(): Pick<Reservation, 'window_ms' | 'period' | 'idle_ms'> {
    return this.#reservation;
  }

  /** Uses at or before this instant are over; in a conversation all are, once the last one is. */
  horizon(now: number): number {
    const { window_ms, period, idle_ms } = this.#reservation;
    if (window_ms !== undefined) return now - window_ms;
    if (period !== undefined) return this.#calendar.span(period, now).start - 1;
    return idle_ms === undefined ? -Infinity : now - idle_ms;
  }

  /** How long until a use at `at` is over; undefined where waiting is not the way. */
  wait_ms(at: number, now: number): number | undefined {
    const { window_ms, period } = this.#reservation;
    if (window_ms !== undefined) return Math.max(1, at + window_ms - now);
    return period === undefined ? undefined : this.#calendar.span(period, now).end - now;
  }

  /** Uses closer together than this count as one at the later time. */
  grain_ms(isExact: boolean): number {
    if (this.kind !== 'sliding') return Infinity;
    return isExact ? 0 : this.#reservation.window_ms! / bounds.limit_uses_per_counter_max;
  }
}
