/** The upstream servers, with what they take from the machine and the data folder. */
import type { Vault } from '@remit/control';
import { createUpstreams, type Upstreams } from '@remit/gateway';
import type { Logger } from 'pino';
import type { Machine } from './machine.ts';
import { version } from './version.ts';
import type { LiveTools } from './workspace/tools-lock.ts';

export interface ServersOptions {
  machine: Machine;
  /** The folder in which children run. */
  workspace: string;
  credentials: Vault;
  log: Logger;
}

/** None yet: the policy says which. They end, with all their children, when the stack is disposed of. */
export function openServers(options: ServersOptions, opened: AsyncDisposableStack): Upstreams {
  const { machine, workspace, credentials, log } = options;
  const servers = createUpstreams([], {
    clock: machine.clock,
    logger: log,
    random: () => machine.random(),
    credentials: (name) => kept(credentials, name),
    environment: machine.env,
    cwd: workspace,
    client_info: { name: 'remit', version },
  });
  opened.defer(() => servers.close());
  return servers;
}

/** Undefined for one that is not set: the server is then down, and says which credential it lacks. */
function kept(credentials: Vault, name: string): string | undefined {
  return credentials.list().some((credential) => credential.name === name)
    ? credentials.resolve(name)
    : undefined;
}

export function liveTools(servers: Upstreams): LiveTools {
  return new Map(servers.all().map(({ name }) => [name, servers.definitions(name)]));
}
