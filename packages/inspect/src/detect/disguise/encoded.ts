/** Text within text: base64 and base64url (RFC 4648, sections 4 and 5) and hexadecimal (section 8). */
import type { Disguise } from '../finding.ts';

export interface Encoded {
  text: string;
  end: number;
  disguise: Disguise;
}

const LENGTH_MIN = 16;
/** Which character codes are signs of base64 or base64url, and which of hexadecimal. */
const BASE64_SIGNS = signs(/[A-Za-z\d+/_-]/);
const HEXADECIMAL_SIGNS = signs(/[\dA-Fa-f]/);
/** Characters that are tried first: what is no text shows at once. */
const TRIED = 32;

/** What the run of signs at `at` hides; `text` is empty where it hides none, and undefined is too short a run. */
export function readEncoded(text: string, at: number): Encoded | undefined {
  const end = endOfRun(text, at);
  if (end === undefined) return undefined;
  const written = text.slice(at, end);
  if (isHexadecimal(written.slice(0, TRIED)) && isText(Buffer.from(written.slice(0, TRIED), 'hex')))
    return isHexadecimal(written)
      ? { text: Buffer.from(written, 'hex').toString('utf8'), end, disguise: 'hex' }
      : { text: '', end, disguise: 'hex' };
  // Node's decoder takes both alphabets.
  if (!isText(Buffer.from(written.slice(0, TRIED), 'base64'))) return { text: '', end, disguise: 'base64' };
  return { text: Buffer.from(written, 'base64').toString('utf8'), end, disguise: 'base64' };
}

/**
 * Where the run of base64 with its padding ends; undefined where it is too short. Not a regular expression:
 * V8 remembers every character of a run as a place to go back to, and a run of some megabytes ends in an error.
 */
function endOfRun(text: string, at: number): number | undefined {
  let end = runOf(BASE64_SIGNS, text, at);
  if (end - at < LENGTH_MIN) return undefined;
  for (let padding = 0; padding < 2 && text[end] === '='; padding += 1) end += 1;
  return end;
}

function isHexadecimal(text: string): boolean {
  return text.length > 0 && text.length % 2 === 0 && runOf(HEXADECIMAL_SIGNS, text, 0) === text.length;
}

/** Where the signs that begin at `at` end. */
function runOf(table: Uint8Array, text: string, at: number): number {
  let end = at;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code > 127 || table[code] === 0) break;
  }
  return end;
}

function signs(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0));
}

/** No control characters but those of text, and mostly ASCII. */
function isText(bytes: Buffer): boolean {
  let beyond = 0;
  for (const byte of bytes) {
    if (byte < 0x20 ? byte !== 0x0a && byte !== 0x0d && byte !== 0x09 : byte === 0x7f) return false;
    if (byte > 0x7f) beyond++;
  }
  return beyond * 3 <= bytes.length;
}
