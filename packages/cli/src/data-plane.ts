/** The agents' listener over the enforcement pipeline. Commands that only administer never open it. */
import {
  ArgumentChecks,
  type Approvals,
  type FlowState,
  type LimitCounters,
  type Ports,
} from '@remit/enforce';
import { createGateway, Metrics, type Gateway, type Upstreams } from '@remit/gateway';
import type { CompiledPolicy } from '@remit/policy';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { Core } from './core.ts';
import type { Machine } from './machine.ts';
import { version } from './version.ts';

export interface DataPlaneOptions {
  machine: Machine;
  core: Core;
  servers: Upstreams;
  approvals: Approvals;
  limits: LimitCounters;
  flows: FlowState;
  policy: () => CompiledPolicy;
  log: Logger;
  /** Names and origins besides loopback that the listener accepts. */
  hosts?: string[];
  origins?: string[];
}

export class DataPlane {
  readonly #options: DataPlaneOptions;
  readonly #metrics = new Registry();
  #gateway: Gateway | undefined;

  constructor(options: DataPlaneOptions) {
    this.#options = options;
  }

  /** @returns the base URL. @throws Fault `cannot_listen`. */
  async listen(host: string, port: number): Promise<string> {
    const { core, servers, machine, log, hosts = [], origins = [] } = this.#options;
    const gateway = createGateway({
      ports: this.#ports(),
      upstreams: servers.all(),
      listener: { host, port, allowedHosts: hosts, allowedOrigins: origins },
      stateSecret: machine.newKey(),
      version,
      logger: log,
      metrics: new Metrics(this.#metrics),
      gauges: { ledger: () => core.ledger.status() },
    });
    const address = await gateway.listen();
    this.#gateway = gateway;
    return address;
  }

  /** Undefined where nothing listens. */
  port(): number | undefined {
    return this.#gateway === undefined ? undefined : Number(new URL(this.#gateway.address).port);
  }

  /** Prometheus text. */
  metrics(): Promise<string> {
    return this.#metrics.metrics();
  }

  policyChanged(): void {
    this.#gateway?.replaceUpstreams(this.#options.servers.all());
    this.#gateway?.policyChanged();
  }

  /** Open calls may end; new ones are refused. */
  async close(): Promise<void> {
    const gateway = this.#gateway;
    this.#gateway = undefined;
    await gateway?.close();
  }

  #ports(): Ports {
    const { core, approvals, limits, flows, machine, policy } = this.#options;
    return {
      policy,
      agents: core.registry.agents,
      ledger: core.ledger,
      limits,
      flows,
      approvals,
      argumentChecks: new ArgumentChecks(),
      pseudonym: core.pseudonym,
      clock: machine.clock,
      newId: machine.newId,
    };
  }
}
