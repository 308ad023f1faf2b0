/**
 * Cuts the text of a filter into terms, in one pass from left to right:
 *
 *   filter = [ term *( blanks term ) ]
 *   term   = [ "-" ] ( quoted / key ":" ( value / "(" value *( "OR" value ) ")" ) / key compare value )
 *   value  = quoted / bare
 */
import { bounds } from '../bounds.ts';
import { FilterFault } from './fault.ts';
import type { Comparison } from './filter.ts';

export interface ScannedValue {
  text: string;
  quoted: boolean;
  from: number;
  to: number;
}

export interface ScannedTerm {
  negated: boolean;
  /** Undefined for quoted text that stands alone. */
  key: string | undefined;
  operator: ':' | Comparison;
  values: ScannedValue[];
  from: number;
  /** Where the key ends. */
  key_to: number;
}

/** @throws FilterFault `filter_malformed`, `filter_too_long`, `unknown_filter`. */
export function scanFilter(text: string): ScannedTerm[] {
  const scanner = new Scanner(text);
  const terms: ScannedTerm[] = [];
  for (let term = scanner.next(); term !== undefined; term = scanner.next()) terms.push(term);
  return terms;
}

const blanks = /[\s]*/y;
const keyAndOperator = /([A-Za-z_][A-Za-z0-9_.-]*)(:|>=|<=|>|<|=)/y;
const bareWord = /[^\s"()]+/y;

class Scanner {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.length <= bounds.filter_length_max) return;
    const message = `A filter has at most ${bounds.filter_length_max} characters, not ${text.length}.`;
    throw new FilterFault('filter_too_long', message, 'Search in several steps.', text, 0, text.length);
  }

  next(): ScannedTerm | undefined {
    this.#take(blanks);
    const from = this.#at;
    if (from >= this.#text.length) return undefined;
    const negated = this.#takeText('-');
    if (this.#text[this.#at] === '"') {
      return { negated, key: undefined, operator: ':', values: [this.#value()], from, key_to: this.#at };
    }
    const parts = this.#take(keyAndOperator);
    if (parts === undefined) throw this.#noTerm(from);
    const [, key = '', operator = ':'] = parts;
    const keyTo = from + (negated ? 1 : 0) + key.length;
    const values = operator === ':' && this.#takeText('(') ? this.#alternatives(from) : [this.#value()];
    return { negated, key, operator: operator as ScannedTerm['operator'], values, from, key_to: keyTo };
  }

  #alternatives(from: number): ScannedValue[] {
    const values: ScannedValue[] = [];
    for (;;) {
      this.#take(blanks);
      values.push(this.#value());
      this.#take(blanks);
      if (this.#takeText(')')) return values;
      if (this.#at >= this.#text.length) {
        throw this.#malformed('The bracket is not closed.', 'End it with `)`.', from, this.#at);
      }
      const at = this.#at;
      if (this.#take(bareWord)?.[0] === 'OR') continue;
      const to = Math.max(this.#at, at + 1);
      throw this.#malformed('Between two values stands `OR`.', 'Write key:(a OR b).', at, to);
    }
  }

  #value(): ScannedValue {
    this.#values += 1;
    const from = this.#at;
    if (this.#values > bounds.filter_values_max) {
      const message = `A filter has at most ${bounds.filter_values_max} values.`;
      throw new FilterFault(
        'filter_too_long',
        message,
        'Search in several steps.',
        this.#text,
        from,
        from + 1,
      );
    }
    if (this.#text[from] === '"') return { text: this.#quoted(), quoted: true, from, to: this.#at };
    const bare = this.#take(bareWord)?.[0];
    if (bare !== undefined) return { text: bare, quoted: false, from, to: this.#at };
    throw new FilterFault(
      'unknown_filter',
      'A value is missing here.',
      'Write key:value, key:"two words" or key:(a OR b).',
      this.#text,
      from,
      from + 1,
    );
  }

  /** `\"` and `\\` stand for the character behind the backslash. */
  #quoted(): string {
    const from = this.#at;
    let value = '';
    for (let at = from + 1; at < this.#text.length; at += 1) {
      const character = this.#text[at]!;
      if (character === '"') {
        this.#at = at + 1;
        return value;
      }
      if (character === '\\') at += 1;
      value += this.#text[at] ?? '';
    }
    throw this.#malformed('The quotation mark is not closed.', 'End it with `"`.', from, this.#text.length);
  }

  #noTerm(from: number): FilterFault {
    const word = this.#take(bareWord)?.[0] ?? this.#text[this.#at] ?? '';
    const remedy =
      word === 'AND' || word === 'OR' || word === 'NOT'
        ? 'All terms have to hold; write -key:value for what must not, and key:(a OR b) for either.'
        : 'Write key:value, or quote it ("…") to search in the text of parameters and answers.';
    const to = Math.max(this.#at, from + 1);
    return new FilterFault('unknown_filter', `\`${word}\` is no filter.`, remedy, this.#text, from, to);
  }

  #malformed(message: string, remedy: string, from: number, to: number): FilterFault {
    return new FilterFault('filter_malformed', message, remedy, this.#text, from, to);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }

  #takeText(text: string): boolean {
    const found = this.#text.startsWith(text, this.#at);
    if (found) this.#at += text.length;
    return found;
  }
}
