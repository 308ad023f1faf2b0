/**
 * One upstream server as the rest of the gateway sees it: connects, keeps its lists fresh, comes back
 * after a failure by itself. What it answers is the server's; that it answers is certain.
 */
import { bounds as default_bounds, Fault } from '@remit/contracts';
import type { Bounds, JsonObject } from '@remit/contracts';
import type { ServerSettings } from '@remit/policy';
import type { Listing, Upstream, UpstreamAnswer, UpstreamEvent, UpstreamRequest } from '../exchange.ts';
import { Backoff } from './backoff.ts';
import { newCounts } from './counts.ts';
import type { UpstreamCounts } from './counts.ts';
import { Credentials } from './credentials.ts';
import type { UpstreamDependencies } from './dependencies.ts';
import type { EraName } from './era/negotiate.ts';
import { Link } from './link.ts';
import { Replacement } from './replacement.ts';
import { followTask } from './task.ts';
import { createTransport } from './transport/create-transport.ts';

export type UpstreamOptions = Omit<UpstreamDependencies, 'bounds'> & { bounds?: Partial<Bounds> };

/** An upstream server with what it is counted for. */
export interface CountedUpstream extends Upstream {
  readonly counts: Readonly<UpstreamCounts>;
}

/** Starts connecting at once; `ready` tells when it is done. */
export function createUpstream(settings: ServerSettings, options: UpstreamOptions): CountedUpstream {
  const server = new UpstreamServer(settings, {
    ...options,
    bounds: { ...default_bounds, ...options.bounds },
  });
  server.start();
  return server;
}

