/** The grammar of filters: `key:value -key:value key:(a OR b) field>n "text"`, shared by command line, API and console. */
import { resultSchema, eventKindSchema } from '../event.ts';
import { effectSchema, tierSchema } from '../decision.ts';
import { didYouMean } from '../did-you-mean.ts';
import { FilterFault } from './fault.ts';
import type { Filter, FilterTerm, FilterValue, TimeTerm, ValueTerm } from './filter.ts';
import {
  aliases,
  filterKeys,
  isSingle,
  markKeys,
  numberKeys,
  plainKeys,
  timeKeys,
  type NumberKey,
  type TimeKey,
  type ValueKey,
} from './keys.ts';
import { scanFilter, type ScannedTerm, type ScannedValue } from './scan.ts';
import { day_ms, isDate, readBytes, readDuration, readTime } from './times.ts';

/**
 * `now` in milliseconds since 1970, for times like `24h`.
 * @throws FilterFault `unknown_filter`, `filter_malformed`, `filter_too_long`, `filter_given_twice`, `unknown_result`,
 * `unknown_action`, `unknown_decision`, `unknown_tier`, `unreadable_time`, `unreadable_number`; with the place.
 */
export function parseFilter(text: string, now: number): Filter {
  const parser = new Parser(text, now);
  return scanFilter(text).map((term) => parser.term(term));
}

/** Keys with few values, and which these are. */
const choices: Partial<Record<ValueKey, readonly string[]>> = {
  result: resultSchema.options,
  action: eventKindSchema.options,
  decision: effectSchema.options,
  tier: tierSchema.options,
};
const prefixKeys: readonly ValueKey[] = ['agent', 'server', 'tool', 'rule'];

class Parser {
  readonly #text: string;
  readonly #now: number;
  readonly #given = new Set<string>();

  constructor(text: string, now: number) {
    this.#text = text;
    this.#now = now;
  }

  term(scanned: ScannedTerm): FilterTerm {
    const { key, negated, values } = scanned;
    if (key === undefined) return { type: 'text', text: values[0]!.text, negated };
    const name = Object.hasOwn(aliases, key) ? aliases[key]! : key;
    if (isTimeKey(name)) return this.#time(name, scanned);
    if (isNumberKey(name)) return this.#number(name, scanned);
    if (isValueKey(name)) return this.#value(name, scanned);
    const message = sentence(`\`${key}\` is no filter`, didYouMean(key, filterKeys));
    const remedy = `Use one of ${filterKeys.join(', ')}, or context.NAME.`;
    throw this.#fault('unknown_filter', message, remedy, scanned.key_to - key.length, scanned.key_to);
  }

