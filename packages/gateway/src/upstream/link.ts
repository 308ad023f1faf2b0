/**
 * One life of a connection to a server: transport opened, era found, lists read and kept fresh, until
 * it ends. A new life gets a new link.
 */
import { Fault } from '@remit/contracts';
import type { Listing, Peer } from '../exchange.ts';
import { Connection } from './connection.ts';
import type { UpstreamCounts } from './counts.ts';
import type { UpstreamDependencies } from './dependencies.ts';
import { list_kinds } from './era/era.ts';
import type { Era, ListKind } from './era/era.ts';
import { negotiate } from './era/negotiate.ts';
import type { EraName } from './era/negotiate.ts';
import { readLists } from './listing.ts';
import { Refresher } from './refresher.ts';
import type { Transport } from './transport/transport.ts';

export interface LinkSettings {
  transport: Transport;
  remembered_era: EraName | undefined;
  /** The server is being closed for good: ends what is under way. */
  closing: AbortSignal;
  counts: UpstreamCounts;
  dependencies: UpstreamDependencies;
  onListing: (listing: Listing, changed: readonly ListKind[]) => void;
  onResourceUpdated: (uri: string) => void;
  /** The server asks for input in calls of this tool or prompt. */
  onAsked: (subject: string) => void;
}

export class Link {
  /** Resolves with the reason when the connection is over. */
  readonly ended: Promise<string>;
  /** Resolves when another link has taken its place. */
  readonly retired: Promise<void>;
  era_name: EraName = 'session';
  readonly #settings: LinkSettings;
  readonly #connection: Connection;
  readonly #refresher: Refresher;
  readonly #end: (problem: string) => void;
  readonly #retire: () => void;
  #is_retired = false;
  readonly #over = new AbortController();
  #era: Era | undefined;
  #listing: Listing | undefined;

  /**
   * Resolves with the lists read, within `upstream_connect_ms`.
   * @throws Fault with the reason why there is no connection.
   */
  static async connect(settings: LinkSettings): Promise<Link> {
    const link = new Link(settings);
    try {
      await link.#open();
      return link;
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  private constructor(settings: LinkSettings) {
    this.#settings = settings;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#end = resolve;
    const retiring = Promise.withResolvers<void>();
    this.retired = retiring.promise;
    this.#retire = retiring.resolve;
    const { transport, counts, dependencies } = settings;
    const { bounds, logger } = dependencies;
    this.#connection = new Connection({
      transport,
      counts,
      bounds,
      logger,
      onClosed: (problem) => this.#ended(problem),
    });
    this.#refresher = new Refresher(bounds.list_refresh_interval_ms, (kinds) => this.#refresh(kinds));
    settings.closing.addEventListener('abort', this.#closed);
  }

  get era(): Era {
    if (this.#era === undefined)
      throw new Fault('upstream_handshake_failed', 'the server has not been greeted yet');
    return this.#era;
  }

  /** Whether what the server asks could be for another client's call that was given up. */
  isInDoubtFor(peer: Peer): boolean {
    return this.#connection.isInDoubtFor(peer);
  }

  /** Resolves when everything has been read that the server wrote before it answered, or late. */
  async ping(): Promise<void> {
    const times = { idle_ms: this.#settings.dependencies.bounds.upstream_probe_ms };
    await this.#connection.call('ping', {}, { ...times, signal: this.#over.signal });
  }

  /** Takes no new calls, tells no more changes, and ends when the open calls are done. */
  retire(): void {
    this.#is_retired = true;
    this.#retire();
    this.#refresher.close();
    this.#connection.draining('a new connection has taken its place');
  }

  async close(): Promise<void> {
    this.#settings.closing.removeEventListener('abort', this.#closed);
    this.#over.abort();
    this.#refresher.close();
    this.#era?.close();
    await this.#connection.close();
  }

  readonly #closed = (): void => this.#ended('Remit has closed the connection');

  #ended(problem: string): void {
    this.#over.abort();
    this.#end(problem);
  }

  async #open(): Promise<void> {
    const { bounds } = this.#settings.dependencies;
    const signal = AbortSignal.any([this.#over.signal, AbortSignal.timeout(bounds.upstream_connect_ms)]);
    const negotiated = await this.#greet(signal);
    this.#era = negotiated.era;
    this.era_name = negotiated.name;
    await this.#read(list_kinds, signal);
    this.#refresher.resume();
  }

  async #greet(signal: AbortSignal): ReturnType<typeof negotiate> {
    const { dependencies, counts, remembered_era, onResourceUpdated, onAsked } = this.#settings;
    await this.#connection.open(signal);
    const events = {
      listChanged: (kind: ListKind) => {
        if (!this.#is_retired) this.#refresher.request(kind);
      },
      resourceUpdated: (uri: string) => {
        if (!this.#is_retired) onResourceUpdated(uri);
      },
      asked: onAsked,
    };
    return await negotiate(
      { ...dependencies, connection: this.#connection, counts, events },
      remembered_era,
      signal,
    );
  }

  async #refresh(kinds: readonly ListKind[]): Promise<void> {
    const { logger } = this.#settings.dependencies;
    try {
      await this.#read(kinds, this.#over.signal);
    } catch (error) {
      if (this.#over.signal.aborted) return;
      logger.warn(
        { kinds, problem: error instanceof Fault ? error.message : undefined },
        'a list could not be refreshed',
      );
    }
  }

  async #read(kinds: readonly ListKind[], signal: AbortSignal): Promise<void> {
    const { bounds, logger } = this.#settings.dependencies;
    const reader = { era: this.era, bounds, signal };
    const parts = await Promise.all(kinds.map((kind) => readLists(kind, reader)));
    const left_out = parts.flatMap((part) => part.left_out ?? []);
    if (left_out.length > 0)
      logger.warn({ left_out: left_out.slice(0, 10) }, 'some of what the server lists is left out');
    const known = this.#listing ?? this.#empty();
    this.#listing = Object.assign({ ...known }, ...parts, { left_out }) as Listing;
    if (!this.#is_retired) this.#settings.onListing(this.#listing, kinds);
  }

  #empty(): Listing {
    return { ...this.era.introduction, tools: [], resources: [], resource_templates: [], prompts: [] };
  }
}
