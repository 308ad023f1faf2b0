/** The upstream servers as one catalog: who is there, and one stream of what changes. */
import type { Listing, Upstream, UpstreamEvent } from '../exchange.ts';

export type CatalogChange = 'tools' | 'resources' | 'prompts';

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
      for (const what of ['tools', 'resources', 'prompts'] as const) listener.changed(what);
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

  #took(server: string, event: UpstreamEvent): void {
    if (event.type === 'resource_updated') {
      for (const listener of this.#listeners) listener.updated(server, event.uri);
      return;
    }
    const changes = event.type === 'state' ? this.#relisted(server) : [changeOf[event.type]];
    if (changes.length === 0) return;
    this.#generation++;
    for (const listener of this.#listeners) {
      for (const what of changes) listener.changed(what, server);
    }
  }

  /** A server that went down keeps its listing; one that came (back) may list something else. */
  #relisted(server: string): CatalogChange[] {
    const listing = this.#upstreams.get(server)?.listing;
    if (listing === this.#listings.get(server)) return [];
    this.#listings.set(server, listing);
    return ['tools', 'resources', 'prompts'];
  }
}

const changeOf = {
  tools_changed: 'tools',
  resources_changed: 'resources',
  prompts_changed: 'prompts',
} as const satisfies Record<string, CatalogChange>;
