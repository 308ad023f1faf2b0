/**
 * Denied members in text that holds JSON: `"ssn": "078-05-1120"` is cut out where it stands, so that
 * everything else keeps its bytes (large integers, duplicate keys, layout). The text is scanned, not
 * parsed. Hence a member is also found in JSON lines, in JSON between words, twice under one key, and
 * in JSON that is cut short; and nothing has to be small or well-formed. Time is linear in the text.
 *
 * Not found: names without double quotes (YAML, CSV, single quotes, prose).
 */
import { bounds } from '@remit/contracts';
import { changedValue, MARK, type Pseudonym } from './changed-value.ts';
import type { DeniedFields } from './denied-fields.ts';

/** Told of every member that was found. */
export type Found = (label: string) => void;

/** The label of what cannot be looked into, and is therefore taken out. */
export const TOO_DEEP = 'nested too deep to inspect';

/** The text without denied members; the same string where there are none. */
export function withoutDeniedMembers(
  text: string,
  fields: DeniedFields,
  found: Found,
  pseudonym?: Pseudonym,
  depth = 0,
): string {
  let quote = text.indexOf('"');
  if (quote === -1) return text;
  if (depth > bounds.nested_text_depth_max) {
    found(TOO_DEEP);
    return '';
  }
  const holdsNestedText = text.includes('\\"') || text.includes('\\u0022');
  const rest = new Remainder(text);
  for (let end = endOfString(text, quote); end !== -1; end = endOfString(text, quote)) {
    const next = skipSpace(text, end + 1);
    const label = text.charCodeAt(next) === COLON ? fields.label(nameBetween(text, quote, end)) : undefined;
    if (label !== undefined) {
      found(label);
      const value = skipSpace(text, next + 1);
      const valueEnd = endOfValue(text, next + 1);
      const by = changedToken(
        text.slice(value, valueEnd),
        nameBetween(text, quote, end),
        label,
        fields,
        pseudonym,
      );
      if (by !== undefined) rest.replace(value, valueEnd, by);
      quote = text.indexOf('"', by === undefined ? rest.cutMember(quote, valueEnd) : valueEnd);
    } else {
      if (holdsNestedText)
        replaceNestedText(text.slice(quote, end + 1), quote, rest, { fields, found, pseudonym, depth });
      quote = endsString(text.charCodeAt(next)) ? text.indexOf('"', next) : end;
    }
    if (quote === -1) break;
  }
  return rest.text();
}

/**
 * Whether a quote with this character behind it (NaN: the text's end) can only end a string. Between
 * words, where a quote that ended one may as well start the next, no denied name starts like this.
 */
function endsString(code: number): boolean {
  return (
    code === COLON || code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || Number.isNaN(code)
  );
}

interface Within {
  fields: DeniedFields;
  found: Found;
  pseudonym: Pseudonym | undefined;
  depth: number;
}

/** The string that stands for a value which the agent sees changed; undefined where it has to go. */
function changedToken(
  token: string,
  name: string,
  label: string,
  fields: DeniedFields,
  pseudonym: Pseudonym | undefined,
): string | undefined {
  const change = fields.change(name);
  const value = change !== undefined && token.startsWith('"') ? decoded(token) : undefined;
  return value === undefined ? undefined : JSON.stringify(changedValue(value, label, change, pseudonym));
}

/** A string token that holds JSON text of its own is opened, looked through and closed again. */
function replaceNestedText(
  token: string,
  start: number,
  rest: Remainder,
  { fields, found, pseudonym, depth }: Within,
): void {
  if (!mayHoldMember(token)) return;
  const inner = decoded(token);
  if (inner === undefined) return;
  const kept = withoutDeniedMembers(inner, fields, found, pseudonym, depth + 1);
  if (kept !== inner) rest.replace(start, start + token.length, JSON.stringify(kept));
}

/** An inner member needs a colon and quotes; both may be written as escapes. */
function mayHoldMember(token: string): boolean {
  if (!token.includes('\\')) return false;
  return (
    (token.includes(':') || token.includes('\\u003')) && (token.includes('\\"') || token.includes('\\u0022'))
  );
}

