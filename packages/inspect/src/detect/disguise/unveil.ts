/** A text as it reads without disguises, with the way back from each character to where it stood. */
import { plainCharacter } from './plain-character.ts';
import { readEscape } from './escape.ts';

export interface Unveiled {
  text: string;
  /** For each UTF-16 unit of `text`: where what it stands for begins and ends in the text before. */
  starts: Int32Array;
  ends: Int32Array;
}

const RIGHT_TO_LEFT_OVERRIDE = 0x202e;
const OVERRIDDEN_MAX = 512;

/** Undefined where nothing is disguised. Takes one pass; the result is no longer than the text. */
export function unveil(text: string): Unveiled | undefined {
  const first = firstDisguise(text);
  return first === -1 ? undefined : new Unveiling(text).run();
}

function firstDisguise(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 128) {
      if (readEscape(text, at, code) !== undefined) return at;
      continue;
    }
    const point = text.codePointAt(at)!;
    if (plainCharacter(point) !== String.fromCodePoint(point)) return at;
    if (point > 0xffff) at++;
  }
  return -1;
}

class Unveiling {
  readonly #source: string;
  readonly #pieces: string[] = [];
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  #length = 0;

  constructor(source: string) {
    this.#source = source;
    // NFKC makes up to eighteen of one (U+FDFA); such are kept as one sign below.
    this.#starts = new Int32Array(source.length);
    this.#ends = new Int32Array(source.length);
  }

  run(): Unveiled {
    this.#read(0, this.#source.length);
    const length = this.#length;
    return {
      text: this.#pieces.join(''),
      starts: this.#starts.subarray(0, length),
      ends: this.#ends.subarray(0, length),
    };
  }

  #read(from: number, to: number): void {
    const source = this.#source;
    for (let at = from; at < to;) {
      const code = source.charCodeAt(at);
      if (code === RIGHT_TO_LEFT_OVERRIDE) {
        at = this.#reversed(at + 1, to);
        continue;
      }
      const escape = code < 128 ? readEscape(source, at, code) : undefined;
      const point = source.codePointAt(at)!;
      const end = escape?.end ?? at + (point > 0xffff ? 2 : 1);
      this.#add(escape === undefined ? plainCharacter(point) : escape.character, at, end);
      at = end;
    }
  }

  #add(plain: string, start: number, end: number): void {
    // Never longer than what it stands for, so that arrays of the source's length suffice.
    const text = plain.length > end - start ? plain.charAt(0) : plain;
    for (let index = 0; index < text.length; index++) {
      this.#starts[this.#length] = start;
      this.#ends[this.#length++] = end;
    }
    this.#pieces.push(text);
  }

  /** What an override shows from right to left reads the other way round (UAX 9, rule X4). */
  #reversed(from: number, to: number): number {
    const rest = this.#source.slice(from, Math.min(to, from + OVERRIDDEN_MAX));
    const ending = rest.search(/[\u202c\u2029\n]/);
    const end = from + (ending === -1 ? rest.length : ending);
    for (let at = end; at > from;) {
      const pair = at - 2 >= from && this.#source.codePointAt(at - 2)! > 0xffff;
      const start = at - (pair ? 2 : 1);
      this.#add(plainCharacter(this.#source.codePointAt(start)!), start, at);
      at = start;
    }
    return end;
  }
}
