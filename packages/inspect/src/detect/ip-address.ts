/** IP addresses in their textual forms (RFC 791 and RFC 1123, section 2.1; RFC 4291, section 2.2). */
import { isIPv6 } from 'node:net';
import type { Match } from './finding.ts';
import { isAlphanumeric } from './characters.ts';
import type { NumberRun } from './number-run.ts';
import { wordsBefore, type Surroundings } from './surroundings.ts';

/** What has four numbers with dots and is none. */
const VERSION = /\b(?:v|ver|versions?|release|releases|build|oid|section|chapter|firmware) ?$/;

export function findIpv4(around: Surroundings, run: NumberRun): Match | undefined {
  if (run.count < 4 || run.separator(4) !== '.') return undefined;
  const { text, start } = run;
  const end = run.ends[3]!;
  if (run.count > 4 && text[end] === '.') return undefined;
  if (!isBounded(text, start, end)) return undefined;
  for (let group = 0; group < 4; group++)
    if (!isOctet(text.slice(run.starts[group], run.ends[group]))) return undefined;
  if (VERSION.test(wordsBefore(around, start))) return undefined;
  return { start, end, confidence: 0.9 };
}

function isOctet(group: string): boolean {
  return group.length <= 3 && Number(group) <= 255 && (group.length === 1 || group[0] !== '0');
}

/** A port, a path or a prefix length may follow; a letter or another number may not. */
function isBounded(text: string, start: number, end: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (start > 0 && (isAlphanumeric(before) || before === 0x5f)) return false;
  if ((before === 0x2e || before === 0x2d) && isAlphanumeric(text.charCodeAt(start - 2))) return false;
  const behind = text.charCodeAt(end);
  return !(
    isAlphanumeric(behind) ||
    behind === 0x5f ||
    (behind === 0x2d && isAlphanumeric(text.charCodeAt(end + 1)))
  );
}

const LENGTH_MAX = 45;
/** EUI-64, as IEEE 802 writes it: eight groups of exactly two. */
const HARDWARE = /^(?:[\da-f]{2}:){7}[\da-f]{2}$/i;
const COLON = 0x3a;

/** `at` is a colon. The first colon of an address reports it; the others find that it begins before them. */
export function findIpv6(text: string, at: number): Match | undefined {
  let start = at;
  while (start > 0 && at - start <= 4 && isHexadecimal(text.charCodeAt(start - 1))) start--;
  if (at - start > 4 || isPartBefore(text.charCodeAt(start - 1))) return undefined;
  let end = at;
  while (end - start <= LENGTH_MAX && isAddressCharacter(text.charCodeAt(end))) end++;
  while (end > at && (text[end - 1] === '.' || (text[end - 1] === ':' && text[end - 2] !== ':'))) end--;
  const address = text.slice(start, end);
  if (address.length < 3 || isPartBefore(text.charCodeAt(end)) || !isIPv6(address)) return undefined;
  if (HARDWARE.test(address)) return undefined;
  return { start, end, confidence: 0.9 };
}

/** Two groups at least, so that times (`12:30`) and names of JSON cost one look. */
export function mayBeIpv6(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1);
  return next === COLON || (isHexadecimal(next) && isHexadecimal(text.charCodeAt(at - 1)));
}

function isHexadecimal(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

function isAddressCharacter(code: number): boolean {
  return isHexadecimal(code) || code === COLON || code === 0x2e;
}

function isPartBefore(code: number): boolean {
  return isAlphanumeric(code) || code === COLON || code === 0x5f;
}
