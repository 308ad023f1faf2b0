/** The upstream servers as one catalog: who is there, and one stream of what changes. */
import { isDeepStrictEqual } from 'node:util';
import type { Listing, Upstream, UpstreamEvent } from '../exchange.ts';

const catalogChanges = ['tools', 'resources', 'prompts'] as const;
export type CatalogChange = (typeof catalogChanges)[number];

interface CatalogListener {
  /** Lists of this server, or of all where `server` is absent, may read differently now. */
  changed(what: CatalogChange, server?: string): void;
  updated(server: string, uri: string): void;
}

export class Catalog {
  #upstreams = new Map<string, Upstream>();
  #unsubscribe: (() => void)[] = [];
  #listings = new Map<string, Listing | undefined>();
  readonly #listeners = new Set<CatalogListener>();
  #generation = 0;

  constructor(upstreams: readonly Upstream[]) {
    this.replace(upstreams);
  }

  /** Grows with every change, so that what was made of the catalog can tell whether it still holds. */
  get generation(): number {
    return this.#generation;
  }

  get(server: string): Upstream | undefined {
    return this.#upstreams.get(server);
  }

  all(): Iterable<Upstream> {
    return this.#upstreams.values();
  }

  /** Another set of servers, as after a change of the workspace. Does not close those that left. */
  replace(upstreams: readonly Upstream[]): void {
    for (const end of this.#unsubscribe) end();
    this.#upstreams = new Map(upstreams.map((upstream) => [upstream.name, upstream]));
    this.#listings = new Map(upstreams.map(({ name, listing }) => [name, listing]));
    this.#unsubscribe = upstreams.map((upstream) =>
      upstream.subscribe((event) => {
        this.#took(upstream.name, event);
      }),
    );
    this.announceAll();
  }

  /** The policy is another one: every list may read differently. */
  announceAll(): void {
    this.#generation++;
    for (const listener of this.#listeners) {
      for (const what of catalogChanges) listener.changed(what);
    }
  }

  listen(listener: CatalogListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    for (const end of this.#unsubscribe) end();
    this.#listeners.clear();
  }

  /**
   * Servers say that a list may have changed, also after each gap in what they could tell. Agents hear of
   * it when a list has been read that differs, and so once for each change and never before the new list.
   */
  #took(server: string, event: UpstreamEvent): void {
    if (event.type === 'resource_updated') {
      for (const listener of this.#listeners) listener.updated(server, event.uri);
      return;
    }
    const before = this.#listings.get(server);
    const now = this.#upstreams.get(server)?.listing;
    if (now === before) return;
    this.#listings.set(server, now);
    this.#generation++;
    const changes = catalogChanges.filter((what) => differ(what, before, now));
    for (const listener of this.#listeners) {
      for (const what of changes) listener.changed(what, server);
    }
  }
}

function differ(what: CatalogChange, before: Listing | undefined, now: Listing | undefined): boolean {
  const lists = listsOf[what];
  return lists.some((list) => !isDeepStrictEqual(before?.[list] ?? [], now?.[list] ?? []));
}

const listsOf = {
  tools: ['tools'],
  resources: ['resources', 'resource_templates'],
  prompts: ['prompts'],
} as const satisfies Record<CatalogChange, readonly (keyof Listing)[]>;
