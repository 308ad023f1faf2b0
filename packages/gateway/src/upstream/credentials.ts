/**
 * Credentials of upstream servers: put in at the last hop, kept out of everything that comes back.
 * Settings hold references such as `Bearer secret:web-token`; the value exists here and on the wire,
 * nowhere else (architecture.md, invariant 6).
 */
import { bounds, Fault, isJsonObject, type JsonValue } from '@remit/contracts';

const reference = /secret:([A-Za-z0-9_][A-Za-z0-9._-]*)/g;

/** Shorter values are not searched for in answers: they would match ordinary text. */
const recognizable_length = 8;

const removed = '[credential removed]';

export class Credentials {
  readonly #lookup: (name: string) => string | undefined;
  /**
   * Value → the spellings of it that may turn up in JSON text. One that was rotated away stays, since a child
   * or a session that began with it can still repeat it.
   */
  readonly #spellings = new Map<string, readonly string[]>();
  #known: readonly string[] = [];

  constructor(lookup: (name: string) => string | undefined) {
    this.#lookup = lookup;
  }

  /**
   * The text with every `secret:NAME` replaced by its value.
   * @throws Fault `credential_missing`.
   */
  resolve(text: string): string {
    return text.replace(reference, (_, name: string) => this.#value(name));
  }

  /** The text without any credential that was ever resolved here: servers echo what they are given. */
  redact(text: string): string {
    let clean = text;
    for (const spelling of this.#known) {
      if (clean.includes(spelling)) clean = clean.replaceAll(spelling, removed);
    }
    return clean;
  }

  /** The same for JSON that has been read; the very same value where it holds none. Of bounded depth. */
  redactValue(value: JsonValue): JsonValue {
    return this.#known.length > 0 && this.#isIn(value) ? this.#without(value) : value;
  }

  #isIn(value: JsonValue): boolean {
    if (typeof value === 'string') return this.#known.some((spelling) => value.includes(spelling));
    if (Array.isArray(value)) return value.some((item) => this.#isIn(item));
    if (!isJsonObject(value)) return false;
    return Object.entries(value).some(([key, member]) => this.#isIn(key) || this.#isIn(member));
  }

  #without(value: JsonValue): JsonValue {
    if (typeof value === 'string') return this.redact(value);
    if (Array.isArray(value)) return value.map((item) => this.#without(item));
    if (!isJsonObject(value)) return value;
    const members = Object.entries(value);
    return Object.fromEntries(members.map(([key, member]) => [this.redact(key), this.#without(member)]));
  }

  #value(name: string): string {
    const value = this.#lookup(name);
    if (value === undefined) {
      throw new Fault('credential_missing', `the credential \`${name}\` is not set`, {
        remedy: `set it with \`remit credentials set ${name}\``,
      });
    }
    this.#remember(value);
    return value;
  }

  #remember(value: string): void {
    if (value.length < recognizable_length) return;
    const known = this.#spellings.get(value);
    // Last in the order is what was given last.
    this.#spellings.delete(value);
    this.#spellings.set(value, known ?? spellingsOf(value));
    if (known) return;
    const oldest = this.#spellings.keys().next();
    if (this.#spellings.size > bounds.credential_values_per_server_max && !oldest.done)
      this.#spellings.delete(oldest.value);
    // The longest first: one value may be the beginning of another.
    this.#known = [...this.#spellings.values()].flat().sort((a, b) => b.length - a.length);
  }
}

function spellingsOf(value: string): readonly string[] {
  const escaped = JSON.stringify(value).slice(1, -1);
  return escaped === value ? [value] : [value, escaped];
}
