/** How long a use of a limit counts: `per`, `window` and `timezone`. */
import { didYouMean, periodUnits } from '@remit/contracts';
import type { Period } from '@remit/contracts';
import { readWord } from './reading.ts';
import type { Reader, Reading } from './reading.ts';
import type { Tree } from './tree.ts';

export const periodNames = periodUnits;
type PeriodName = Period['unit'];

export type LimitWindow =
  /** Any stretch of this length. */
  | { kind: 'sliding'; length_ms: number }
  /** Periods that follow the calendar of a time zone. */
  | { kind: 'fixed'; period: Period }
  /** The whole of a conversation. */
  | { kind: 'conversation' };

export interface WindowKeys {
  per: PeriodName | 'conversation';
  window: 'sliding' | 'fixed';
  timezone: string;
}

const lengths_ms: Partial<Record<PeriodName, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
};

/** A name of the IANA time zone database that this machine knows. */
export const readTimeZone: Reader<string> = (tree, reading) => {
  const word = readWord(tree, reading);
  if (word === undefined) return undefined;
  if (isTimeZone(word.text)) return word.text;
  const hint = didYouMean(word.text, Intl.supportedValuesOf('timeZone'));
  const message = `\`${word.text}\` is not a time zone; one reads like \`Europe/Berlin\` or \`UTC\``;
  reading.findings.error('invalid_timezone', message, tree.spot, hint);
  return undefined;
};

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * A window slides unless the policy says `fixed`, names a time zone, or asks for a month or a year,
 * which have no length of their own. Undefined after an error.
 */
export function readWindow(
  { per, window, timezone }: Partial<WindowKeys>,
  tree: Tree,
  reading: Reading,
): LimitWindow | undefined {
  if (per === undefined) return undefined;
  const fault = contradiction(per, window, timezone);
  if (fault !== undefined) {
    reading.findings.error('invalid_window', fault, tree.spot);
    return undefined;
  }
  if (per === 'conversation') return { kind: 'conversation' };
  const length_ms = lengths_ms[per];
  const fixed = window === 'fixed' || timezone !== undefined || length_ms === undefined;
  return fixed
    ? { kind: 'fixed', period: { unit: per, timezone: timezone ?? 'UTC' } }
    : { kind: 'sliding', length_ms };
}

function contradiction(
  per: WindowKeys['per'],
  window: WindowKeys['window'] | undefined,
  timezone: string | undefined,
): string | undefined {
  if (per === 'conversation' && (window ?? timezone) !== undefined)
    return 'a conversation is no period of the calendar: `window` and `timezone` do not go with it';
  if (window !== 'sliding') return undefined;
  if (timezone !== undefined) return 'a sliding window is the same in every time zone: leave `timezone` out';
  return per === 'month' || per === 'year'
    ? `a ${per} has no length of its own, so its window cannot slide: use \`day\` or \`week\`, or \`window: fixed\``
    : undefined;
}