  #value(key: ValueKey, scanned: ScannedTerm): ValueTerm {
    const { operator, negated, values } = scanned;
    if (operator !== ':' && operator !== '=') {
      throw this.#ofTerm(
        scanned,
        'filter_malformed',
        `\`${key}\` is no number.`,
        `Write ${scanned.key}:value.`,
      );
    }
    if (!negated && isSingle(key)) this.#once(key, scanned);
    return { type: 'value', key, values: values.map((value) => this.#one(key, value)), negated };
  }

  #one(key: ValueKey, { text, quoted, from, to }: ScannedValue): FilterValue {
    const known = choices[key];
    if (known !== undefined && !known.includes(text)) {
      const message = sentence(`\`${text}\` is no ${key}`, didYouMean(text, known));
      throw this.#fault(`unknown_${key}`, message, `Use one of ${known.join(', ')}.`, from, to);
    }
    if (quoted || !text.endsWith('*') || known !== undefined) return { value: text };
    if (prefixKeys.includes(key)) return { value: text.slice(0, -1), prefix: true };
    const remedy = `Only ${prefixKeys.join(', ')} can be searched by how they begin; quote a star that belongs to the value.`;
    throw this.#fault('filter_malformed', `\`${key}\` needs the whole value.`, remedy, from, to);
  }

  #number(key: NumberKey, scanned: ScannedTerm): FilterTerm {
    const { operator, negated, values } = scanned;
    const [written] = values;
    if (written === undefined || values.length > 1) throw this.#oneValue(scanned);
    const value = key === 'bytes' ? readBytes(written.text) : readDuration(written.text);
    if (value !== undefined) {
      return { type: 'number', key, comparison: operator === ':' ? '=' : operator, value, negated };
    }
    const example = key === 'bytes' ? '`512`, `100kb`, `2mb`' : '`250`, `250ms`, `2s`, `5m`';
    throw this.#fault(
      'unreadable_number',
      `\`${written.text}\` is no ${key === 'bytes' ? 'size' : 'duration'}.`,
      `Write it like ${example}.`,
      written.from,
      written.to,
    );
  }

  #time(key: TimeKey, scanned: ScannedTerm): TimeTerm {
    const { negated, values } = scanned;
    const [written] = values;
    if (written === undefined || values.length > 1) throw this.#oneValue(scanned);
    if (key !== 'time' && !negated) this.#once(key, scanned);
    const time = readTime(written.text, this.#now);
    if (time === undefined) {
      throw this.#fault(
        'unreadable_time',
        `\`${written.text}\` is no time.`,
        'Write a span back from now (`30m`, `24h`, `7d`) or a time like 2026-03-03T14:32:15Z.',
        written.from,
        written.to,
      );
    }
    return { type: 'time', ...this.#rangeOf(key, scanned, time, isDate(written.text)), negated };
  }

  /** `time<X` and the like are ranges of milliseconds; a date alone is its whole day. */
  #rangeOf(key: TimeKey, scanned: ScannedTerm, time: number, date: boolean): Pick<TimeTerm, 'from' | 'to'> {
    const { operator } = scanned;
    if (key !== 'time' && operator !== ':' && operator !== '=') {
      throw this.#ofTerm(
        scanned,
        'filter_malformed',
        `\`${key}\` is a bound itself.`,
        `Write ${key}:TIME, or time${operator}TIME.`,
      );
    }
    const end = time + (date ? day_ms : 1);
    if (key === 'since' || operator === '>=') return { from: time };
    if (key === 'until' || operator === '<') return { to: time };
    if (operator === '>') return { from: end };
    return operator === '<=' ? { to: end } : { from: time, to: end };
  }

  /** What an event has one value of cannot be two things at once. */
  #once(key: string, scanned: ScannedTerm): void {
    if (!this.#given.has(key)) return void this.#given.add(key);
    const remedy = `Give it once; for either of two write ${scanned.key ?? key}:(a OR b).`;
    throw this.#ofTerm(scanned, 'filter_given_twice', `The filter ${scanned.key} is given twice.`, remedy);
  }

  #oneValue(scanned: ScannedTerm): FilterFault {
    const message = `\`${scanned.key}\` takes one value.`;
    return this.#ofTerm(scanned, 'filter_malformed', message, `Write ${scanned.key}:VALUE.`);
  }

  #ofTerm(scanned: ScannedTerm, code: string, message: string, remedy: string): FilterFault {
    return this.#fault(code, message, remedy, scanned.from, scanned.values.at(-1)?.to ?? scanned.key_to);
  }

  #fault(code: string, message: string, remedy: string, from: number, to: number): FilterFault {
    return new FilterFault(code, message, remedy, this.#text, from, to);
  }
}

function sentence(statement: string, guess: string | undefined): string {
  return guess === undefined ? `${statement}.` : `${statement}; ${guess}`;
}

const isTimeKey = (key: string): key is TimeKey => (timeKeys as readonly string[]).includes(key);
const isNumberKey = (key: string): key is NumberKey => (numberKeys as readonly string[]).includes(key);

function isValueKey(key: string): key is ValueKey {
  if (key.startsWith('context.')) return key.length > 'context.'.length;
  return [...plainKeys, ...markKeys].some((known) => known === key);
}
