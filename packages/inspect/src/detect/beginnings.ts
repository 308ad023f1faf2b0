/** What a word and the characters behind it say could begin there: cheap enough to ask at every word. */
import { isBlank, isDigit } from './characters.ts';

/** Shortest word that an unmarked key begins with, and its longest. */
const UNMARKED_MIN = 6;
const UNMARKED_MAX = 40;
/** A shorter word is the beginning of encoded text only where a sign of base64 follows. */
const ENCODED_WORD_MIN = 12;

export function mayBeEncoded(text: string, at: number, end: number): boolean {
  if (end - at >= ENCODED_WORD_MIN) return true;
  const code = text.charCodeAt(end);
  return code === 0x2b || code === 0x2f;
}

/** A word of the right length, behind which a key's second part may follow: `-us1`, `.atlasv1.`. */
export function mayBeUnmarkedKey(text: string, at: number, end: number): boolean {
  const length = end - at;
  if (length < UNMARKED_MIN || length > UNMARKED_MAX) return false;
  const code = text.charCodeAt(end);
  return code === 0x2d || code === 0x2e || text.endsWith('_mmk', end);
}

/** `AB123456C`, `AB 12 34 56 C`, `X1234567L`, and words of sixteen. */
export function mayBeLetteredId(text: string, at: number, end: number, digits: number): boolean {
  if (digits === 0)
    return end - at === 2 && isBlank(text.charCodeAt(end)) && isDigit(text.charCodeAt(end + 1));
  return digits >= 5 && end - at <= 16;
}

/** Whether a number may go on behind its first group; with `dates` also by the name of a month. */
export function hasNextGroup(text: string, end: number, dates: boolean): boolean {
  const code = text.charCodeAt(end);
  const next = text.charCodeAt(end + 1);
  if (code === 0x2e || code === 0x2d || code === 0x2f || code === 0x20 || code === 0x29 || code > 127)
    return isDigit(next) || next === 0x20 || next === 0x28 || (dates && beginsMonth(next));
  return code === 0x2b;
}

/** `3 March 1980`, `3rd of March 1980`. */
function beginsMonth(next: number): boolean {
  return 'JFMASONDjfmasond'.includes(String.fromCharCode(next));
}
