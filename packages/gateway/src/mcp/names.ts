/**
 * The names that agents see. A bare name serves where it is unique, else `server__name`; what a name
 * means depends on all that the servers define, never on what one agent may use (protocols.md, "MCP").
 */

export interface Named {
  server: string;
  name: string;
}

const nameSeparator = '__';

function qualifiedName(item: Named): string {
  return `${item.server}${nameSeparator}${item.name}`;
}

/** Items under the names they are published by, sorted by name whatever order they come in. */
export class NamedEntries<T extends Named> {
  readonly #published: Map<string, T>;
  readonly #qualified: Map<string, T>;

  constructor(items: readonly T[]) {
    this.#qualified = new Map(items.map((item) => [qualifiedName(item), item]));
    const holders = new Map<string, number>();
    for (const { name } of items) holders.set(name, (holders.get(name) ?? 0) + 1);
    const named = items.map((item): [string, T] => {
      // A bare name that reads like somebody's qualified name would be ambiguous as well.
      const unique = holders.get(item.name) === 1 && !this.#qualified.has(item.name);
      return [unique ? item.name : qualifiedName(item), item];
    });
    this.#published = new Map(named.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }

  /** Published name and item, in the order of the names. */
  entries(): Iterable<[string, T]> {
    return this.#published;
  }

  /** By published name; the qualified name always works as well. */
  find(name: string): T | undefined {
    return this.#published.get(name) ?? this.#qualified.get(name);
  }
}
