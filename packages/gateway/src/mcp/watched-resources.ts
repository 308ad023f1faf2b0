/** The resources that one client watches, and their servers' count of it. */
import { Fault } from '@remit/contracts';
import { RpcFault, rpcCodes } from './rpc-fault.ts';
import type { Services } from './services.ts';

export class WatchedResources {
  readonly #services: Services;
  /** By URI, the server that has it. */
  readonly #servers = new Map<string, string>();

  constructor(services: Services) {
    this.#services = services;
  }

  get size(): number {
    return this.#servers.size;
  }

  /** The server whose resource this is, if it is watched. */
  serverOf(uri: string): string | undefined {
    return this.#servers.get(uri);
  }

  uris(): string[] {
    return [...this.#servers.keys()];
  }

  /** @throws RpcFault where the server takes no more watchers; then it is not watched. */
  async add(uri: string, server: string): Promise<void> {
    if (this.#servers.has(uri)) return;
    this.#servers.set(uri, server);
    try {
      await this.#services.catalog.get(server)?.watch(uri);
    } catch (error) {
      this.#servers.delete(uri);
      if (!(error instanceof Fault)) throw error;
      throw new RpcFault(rpcCodes.overloaded, `${server} cannot be asked to watch: ${error.message}.`);
    }
  }

  async remove(uri: string): Promise<void> {
    const server = this.#servers.get(uri);
    if (server === undefined) return;
    this.#servers.delete(uri);
    await this.#services.catalog.get(server)?.unwatch(uri);
  }

  /** The client is gone. */
  clear(): void {
    for (const uri of this.uris()) {
      this.remove(uri).catch((error: unknown) => {
        this.#services.logger.warn({ err: error }, 'a resource could not be unwatched');
      });
    }
  }
}
