/** Digits in groups, as people write long numbers: `4111 1111 1111 1111`, `078-05-1120`, `(212) 555-0100`. */
import { isAlphanumeric, isBlank, isDigit } from './characters.ts';

const GROUPS_MAX = 20;
const DIGITS_MAX = 34;

/** Read anew for each number; one object serves a whole scan, so that reading allocates nothing. */
export class NumberRun {
  text = '';
  count = 0;
  readonly starts = new Int32Array(GROUPS_MAX);
  readonly ends = new Int32Array(GROUPS_MAX);
  /** Digits up to and including each group. */
  readonly totals = new Int32Array(GROUPS_MAX);

  /** Reads the run whose first digit is at `at`. */
  read(text: string, at: number): void {
    this.text = text;
    this.count = 0;
    let total = 0;
    for (let start = at; start !== -1 && this.count < GROUPS_MAX && total < DIGITS_MAX;) {
      let end = start + 1;
      while (isDigit(text.charCodeAt(end))) end++;
      total += end - start;
      this.starts[this.count] = start;
      this.ends[this.count] = end;
      this.totals[this.count++] = total;
      start = nextGroup(text, end);
    }
  }

  get start(): number {
    return this.starts[0]!;
  }

  get end(): number {
    return this.ends[this.count - 1]!;
  }

  get total(): number {
    return this.totals[this.count - 1]!;
  }

  length(group: number): number {
    return this.ends[group]! - this.starts[group]!;
  }

  /** The digits of the first `groups` groups. */
  digits(groups: number): string {
    let digits = '';
    for (let group = 0; group < groups; group++)
      digits += this.text.slice(this.starts[group], this.ends[group]);
    return digits;
  }

  /** What stands between all of the first `groups` groups; undefined where it differs. Empty for one group. */
  separator(groups: number): string | undefined {
    if (groups < 2) return '';
    const first = this.text.slice(this.ends[0], this.starts[1]);
    for (let group = 2; group < groups; group++)
      if (this.text.slice(this.ends[group - 1], this.starts[group]) !== first) return undefined;
    return first;
  }

  /** Whether the groups have these lengths, with the same separator between all; true of a longer run, too. */
  hasLengths(lengths: readonly number[]): boolean {
    if (this.count < lengths.length) return false;
    for (let group = 0; group < lengths.length; group++)
      if (this.length(group) !== lengths[group]) return false;
    return this.separator(lengths.length) !== undefined;
  }
}

/** One separator, or a bracket with a blank, and then a digit; -1 where the number ends. */
function nextGroup(text: string, end: number): number {
  let at = end;
  for (let steps = 0; steps < 3; steps++) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) return steps === 0 ? -1 : at;
    if (!isSeparator(code)) return -1;
    at++;
  }
  return isDigit(text.charCodeAt(at)) ? at : -1;
}

function isSeparator(code: number): boolean {
  return isBlank(code) || code === 0x2d || code === 0x2e || code === 0x2f || code === 0x28 || code === 0x29;
}

const CONNECTORS = new Set(['-', '.', '_', '/', '+', '~', '@'].map((character) => character.charCodeAt(0)));

/** Whether what begins at `start` goes on from something before it: an identifier, a UUID, a fraction. */
export function continuesBefore(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (start === 0) return false;
  if (isAlphanumeric(before) || before === 0x5f) return !isEscape(text, start);
  return before !== 0x2f && CONNECTORS.has(before) && isAlphanumeric(text.charCodeAt(start - 2));
}

/** `\n` and the like of JSON text end with a letter that belongs to no word. */
function isEscape(text: string, start: number): boolean {
  return text.charCodeAt(start - 2) === 0x5c && 'nrtbf'.includes(text.charAt(start - 1));
}

/** Whether what ends at `end` goes on as an identifier, a UUID, a fraction. A sentence may end there. */
export function continuesBehind(text: string, end: number): boolean {
  const behind = text.charCodeAt(end);
  if (isAlphanumeric(behind) || behind === 0x5f) return true;
  return behind !== 0x2f && CONNECTORS.has(behind) && isAlphanumeric(text.charCodeAt(end + 1));
}
