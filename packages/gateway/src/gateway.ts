/** The data plane: the agents' listener in front, the upstream servers behind, `enforce` between them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bounds as defaultBounds, Fault, type Bounds } from '@remit/contracts';
import { RefusedAttempts, type Observer, type Ports } from '@remit/enforce';
import { AuthzenEndpoint } from './authzen/endpoint.ts';
import type { Upstream } from './exchange.ts';
import { Listener, type ListenerSettings } from './listener.ts';
import { Catalog } from './mcp/catalog.ts';
import { McpEndpoint } from './mcp/endpoint.ts';
import { OpenCalls } from './mcp/open-calls.ts';
import { Tasks } from './mcp/modern/tasks.ts';
import type { Services } from './mcp/services.ts';
import { Views } from './mcp/view.ts';
import type { Gauges, Metrics } from './telemetry/metrics.ts';
import { Spans } from './telemetry/spans.ts';
import { within } from './within.ts';

export interface GatewayOptions {
  ports: Ports;
  upstreams: readonly Upstream[];
  listener?: ListenerSettings;
  /** 32 random bytes that live as long as the process; `requestState` is sealed with them. */
  stateSecret: Uint8Array;
  /** The version that clients are told. */
  version: string;
  logger: Services['logger'];
  metrics?: Metrics;
  /** Further gauges beside the gateway's own. */
  gauges?: Gauges;
  /** Watches decisions and outcomes beside the metrics. */
  observer?: Observer;
  bounds?: Partial<Bounds>;
}

export interface Gateway {
  /** @returns the address, `http://host:port`. @throws Fault `cannot_listen`. */
  listen(): Promise<string>;
  /** Where agents reach it. @throws Fault `not_listening`. */
  readonly address: string;
  /** Handles one HTTP request as the listener would. */
  dispatch(request: IncomingMessage, response: ServerResponse): void;
  /** The policy is another one now: lists may read differently, and whoever listens is told. */
  policyChanged(): void;
  /** The workspace has other servers now. Does not close those that left. */
  replaceUpstreams(upstreams: readonly Upstream[]): void;
  /** Stops taking requests, lets open calls end within `drain_ms`, then cuts. Does not close upstreams. */
  close(): Promise<void>;
}

export function createGateway(options: GatewayOptions): Gateway {
  return new RunningGateway(options);
}

class RunningGateway implements Gateway {
  readonly #services: Services;
  readonly #endpoint: McpEndpoint;
  readonly #listener: Listener;
  #address: string | undefined;
  #ticking: NodeJS.Timeout | undefined;

  constructor(options: GatewayOptions) {
    this.#services = servicesOf(options);
    const tasks = new Tasks(this.#services);
    this.#endpoint = new McpEndpoint(this.#services, options.stateSecret, tasks);
    const { catalog, ports, bounds } = this.#services;
    this.#listener = new Listener(options.listener ?? {}, {
      agents: ports.agents,
      bounds,
      hasServer: (name) => catalog.get(name) !== undefined,
      handle: (http) => this.#endpoint.handle(http),
      authzen: new AuthzenEndpoint({ services: this.#services, tasks }),
      logger: this.#services.logger,
      attempts: this.#services.attempts,
    });
    options.metrics?.watch({
      openCalls: () => this.#services.openCalls.count,
      sessions: () => this.#endpoint.sessions,
      ...options.gauges,
    });
  }

  async listen(): Promise<string> {
    const { address, port, family } = await this.#listener.listen();
    this.#address = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    this.#ticking = setInterval(() => {
      this.#endpoint.tick();
      void this.#services.attempts.sweep();
    }, this.#services.bounds.keep_alive_ms);
    this.#ticking.unref();
    return this.#address;
  }

  get address(): string {
    if (this.#address === undefined) throw new Fault('not_listening', 'The gateway does not listen.');
    return this.#address;
  }

  dispatch(request: IncomingMessage, response: ServerResponse): void {
    this.#listener.dispatch(request, response);
  }

  policyChanged(): void {
    this.#services.catalog.announceAll();
  }

  replaceUpstreams(upstreams: readonly Upstream[]): void {
    this.#services.catalog.replace(upstreams);
  }

  async close(): Promise<void> {
    clearInterval(this.#ticking);
    const closed = this.#listener.stopTaking();
    this.#endpoint.closeChangeStreams();
    const { openCalls, bounds } = this.#services;
    if (!(await within(openCalls.whenIdle(), bounds.drain_ms))) {
      openCalls.abortAll();
      await within(openCalls.whenIdle(), bounds.drain_ms);
    }
    this.#endpoint.close();
    this.#services.catalog.close();
    await this.#listener.finish(closed);
    await this.#services.attempts.close();
  }
}

function servicesOf(options: GatewayOptions): Services {
  const bounds = { ...defaultBounds, ...options.bounds };
  const catalog = new Catalog(options.upstreams);
  return {
    ports: { ...options.ports, ...observed(options) },
    bounds,
    catalog,
    views: new Views(catalog),
    openCalls: new OpenCalls(bounds),
    attempts: attemptsOf(options, bounds),
    spans: new Spans(),
    metrics: options.metrics,
    logger: options.logger,
    serverInfo: (scope) => ({
      name: scope === undefined ? 'remit' : `remit/${scope}`,
      title: 'Remit',
      version: options.version,
    }),
  };
}

function attemptsOf({ ports, logger }: GatewayOptions, bounds: Bounds): RefusedAttempts {
  const { ledger, clock, newId } = ports;
  const unrecorded = (error: unknown) => {
    logger.error({ err: error }, 'a refused request could not be recorded');
  };
  return new RefusedAttempts({ ledger, clock, newId, unrecorded, bounds });
}

/** Everybody who watches, as one observer. */
function observed({ ports, observer, metrics, logger }: GatewayOptions): Pick<Ports, 'observer'> {
  const observers: Observer[] = [ports.observer, observer, metrics, failureLog(logger)].filter(
    (each) => each !== undefined,
  );
  return {
    observer: {
      decided(action, decision) {
        for (const each of observers) each.decided?.(action, decision);
      },
      finished(action, outcome) {
        for (const each of observers) each.finished?.(action, outcome);
      },
      unrecorded(action, error) {
        for (const each of observers) each.unrecorded?.(action, error);
      },
    },
  };
}

/** Says why records are not written: once for each reason, however many calls it costs. */
function failureLog(logger: Services['logger']): Observer {
  let said: string | undefined;
  return {
    unrecorded(_, error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason === said) return;
      said = reason;
      logger.error({ err: error }, 'calls are refused because they cannot be recorded');
    },
  };
}