/** What is left of a text after cuts, which come in the order of the text. */
class Remainder {
  readonly #source: string;
  readonly #pieces: string[] = [];
  #from = 0;
  /** The last character kept before `#from` that is no white space; empty at the start. */
  #previous = '';

  constructor(source: string) {
    this.#source = source;
  }

  replace(start: number, end: number, by: string): void {
    this.#pieces.push(this.#source.slice(this.#from, start), by);
    this.#from = end;
    this.#previous = '"';
  }

  /**
   * Cuts a member with one of the commas around it. Where it is not clear from both sides that a
   * member stood there, a mark is left: what remains must not join into a denied member.
   * Returns where the text goes on.
   */
  cutMember(start: number, end: number): number {
    const previous = this.#characterBefore(start);
    const next = skipSpace(this.#source, end);
    const isFirst = previous === '{' || previous === '';
    this.#pieces.push(this.#source.slice(this.#from, start));
    this.#from = end;
    if ((isFirst || previous === ',') && this.#source[next] === ',') {
      this.#from = skipSpace(this.#source, next + 1);
    } else if (
      (isFirst || previous === ',') &&
      (next === this.#source.length || this.#source[next] === '}')
    ) {
      this.#dropTrailingComma();
    } else {
      this.#pieces.push(MARK);
    }
    this.#previous = previous;
    return this.#from;
  }

  #characterBefore(start: number): string {
    for (let at = start - 1; at >= this.#from; at--) {
      if (!isSpace(this.#source.charCodeAt(at))) return this.#source.charAt(at);
    }
    return this.#previous;
  }

  /** Pieces of nothing but white space lie between two cuts; the comma is before them. */
  #dropTrailingComma(): void {
    for (let last = this.#pieces.pop(); last !== undefined; last = this.#pieces.pop()) {
      const trimmed = last.trimEnd();
      if (trimmed === '') continue;
      this.#pieces.push(trimmed.endsWith(',') ? trimmed.slice(0, -1) : last);
      return;
    }
  }

  text(): string {
    if (this.#from === 0) return this.#source;
    return this.#pieces.join('') + this.#source.slice(this.#from);
  }
}

/** Index of the quote that closes the string opened at `opening`, or -1. */
function endOfString(text: string, opening: number): number {
  for (let at = opening + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  return -1;
}

/** Index of the first character at or after `from` that is no white space (RFC 8259, section 2). */
function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); isSpace(code); code = text.charCodeAt(at)) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

const BRACKET_OR_QUOTE = /["[\]{}]/g;
const END_OF_SCALAR = /[,}\]\r\n]/g;

/** Index behind the value that starts at or after `from`; the text's end where it is cut short. */
function endOfValue(text: string, from: number): number {
  const start = skipSpace(text, from);
  const first = text[start];
  if (first === '"') {
    const end = endOfString(text, start);
    return end === -1 ? text.length : end + 1;
  }
  if (first === '{' || first === '[') return endOfContainer(text, start);
  return nextMatch(END_OF_SCALAR, text, start) ?? text.length;
}

function endOfContainer(text: string, start: number): number {
  let open = 0;
  for (let at = nextMatch(BRACKET_OR_QUOTE, text, start); at !== undefined;) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      if (end === -1) return text.length;
      at = end;
    } else {
      open += character === '{' || character === '[' ? 1 : -1;
      if (open === 0) return at + 1;
    }
    at = nextMatch(BRACKET_OR_QUOTE, text, at + 1);
  }
  return text.length;
}

function nextMatch(pattern: RegExp, text: string, from: number): number | undefined {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index;
}

function nameBetween(text: string, quote: number, end: number): string {
  const name = text.slice(quote + 1, end);
  return name.includes('\\') ? (decoded(text.slice(quote, end + 1)) ?? name) : name;
}

/** The string that a JSON string token stands for; undefined where it is none. */
function decoded(token: string): string | undefined {
  try {
    return JSON.parse(token) as string;
  } catch {
    return undefined; // between words: two quotes that do not belong together
  }
}
