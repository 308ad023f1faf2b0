/** Text within text: base64 and base64url (RFC 4648, sections 4 and 5) and hexadecimal (section 8). */
import type { Disguise } from '../finding.ts';

export interface Encoded {
  text: string;
  end: number;
  disguise: Disguise;
}

const LENGTH_MIN = 16;
const BASE64 = /[A-Za-z\d+/_-]{16,}={0,2}/y;
const HEXADECIMAL = /^(?:[\da-f]{2})+$/i;
/** Characters that are tried first: what is no text shows at once. */
const TRIED = 32;

/** What the run of signs at `at` hides; `text` is empty where it hides none, and undefined is too short a run. */
export function readEncoded(text: string, at: number): Encoded | undefined {
  BASE64.lastIndex = at;
  const written = BASE64.exec(text)?.[0];
  if (written === undefined || written.length < LENGTH_MIN) return undefined;
  const end = at + written.length;
  if (HEXADECIMAL.test(written.slice(0, TRIED)) && isText(Buffer.from(written.slice(0, TRIED), 'hex')))
    return HEXADECIMAL.test(written)
      ? { text: Buffer.from(written, 'hex').toString('utf8'), end, disguise: 'hex' }
      : { text: '', end, disguise: 'hex' };
  // Node's decoder takes both alphabets.
  if (!isText(Buffer.from(written.slice(0, TRIED), 'base64'))) return { text: '', end, disguise: 'base64' };
  return { text: Buffer.from(written, 'base64').toString('utf8'), end, disguise: 'base64' };
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
