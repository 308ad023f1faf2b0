/** Upstream servers without a policy that passes its check: to see what they list, and nothing else. */
import type { ServerSettings } from '@remit/policy';
import { openCore, type CoreOptions } from '../core.ts';
import { liveTools, openServers as connect } from '../servers.ts';
import type { LiveTools } from './tools-lock.ts';

export interface OpenServers {
  tools: LiveTools;
  down: { server: string; problem: string }[];
  close(): Promise<void>;
}

/** Resolves when each server has listed its tools, or has failed. */
export async function openServers(
  options: CoreOptions & { workspace: string },
  settings: readonly ServerSettings[],
): Promise<OpenServers> {
  const opened = new AsyncDisposableStack();
  try {
    const core = await openCore(options);
    opened.defer(() => core.close());
    const servers = connect({ ...options, credentials: core.registry.credentials }, opened);
    servers.use(settings);
    await servers.settled();
    const down = servers
      .status()
      .filter(({ state }) => state !== 'ready')
      .map(({ server, problem }) => ({ server, problem: problem ?? 'it did not answer in time' }));
    return { tools: liveTools(servers), down, close: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}
