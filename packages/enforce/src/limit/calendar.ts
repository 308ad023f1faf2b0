/** Periods of the calendar in a time zone, with the hours that its clock skips or repeats. */
import type { Period } from '@remit/contracts';

/** From `start` up to `end`, exclusive; milliseconds since the epoch. */
export interface Span {
  start: number;
  end: number;
}

const steps_ms = { second: 1000, minute: 60_000, hour: 3_600_000 };
type Step = keyof typeof steps_ms;
const isStep = (unit: Period['unit']): unit is Step => Object.hasOwn(steps_ms, unit);
const DAY_MS = 86_400_000;

export class Calendar {
  readonly #clocks = new Map<string, LocalClock>();
  /** The span found last for each period: it holds until it is over. */
  readonly #spans = new Map<string, Span>();

  /** The period that this instant lies in. */
  span(period: Period, at: number): Span {
    const name = `${period.unit} ${period.timezone}`;
    const known = this.#spans.get(name);
    if (known !== undefined && known.start <= at && at < known.end) return known;
    const span = spanOf(this.#clock(period.timezone), period.unit, at);
    this.#spans.set(name, span);
    return span;
  }

  #clock(timezone: string): LocalClock {
    let clock = this.#clocks.get(timezone);
    if (clock === undefined) {
      clock = new LocalClock(timezone);
      this.#clocks.set(timezone, clock);
    }
    return clock;
  }
}

function spanOf(clock: LocalClock, unit: Period['unit'], at: number): Span {
  const local = at + clock.offset_ms(at);
  if (isStep(unit)) {
    const step_ms = steps_ms[unit];
    const start = at - modulo(local, step_ms);
    return { start, end: start + step_ms };
  }
  const [first, next] = daysOf(unit, new Date(local));
  return { start: clock.dayStart(first), end: clock.dayStart(next) };
}

/** The first day of the period and that of the next, as midnights of UTC. */
function daysOf(unit: Exclude<Period['unit'], Step>, local: Date): [first: number, next: number] {
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  switch (unit) {
    case 'year':
      return [Date.UTC(year, 0), Date.UTC(year + 1, 0)];
    case 'month':
      return [Date.UTC(year, month), Date.UTC(year, month + 1)];
    case 'week': {
      const monday = day - ((local.getUTCDay() + 6) % 7);
      return [Date.UTC(year, month, monday), Date.UTC(year, month, monday + 7)];
    }
    case 'day':
      return [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)];
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** What the clocks on the wall of a time zone show. */
class LocalClock {
  readonly #format: Intl.DateTimeFormat;

  constructor(timezone: string) {
    this.#format = new Intl.DateTimeFormat('en', {
      timeZone: timezone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Local time less UTC. */
  offset_ms(at: number): number {
    const whole = Math.floor(at / 1000) * 1000;
    const parts = new Map(this.#format.formatToParts(whole).map(({ type, value }) => [type, value]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
    const local = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    );
    return local - whole;
  }

  /**
   * The first instant of the local day that `midnight` (of UTC) names. Where the clock skips midnight
   * it is the first instant after the gap; where it shows midnight twice, the first time.
   */
  dayStart(midnight: number): number {
    const offsets = [midnight - DAY_MS, midnight + DAY_MS].map((near) => this.offset_ms(near));
    const candidates = offsets.map((offset) => midnight - offset).toSorted((a, b) => a - b);
    return candidates.find((at) => at + this.offset_ms(at) >= midnight) ?? candidates.at(-1)!;
  }
}
