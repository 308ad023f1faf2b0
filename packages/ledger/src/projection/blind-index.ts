/**
 * What the search rows hold of an identifier: a keyed hash, so that who reads the rows cannot tell or guess
 * it, and who knows it and has the key finds its rows (ledger.md, "How it is kept", 3).
 */
import { createHmac, type KeyObject } from 'node:crypto';

/** Enough that two identifiers do not meet by chance, and short: every row and an index hold one. */
const blindBytes = 16;

/** Neighbouring events mostly have the same identifiers. */
const cachedIdentifiers = 1024;

export class BlindIndex {
  readonly #key: KeyObject;
  readonly #known = new Map<string, Buffer>();

  constructor(key: KeyObject) {
    this.#key = key;
  }

  conversation(id: string): Buffer {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const blind = createHmac('sha256', this.#key)
      .update(`conversation:${id}`)
      .digest()
      .subarray(0, blindBytes);
    if (this.#known.size >= cachedIdentifiers) this.#known.clear();
    this.#known.set(id, blind);
    return blind;
  }
}