class UpstreamServer implements CountedUpstream {
  readonly name: string;
  readonly counts = newCounts();
  state: Upstream['state'] = 'connecting';
  problem: string | undefined;
  restarts = 0;
  listing: Listing | undefined;
  readonly #settings: ServerSettings;
  readonly #dependencies: UpstreamDependencies;
  readonly #credentials: Credentials;
  readonly #backoff: Backoff;
  readonly #replacement: Replacement;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<(event: UpstreamEvent) => void>();
  /** Watched resources, each with the number of those who watch. */
  readonly #watched = new Map<string, number>();
  #link: Link | undefined;
  #remembered_era: EraName | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(settings: ServerSettings, dependencies: UpstreamDependencies) {
    this.name = settings.name;
    this.#settings = settings;
    this.#dependencies = { ...dependencies, logger: dependencies.logger.child({ server: settings.name }) };
    this.#remembered_era = onlyEra(settings);
    this.#credentials = new Credentials(dependencies.credentials);
    const { restart_delay_first_ms, restart_delay_max_ms } = dependencies.bounds;
    this.#backoff = new Backoff(restart_delay_first_ms, restart_delay_max_ms, dependencies.random);
    this.#replacement = new Replacement({ ...this.#dependencies, replace: (old) => this.#replace(old) });
  }

  start(): void {
    this.#running = this.#run();
  }

  async request(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const waited = this.#waitFor(request);
    if (waited !== undefined) {
      await waited;
      if (request.unchanged?.() === false) return unsent('changed', changed(this.name));
    }
    if (request.signal.aborted) return unsent('cancelled', 'the agent cancelled the call');
    const link = this.#link;
    if (link === undefined || this.state !== 'ready') return unsent('unreachable', this.#whyNot());
    const answer = await link.era.request(request);
    return answer.kind === 'task' ? await this.#follow(answer.handle, request) : answer;
  }

  async watch(uri: string): Promise<void> {
    const watchers = this.#watched.get(uri) ?? 0;
    const { watched_resources_per_server_max } = this.#dependencies.bounds;
    if (watchers === 0 && this.#watched.size >= watched_resources_per_server_max) {
      throw new Fault('limit_reached', `more than ${watched_resources_per_server_max} resources are watched`);
    }
    this.#watched.set(uri, watchers + 1);
    if (watchers === 0) await this.#link?.era.watch(uri);
  }

  async unwatch(uri: string): Promise<void> {
    const watchers = this.#watched.get(uri) ?? 0;
    if (watchers > 1) this.#watched.set(uri, watchers - 1);
    else if (this.#watched.delete(uri)) await this.#link?.era.unwatch(uri);
  }

  subscribe(listener: (event: UpstreamEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async ready(wait_ms: number): Promise<boolean> {
    if (this.state !== 'ready') await this.#stateWithin(wait_ms, (state) => state === 'ready');
    return this.state === 'ready';
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await this.#replacement.settled();
  }

  /** A task outlives the connection that it was made on: each request goes over the present one. */
  async #follow(handle: JsonObject, request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { bounds, clock, logger } = this.#dependencies;
    const ask = (method: string, params: JsonObject): Promise<UpstreamAnswer> =>
      this.#link?.era.ask(method, params, this.#closing.signal) ??
      Promise.resolve(unsent('unreachable', this.#whyNot()));
    return await followTask(handle, request, { bounds, clock, logger, ask, closing: this.#closing.signal });
  }

  /** Connects, serves, comes back: until it is closed. */
  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      await this.#serve();
      await pause(this.#backoff.next(), signal);
      if (signal.aborted) return;
      this.restarts += 1;
      this.#become('connecting', this.problem);
    }
  }

  /** One life of the connection, from connecting to down. */
  async #serve(): Promise<void> {
    const { clock, bounds } = this.#dependencies;
    let link: Link | undefined;
    const connecting_at = clock.monotonic();
    try {
      link = await this.#connect();
      this.#link = link;
      this.#become('ready');
      link.era.listen(new Set(this.#watched.keys()));
      link = await this.#untilEnded(link);
      const problem = await link.ended;
      if (clock.monotonic() - connecting_at >= bounds.restart_delay_max_ms) this.#backoff.reset();
      this.#down(problem);
    } catch (error) {
      this.#rememberEra(error);
      this.#down(this.#problemOf(error));
    }
    await link?.close();
  }

  /** Resolves to the link that has ended with none in its place; retired links are seen to elsewhere. */
  async #untilEnded(first: Link): Promise<Link> {
    let link = first;
    while (await Promise.race([link.retired.then(() => true), link.ended.then(() => false)])) {
      link = this.#link ?? link;
    }
    return link;
  }

  /** Makes a new link beside the old one, which stays where that fails. */
  async #replace(old: Link): Promise<boolean> {
    if (this.#closing.signal.aborted) return false;
    try {
      const link = await this.#connect();
      if (this.#link !== old) {
        await link.close();
        return false;
      }
      this.#link = link;
      link.era.listen(new Set(this.#watched.keys()));
      return true;
    } catch (error) {
      const problem = this.#problemOf(error);
      this.#dependencies.logger.warn({ problem }, 'no new connection could be made; the old one stays');
      return false;
    }
  }

  #down(problem: string): void {
    this.#link = undefined;
    this.#become('down', this.#closing.signal.aborted ? 'Remit has closed the connection' : problem);
  }

  async #connect(): Promise<Link> {
    const link = await Link.connect({
      transport: createTransport(this.#settings, this.#credentials, this.#dependencies),
      remembered_era: this.#remembered_era,
      closing: this.#closing.signal,
      counts: this.counts,
      dependencies: this.#dependencies,
      onListing: (listing, changed) => {
        this.listing = listing;
        for (const kind of changed) this.#emit({ type: `${kind}_changed` });
      },
      onResourceUpdated: (uri) => this.#emit({ type: 'resource_updated', uri }),
      onAsked: (subject) => this.#replacement.asked(subject),
    });
    this.#remembered_era = link.era_name;
    return link;
  }

  /** What spoke the one era yesterday may speak the other today: after a failure both are tried. */
  #rememberEra(error: unknown): void {
    const died_of_probe = error instanceof Fault && error.code === 'upstream_closed_at_probe';
    this.#remembered_era = died_of_probe ? 'session' : onlyEra(this.#settings);
    if (died_of_probe) this.#backoff.reset();
  }

  #problemOf(error: unknown): string {
    if (error instanceof Fault)
      return error.remedy === undefined ? error.message : `${error.message}; ${error.remedy}`;
    this.#dependencies.logger.error({ err: error }, 'connecting failed for a reason that was not foreseen');
    return 'connecting failed for a reason that was not foreseen; the log has it';
  }

  #become(state: Upstream['state'], problem?: string): void {
    this.state = state;
    this.problem = problem;
    this.#dependencies.logger.info({ state, problem }, 'server state');
    this.#emit({ type: 'state' });
  }

  #emit(event: UpstreamEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** For agents: why it is down names programs, folders and credentials, and is for operators. */
  #whyNot(): string {
    return `the server \`${this.name}\` is not connected`;
  }

  /** What a call has to wait for before it is sent, if anything. */
  #waitFor(request: UpstreamRequest): Promise<void> | undefined {
    if (this.state === 'connecting') return this.#whileConnecting(request.signal);
    const link = this.#link;
    if (link === undefined || !this.#replacement.isNeeded(link, request)) return undefined;
    return this.#replacement.before(link, request);
  }

  /** A call that comes while the server connects for the first time, or again, may wait for it. */
  async #whileConnecting(signal: AbortSignal): Promise<void> {
    const connected = (state: Upstream['state']): boolean => state !== 'connecting';
    await this.#stateWithin(this.#dependencies.bounds.upstream_connect_ms, connected, signal);
  }

  #stateWithin(
    wait_ms: number,
    wanted: (state: Upstream['state']) => boolean,
    signal?: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        unsubscribe();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, wait_ms);
      const unsubscribe = this.subscribe((event) => {
        if (event.type === 'state' && (wanted(this.state) || this.#closing.signal.aborted)) done();
      });
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}

/** HTTP+SSE is a transport of the older era alone. */
function onlyEra({ transport }: ServerSettings): EraName | undefined {
  return transport === 'sse' ? 'session' : undefined;
}

function changed(server: string): string {
  return `what is called is no longer what it was before the server \`${server}\` connected`;
}

function unsent(reason: 'unreachable' | 'cancelled' | 'changed', message: string): UpstreamAnswer {
  return { kind: 'failed', reason, sent: false, message };
}

function pause(wait_ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, wait_ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
