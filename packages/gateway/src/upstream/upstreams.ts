/**
 * All upstream servers of the active policy. Each connects by itself: one that is down or slow costs
 * the others nothing, at start too.
 */
import { bounds as default_bounds } from '@remit/contracts';
import type { ToolDefinition } from '@remit/contracts';
import type { UpstreamCatalog, UpstreamStatus } from '@remit/enforce';
import type { ServerSettings } from '@remit/policy';
import type { Upstream } from '../exchange.ts';
import { createWatchdog } from './transport/watchdog.ts';
import type { Watchdog } from './transport/watchdog.ts';
import { createUpstream } from './upstream.ts';
import type { CountedUpstream, UpstreamOptions } from './upstream.ts';

export interface Upstreams extends UpstreamCatalog {
  all(): CountedUpstream[];
  get(server: string): CountedUpstream | undefined;
  /** Connects to new servers and lets go of those that left; those with the same settings stay connected. */
  use(settings: Iterable<ServerSettings>): void;
  /** Resolves when each server is connected or has failed once, within `upstream_connect_ms`. */
  settled(): Promise<void>;
  /** Resolves when every connection is closed and every child has ended. */
  close(): Promise<void>;
}

export type UpstreamsOptions = Omit<UpstreamOptions, 'watchdog'> & { watchdog?: Watchdog };

export function createUpstreams(settings: Iterable<ServerSettings>, options: UpstreamsOptions): Upstreams {
  const watchdog = options.watchdog ?? createWatchdog();
  const upstreams = new Federation(
    { ...options, watchdog },
    options.watchdog === undefined ? watchdog : undefined,
  );
  upstreams.use(settings);
  return upstreams;
}

interface Member {
  settings: string;
  upstream: CountedUpstream;
}

class Federation implements Upstreams {
  readonly #options: UpstreamOptions;
  /** The watchdog if it is ours to close. */
  readonly #own_watchdog: Watchdog | undefined;
  readonly #leaving = new Set<Promise<void>>();
  #members = new Map<string, Member>();

  constructor(options: UpstreamOptions, own_watchdog: Watchdog | undefined) {
    this.#options = options;
    this.#own_watchdog = own_watchdog;
  }

  all(): CountedUpstream[] {
    return [...this.#members.values()].map(({ upstream }) => upstream);
  }

  get(server: string): CountedUpstream | undefined {
    return this.#members.get(server)?.upstream;
  }

  status(): UpstreamStatus[] {
    return this.all().map(statusOf);
  }

  definitions(server: string): ToolDefinition[] | undefined {
    const upstream = this.get(server);
    return upstream?.state === 'ready' ? upstream.listing?.tools : undefined;
  }

  use(settings: Iterable<ServerSettings>): void {
    const next = new Map<string, Member>();
    for (const server of settings) next.set(server.name, this.#member(server));
    for (const [name, { upstream }] of this.#members) {
      if (next.get(name)?.upstream !== upstream) this.#letGo(upstream);
    }
    this.#members = next;
  }

  async settled(): Promise<void> {
    const wait_ms = this.#options.bounds?.upstream_connect_ms ?? default_bounds.upstream_connect_ms;
    await Promise.all(this.all().map((upstream) => settled(upstream, wait_ms)));
  }

  async close(): Promise<void> {
    this.use([]);
    await Promise.all(this.#leaving);
    await this.#own_watchdog?.close();
  }

  #member(server: ServerSettings): Member {
    const settings = JSON.stringify(server);
    const member = this.#members.get(server.name);
    return member?.settings === settings
      ? member
      : { settings, upstream: createUpstream(server, this.#options) };
  }

  #letGo(upstream: Upstream): void {
    const closing = upstream.close().finally(() => this.#leaving.delete(closing));
    this.#leaving.add(closing);
  }
}

function statusOf(upstream: Upstream): UpstreamStatus {
  const { listing, problem } = upstream;
  return {
    server: upstream.name,
    state: upstream.state,
    tools: listing?.tools.length ?? 0,
    restarts: upstream.restarts,
    ...(listing !== undefined && { protocol_version: listing.protocol_version }),
    ...(problem !== undefined && { problem }),
  };
}

function settled(upstream: Upstream, wait_ms: number): Promise<void> {
  if (upstream.state !== 'connecting') return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(done, wait_ms);
    const unsubscribe = upstream.subscribe((event) => {
      if (event.type === 'state' && upstream.state !== 'connecting') done();
    });
  });
}
