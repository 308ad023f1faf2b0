/** The calls that are open now: counted against their bounds, and what a clean stop waits for. */
import type { Bounds } from '@remit/contracts';
import { OpenEntries } from '../open-entries.ts';
import { RpcFault, rpcCodes } from './rpc-fault.ts';

export class OpenCalls {
  readonly #bounds: Bounds;
  readonly #byAgent = new Map<string, number>();
  readonly #controllers = new OpenEntries<number, AbortController>();
  #lastId = 0;
  #idle: (() => void)[] = [];

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  get count(): number {
    return this.#controllers.size;
  }

  /**
   * Takes a place for one call; what it returns gives the place back.
   * @throws RpcFault with status 429 or 503 where there is none.
   */
  enter(agent: string, controller: AbortController): () => void {
    const ofAgent = this.#byAgent.get(agent) ?? 0;
    if (ofAgent >= this.#bounds.open_calls_per_agent_max) {
      throw overloaded(429, `Agent ${agent} has ${ofAgent} open calls; wait for some of them to end.`);
    }
    if (this.#controllers.size >= this.#bounds.open_calls_max) {
      throw overloaded(503, 'The gateway has as many open calls as it takes; try again in a moment.');
    }
    this.#byAgent.set(agent, ofAgent + 1);
    const id = ++this.#lastId;
    this.#controllers.set(id, controller);
    return () => {
      this.#leave(agent, id);
    };
  }

  #leave(agent: string, id: number): void {
    if (!this.#controllers.delete(id)) return;
    const ofAgent = (this.#byAgent.get(agent) ?? 1) - 1;
    if (ofAgent > 0) this.#byAgent.set(agent, ofAgent);
    else this.#byAgent.delete(agent);
    if (this.#controllers.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Resolves when no call is open. */
  whenIdle(): Promise<void> {
    if (this.#controllers.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  abortAll(): void {
    for (const controller of this.#controllers.values()) controller.abort();
  }
}

function overloaded(status: 429 | 503, message: string): RpcFault {
  return new RpcFault(rpcCodes.overloaded, message, { status });
}
