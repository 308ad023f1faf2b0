/**
 * Telephone numbers: international ones by their calling code (ITU-T E.164), national ones by the way they
 * are written or by the words around them. Digits alone are no phone number.
 */
import type { Match } from './finding.ts';
import { continuesBefore, continuesBehind, type NumberRun } from './number-run.ts';
import { isNational, isPossibleInternational } from './numbering-plans.ts';
import { wordsBefore, type Surroundings } from './surroundings.ts';

/** Digits of a number, E.164 section 6; shorter ones are services. */
const DIGITS_MIN = 7;
const DIGITS_MAX = 15;

const NAMED =
  /\b(?:(?:tele)?phones?|tel|mobile|cell(?:ular|phone)?|fax|landline|hotline|whats ?app|sms|handy|telefone?|telefono|tel[eé]fono|celular|m[oó]vil|portable|desk|msisdn|dial(?:ling|ed)?|call(?:ed|ing)? (?:me|us|him|her|them|back|at|on)|reach(?:ed)? (?:me|us|him|her|them)? ?(?:at|on|under)|answering at|messages? (?:to|from)|contact (?:no|number|me at|us at)|text me)\b/;
const OTHER =
  /\b(?:orders?|items?|sku|products?|parts?|invoices?|tracking|serial|account|acct|ids?|identifier|version|isbn|issn|upc|ean|zip|postal|amount|price|total|size|bytes|offset|timestamp|port|pid|line|row|lat|lon|latitude|longitude) ?(?:no|nr|num|numbers?|ids?|codes?)? ?$/;

export function findPhone(around: Surroundings, run: NumberRun): Match | undefined {
  const { text } = run;
  const start = startOf(text, run.start);
  if (text[start] === '+') return international(run, start, 0);
  if (continuesBefore(text, start)) return undefined;
  if (run.total < DIGITS_MIN || holdsDate(run)) return undefined;
  const match = named(around, run, start);
  if (match !== undefined) return match;
  if (text.startsWith('00', run.start) && run.length(0) > 4) return undefined;
  return written(around, run, start);
}

/** With the `+` or bracket that the number begins with. */
function startOf(text: string, digit: number): number {
  let start = digit;
  if (text[start - 1] === '(') start--;
  return text[start - 1] === '+' ? start - 1 : start;
}

/** The longest run of groups that some country's number may be; `skipped` digits are an exit code. */
function international(run: NumberRun, start: number, skipped: number): Match | undefined {
  const before = run.text.charAt(start - 1);
  // A `+` behind a word or a bracket adds.
  if (start > 0 && /[\w+)\]]/.test(before) && skipped === 0) return undefined;
  for (let groups = run.count; groups > 0; groups--) {
    const total = run.totals[groups - 1]! - skipped;
    if (total > DIGITS_MAX + 1 || total < DIGITS_MIN) continue;
    const digits = run.digits(groups).slice(skipped);
    const end = run.ends[groups - 1]!;
    if (continuesBehind(run.text, end) && !isExtension(run.text, end)) continue;
    if (isPossibleInternational(digits) || isPossibleInternational(withoutTrunk(run, groups, digits)))
      return { start, end: endWithExtension(run.text, end), confidence: 0.95 };
  }
  return undefined;
}

/** `+44 (0)20 …`: the zero in brackets is dialled within the country only. */
function withoutTrunk(run: NumberRun, groups: number, digits: string): string {
  if (groups < 2 || run.length(1) !== 1 || run.text[run.starts[1]!] !== '0') return digits;
  return digits.slice(0, run.length(0)) + digits.slice(run.length(0) + 1);
}

/** A word says that it is one. */
function named(around: Surroundings, run: NumberRun, start: number): Match | undefined {
  const words = wordsBefore(around, start);
  if (!NAMED.test(words)) return undefined;
  if (run.text.startsWith('00', run.start)) {
    const match = international(run, start, 2);
    if (match !== undefined) return match;
  }
  for (let groups = run.count; groups > 0; groups--) {
    const total = run.totals[groups - 1]!;
    const end = run.ends[groups - 1]!;
    if (total < DIGITS_MIN || total > DIGITS_MAX) continue;
    if (continuesBehind(run.text, end) && !isExtension(run.text, end)) continue;
    return { start, end: endWithExtension(run.text, end), confidence: 0.85 };
  }
  return undefined;
}

/** Nothing says so but the way it is written: `(212) 555-0100`, `212-555-0100`, `020 7946 0018`. */
function written(around: Surroundings, run: NumberRun, start: number): Match | undefined {
  if (isInside(run.text, start)) return undefined;
  const groups = run.hasLengths([3, 3, 4]) || isBracketed(run) ? 3 : run.count;
  const end = run.ends[groups - 1]!;
  if (groups < 2 || (continuesBehind(run.text, end) && !isExtension(run.text, end))) return undefined;
  const digits = run.digits(groups);
  const known = groups === 3 && digits.length === 10 ? isNational(`1${digits}`, '1') : isTrunk(run, digits);
  if (!known || OTHER.test(wordsBefore(around, start))) return undefined;
  return { start, end: endWithExtension(run.text, end), confidence: 0.7 };
}

/** `(212) 555-0100`: the separators differ. */
function isBracketed(run: NumberRun): boolean {
  return (
    run.count >= 3 &&
    run.text[run.start - 1] === '(' &&
    run.length(0) === 3 &&
    run.length(1) === 3 &&
    run.length(2) === 4
  );
}

/** A trunk prefix, and groups of which none is a single digit. */
function isTrunk(run: NumberRun, digits: string): boolean {
  if (!/^0[1-9]/.test(digits) || digits.length < 9 || digits.length > 12 || run.count > 5) return false;
  for (let group = 0; group < run.count; group++) if (run.length(group) < 2) return false;
  // A decimal fraction; bytes in hexadecimal.
  if (run.count === 2 && run.separator(2) === '.') return false;
  if (/^[ :-][\da-f]{2}\b/i.test(run.text.slice(run.end, run.end + 4))) return false;
  return run.length(0) <= 5 && isNational(digits, '0');
}

/** Whether more digits stand right before it, as in a list of numbers. */
function isInside(text: string, start: number): boolean {
  return /\d[ .\-/]$/.test(text.slice(Math.max(0, start - 2), start));
}

/** Three groups that are a calendar date, wherever in the run. */
function holdsDate(run: NumberRun): boolean {
  for (let group = 0; group + 2 < run.count; group++) {
    const [first, second, third] = [run.length(group), run.length(group + 1), run.length(group + 2)];
    const separators = [0, 1].map((next) =>
      run.text.slice(run.ends[group + next], run.starts[group + next + 1]),
    );
    if (separators[0] !== separators[1] || !/^[-./]$/.test(separators[0]!)) continue;
    if (first === 4 ? second <= 2 && third <= 2 : first <= 2 && second <= 2 && third === 4) return true;
    if (run.count === 3 && first === 2 && second === 2 && third === 2) return true;
  }
  return false;
}

const EXTENSION = /^ ?(?:x|ext\.?|extension) ?\d{1,6}\b/i;

function isExtension(text: string, end: number): boolean {
  return EXTENSION.test(text.slice(end, end + 18));
}

function endWithExtension(text: string, end: number): number {
  return end + (EXTENSION.exec(text.slice(end, end + 18))?.[0].length ?? 0);
}
