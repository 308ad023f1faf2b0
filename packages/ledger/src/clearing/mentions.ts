/**
 * Whether something that was recorded names a person: by an id that is one of its values or keys, at any
 * depth, or that stands in one of its texts as a word of its own. Case and width make no difference: what is
 * taken out too much by it is less harm than what is left.
 */

/** Shorter ids stand in texts by chance; they are found as whole values only. */
const wordLengthMin = 4;

/** What an id may be followed by without ending there: `jo@example.com` is not named by `jo@example.com.au`. */
const continues = /^[\p{L}\p{N}_@]|^[.+-][\p{L}\p{N}_@]/u;
const continued = /[\p{L}\p{N}_@]$|[\p{L}\p{N}_@][.+-]$/u;

function foldIdentifier(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

export class Mentions {
  readonly #id: string;
  /** As JSON writes it within a string. */
  readonly #written: string;

  constructor(id: string) {
    this.#id = foldIdentifier(id);
    this.#written = JSON.stringify(this.#id).slice(1, -1);
  }

  /** `json` is folded JSON: without what is written of the id it cannot name it, and need not be read. */
  mayBeIn(json: string): boolean {
    return json.includes(this.#written) || json.includes('\\');
  }

  in(value: unknown): boolean {
    if (typeof value === 'string') return this.#isIn(foldIdentifier(value));
    if (typeof value === 'number') return this.#isIn(String(value));
    if (typeof value !== 'object' || value === null) return false;
    if (Array.isArray(value)) return value.some((item) => this.in(item));
    return Object.entries(value).some(([key, item]) => this.in(key) || this.in(item));
  }

  #isIn(text: string): boolean {
    if (text === this.#id) return true;
    if (this.#id.length < wordLengthMin) return false;
    for (let at = text.indexOf(this.#id); at >= 0; at = text.indexOf(this.#id, at + 1)) {
      const before = text.slice(Math.max(0, at - 2), at);
      const after = text.slice(at + this.#id.length, at + this.#id.length + 2);
      if (!continued.test(before) && !continues.test(after)) return true;
    }
    return false;
  }
}
