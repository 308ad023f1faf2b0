/**
 * What `audit search`, `tail` and `export` look for: words of the filter grammar, and the flags of the same
 * names, put together to one filter text, which the API reads as well.
 */
import { FilterFault, parseFilter, readTime as timeOf } from '@remit/contracts';
import { CommandFault, exitCodes, wrongUse } from '../exit-code.ts';

export const filterNames = [
  'agent',
  'tool',
  'server',
  'action',
  'result',
  'conversation',
  'since',
  'until',
] as const;
export type FilterOptions = Partial<Record<(typeof filterNames)[number], string>>;

/**
 * The text of the filter; empty where nothing is asked for. `now` in milliseconds since 1970.
 * @throws CommandFault with the code of the `FilterFault` that is its cause.
 */
export function readFilters(words: readonly string[], options: FilterOptions, now: number): string {
  const flags = filterNames.flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [`${name}:"${value.replace(/["\\]/g, '\\$&')}"`];
  });
  const text = [...words, ...flags].join(' ');
  check(text, now);
  return text;
}

/** The same for what comes from now on. @throws CommandFault `unknown_filter` for times as well. */
export function readLiveFilters(words: readonly string[], options: FilterOptions, now: number): string {
  const text = readFilters(words, options, now);
  if (!parseFilter(text, now).some(({ type }) => type === 'time')) return text;
  throw wrongUse(
    'unknown_filter',
    '`audit tail` shows what comes, so it takes no times.',
    'Use `audit search`.',
  );
}

function check(text: string, now: number): void {
  try {
    parseFilter(text, now);
  } catch (cause) {
    if (!(cause instanceof FilterFault)) throw cause;
    const remedy = cause.remedy === undefined ? {} : { remedy: cause.remedy };
    throw new CommandFault(exitCodes.wrong_use, cause.code, cause.message, { ...remedy, cause });
  }
}

/** RFC 3339. @throws CommandFault `unreadable_time`. */
export function readTime(text: string, now: number): string {
  const time = timeOf(text, now);
  if (time !== undefined) return new Date(time).toISOString();
  throw wrongUse(
    'unreadable_time',
    `\`${text}\` is no time.`,
    'Write a span back from now (`30m`, `24h`, `7d`) or a time like 2026-03-03T14:32:15Z.',
  );
}
