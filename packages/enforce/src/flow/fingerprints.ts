/**
 * By what a value is recognised when it comes back: whole, as a word or some words of a text, or as a
 * stretch of a longer text. Fingerprints are 53-bit hashes, so that memory does not grow with the texts.
 *
 * Stretches are found by winnowing (Schleimer, Wilkerson, Aiken, SIGMOD 2003): of every window of hashes
 * over `GRAM` characters the least is kept, so any common stretch of `STRETCH_LENGTH_MIN` characters has at
 * least one in common.
 */
import { bounds, type JsonValue } from '@remit/contracts';
import { contentOf, leavesOf } from './content.ts';
import { isTelling, normalised, wordsOf } from './normal.ts';

/** Shorter values stand in any two texts by chance. */
const VALUE_LENGTH_MIN = 4;
const GRAM = 16;
const WINDOW = 9;
/** Characters that two normalised texts have in common before it is noticed. */
export const STRETCH_LENGTH_MIN = GRAM + WINDOW - 1;
/** Words in a row that are looked up together. */
const PHRASE_WORDS_MAX = 4;

export interface Fingerprints {
  hashes: ReadonlySet<number>;
  /** False where there was more than is looked at. */
  complete: boolean;
}

/** Of everything that an answer tells. */
export function fingerprintsOfAnswer(answer: JsonValue): Fingerprints {
  return collected(contentOf(answer), (text, raw, hashes) => {
    if (text.length < VALUE_LENGTH_MIN) return;
    hashes.add(hashOf('raw', raw)).add(hashOf('value', text));
    for (const word of wordsOf(text)) if (word.length >= VALUE_LENGTH_MIN) hashes.add(hashOf('word', word));
    for (const hash of winnowed(text)) hashes.add(hash);
  });
}

/** Of what a call leaves in a store: ids, addresses, longer texts; words that stand anywhere are left out. */
export function fingerprintsOfWriting(args: JsonValue): Fingerprints {
  return collected(args, (text, _, hashes) => {
    for (const word of tellingWords(text)) hashes.add(hashOf('telling', word));
    for (const hash of winnowed(text)) hashes.add(hash);
  });
}

/** By which the writing is found again in what the store answers. */
export function fingerprintsOfReading(answer: JsonValue): Fingerprints {
  return fingerprintsOfWriting(contentOf(answer));
}

/** In a store an id tells already at four characters. */
function tellingWords(text: string): string[] {
  return wordsOf(text).filter(
    (word) => isTelling(word) || (word.length >= VALUE_LENGTH_MIN && /\d/.test(word)),
  );
}

function collected(
  root: JsonValue,
  add: (text: string, raw: string, hashes: Set<number>) => void,
): Fingerprints {
  const hashes = new Set<number>();
  // Servers mostly tell the same values twice, as text and as structured content.
  const seen = new Set<string>();
  let characters = 0;
  let leaves = 0;
  for (const { value } of leavesOf(root)) {
    const raw = String(value);
    leaves += 1;
    if (seen.has(raw)) continue;
    seen.add(raw);
    characters += raw.length;
    if (characters > bounds.flow_text_characters_max || leaves >= bounds.flow_leaves_max)
      return { hashes, complete: false };
    add(normalised(value), raw, hashes);
  }
  return { hashes, complete: true };
}

/** What to look up for a value of an argument, by how well it says that the value is the same. */
export function* lookups(value: string | number): Generator<{
  match: 'exact' | 'normalised' | 'part';
  hash: number;
}> {
  const text = normalised(value);
  if (text.length < VALUE_LENGTH_MIN) return;
  yield { match: 'exact', hash: hashOf('raw', String(value)) };
  yield { match: 'normalised', hash: hashOf('value', text) };
  const words = wordsOf(text);
  // One word, which stood in a text; or words of a longer text that tell, or were a value of their own.
  if (words.length === 1 && text.length > VALUE_LENGTH_MIN)
    yield { match: 'part', hash: hashOf('word', words[0]!) };
  for (const hash of phrases(words)) yield { match: 'part', hash };
  for (const hash of winnowed(text)) yield { match: 'part', hash };
}

function* phrases(words: readonly string[]): Generator<number> {
  for (const [at, word] of words.entries()) {
    if (isTelling(word)) yield hashOf('word', word);
    for (let count = 2; count <= PHRASE_WORDS_MAX && at + count <= words.length; count += 1) {
      const phrase = words.slice(at, at + count).join(' ');
      if (phrase.length >= 2 * VALUE_LENGTH_MIN) yield hashOf('value', phrase);
    }
  }
}

/** Hashes of stretches, at most two for every `WINDOW` characters on average. */
function* winnowed(text: string): Generator<number> {
  const grams = text.length - GRAM + 1;
  if (grams < WINDOW) return;
  const hashes = gramHashes(text, grams);
  let least = -1;
  for (let end = WINDOW - 1; end < grams; end += 1) {
    const start = end - WINDOW + 1;
    const before = least;
    if (least < start) least = leastOf(hashes, start, end);
    else if (hashes[end]! <= hashes[least]!) least = end;
    // Apart from the hashes of whole values, which are odd.
    if (least !== before) yield hashes[least]! * 2;
  }
}

/** The rightmost one, so that it stays the least for as long as it can. */
function leastOf(hashes: Float64Array, start: number, end: number): number {
  let least = start;
  for (let at = start + 1; at <= end; at += 1) if (hashes[at]! <= hashes[least]!) least = at;
  return least;
}

/** Two polynomials modulo 2^32: products that wrap are what `Math.imul` is fast at. */
const LOW_BASE = 0x01000193;
const HIGH_BASE = 0x5bd1e995;
const LOW_TOP = power(LOW_BASE, GRAM);
const HIGH_TOP = power(HIGH_BASE, GRAM);

/** Of every `GRAM` characters in a row, rolling (Rabin–Karp), 52 bits. */
function gramHashes(text: string, grams: number): Float64Array {
  const hashes = new Float64Array(grams);
  let low = 0;
  let high = 0;
  for (let at = 0; at < text.length; at += 1) {
    const gone = at >= GRAM ? text.charCodeAt(at - GRAM) : 0;
    const code = text.charCodeAt(at);
    low = (Math.imul(low, LOW_BASE) + code - Math.imul(gone, LOW_TOP)) | 0;
    high = (Math.imul(high, HIGH_BASE) + code - Math.imul(gone, HIGH_TOP)) | 0;
    if (at >= GRAM - 1) hashes[at - GRAM + 1] = joined(low, high);
  }
  return hashes;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let count = 0; count < exponent; count += 1) result = Math.imul(result, base);
  return result;
}

function joined(low: number, high: number): number {
  return (high >>> 12) * 0x1_0000_0000 + (low >>> 0);
}

const kinds = { raw: 1, value: 2, word: 3, telling: 4 } as const;

/** 52 bits of two multiplicative hashes (FNV-1a's scheme); odd. Nobody gains by a collision: it only adds labels. */
function hashOf(kind: keyof typeof kinds, text: string): number {
  let low = 0x811c9dc5 ^ kinds[kind];
  let high = 0x9747b28c ^ kinds[kind];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995);
  }
  const value = joined(low, high);
  return value % 2 === 0 ? value + 1 : value;
}
