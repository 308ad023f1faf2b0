/**
 * What `audit search` and `audit tail` look for: words like `agent:support`, or the flags of the same
 * names. Times are RFC 3339, a date, or a span back from now (`30m`, `24h`, `7d`).
 */
import { eventKindSchema, resultSchema, type EventKind, type Result } from '@remit/contracts';
import { wrongUse } from '../exit-code.ts';

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
type FilterName = (typeof filterNames)[number];
export type FilterOptions = Partial<Record<FilterName, string>>;

export interface EventFilter {
  agent?: string;
  tool?: string;
  server?: string;
  action?: EventKind;
  result?: Result;
  conversation?: string;
  since?: string;
  until?: string;
}

/** @throws CommandFault `unknown_filter`, `filter_given_twice`, `unknown_result`, `unknown_action`, `unreadable_time`. */
export function readFilters(words: readonly string[], options: FilterOptions, now: number): EventFilter {
  const given = new Map<FilterName, string>();
  for (const [name, value] of [...words.map(readWord), ...flags(options)]) {
    if (given.has(name)) {
      throw wrongUse('filter_given_twice', `The filter ${name} is given twice.`, 'Give each filter once.');
    }
    given.set(name, value);
  }
  const filter: EventFilter = {};
  for (const [name, value] of given) Object.assign(filter, { [name]: readValue(name, value, now) });
  return filter;
}

function flags(options: FilterOptions): [FilterName, string][] {
  return filterNames.flatMap((name): [FilterName, string][] => {
    const value = options[name];
    return value === undefined ? [] : [[name, value]];
  });
}

function readWord(word: string): [FilterName, string] {
  const colon = word.indexOf(':');
  const name = filterNames.find((known) => known === word.slice(0, Math.max(colon, 0)));
  if (name !== undefined && colon < word.length - 1) return [name, word.slice(colon + 1)];
  throw wrongUse(
    'unknown_filter',
    `\`${word}\` is no filter.`,
    `Write NAME:VALUE with one of ${filterNames.join(', ')}.`,
  );
}

function readValue(name: FilterName, value: string, now: number): string {
  if (name === 'result') return oneOf('result', resultSchema, value);
  if (name === 'action') return oneOf('action', eventKindSchema, value);
  return name === 'since' || name === 'until' ? readTime(value, now) : value;
}

function oneOf(what: string, schema: typeof resultSchema | typeof eventKindSchema, value: string): string {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw wrongUse(
    `unknown_${what}`,
    `\`${value}\` is no ${what}.`,
    `Use one of ${schema.options.join(', ')}.`,
  );
}

const unit_ms = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export function readTime(text: string, now: number): string {
  const span = /^(\d{1,6})([smhd])$/.exec(text);
  if (span !== null) {
    return new Date(now - Number(span[1]) * unit_ms[span[2] as keyof typeof unit_ms]).toISOString();
  }
  const time = /^\d{4}-\d{2}-\d{2}(T.+)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw wrongUse(
    'unreadable_time',
    `\`${text}\` is no time.`,
    'Write a span back from now (`30m`, `24h`, `7d`) or a time like 2026-03-03T14:32:15Z.',
  );
}
