/** Whether a moment lies within hours of the week, by the wall clock of a time zone. */
import type { Hours } from '../document/hours.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export class Schedule {
  readonly #hours: readonly { hours: Hours; clock: Intl.DateTimeFormat }[];
  /** The minute that was asked about last, and the answer: a formatter is a thousand times as slow as this. */
  #last: { minute: number; within: boolean } | undefined;

  constructor(hours: readonly Hours[]) {
    this.#hours = hours.map((one) => ({ hours: one, clock: wallClock(one.timezone) }));
  }

  /**
   * True where `now` (RFC 3339) is within any of the hours. What the wall clock shows decides, so a day
   * on which clocks change has its hours as that day's clocks show them. False for what is no time.
   */
  includes(now: string): boolean {
    const minute = Math.floor(Date.parse(now) / MINUTE_MS);
    if (Number.isNaN(minute)) return false;
    if (this.#last?.minute !== minute) {
      const within = this.#hours.some(({ hours, clock }) => isWithin(hours, clock, minute * MINUTE_MS));
      this.#last = { minute, within };
    }
    return this.#last.within;
  }
}

function wallClock(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}

function isWithin({ days, from, to }: Hours, clock: Intl.DateTimeFormat, time: number): boolean {
  const parts = new Map(clock.formatToParts(time).map(({ type, value }) => [type, value]));
  const day = weekdays.indexOf(parts.get('weekday') ?? '');
  const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  const until = to > from ? to : to + DAY_MINUTES;
  const began = (daysAgo: number): boolean => {
    const since = minute + daysAgo * DAY_MINUTES;
    return days.includes((day - daysAgo + 7) % 7) && since >= from && since < until;
  };
  return began(0) || began(1);
}
