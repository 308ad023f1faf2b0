/**
 * The two ways to compare tools.lock with live tools: through the Remit that runs, which is connected
 * already; or, where none runs, by connecting to the servers from here. The second needs no policy
 * that passes its check, since a changed tool may be the reason why it does not.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { bounds, type Clock } from '@remit/contracts';
import { acceptLock, type Diagnostic } from '@remit/policy';
import { ApiClient } from '../client/api-client.ts';
import { findRemit } from '../client/connect.ts';
import { httpTransport } from '../client/transport.ts';
import { locate, requireFolder, type Context, type LocationOptions } from '../context.ts';
import { endProcess } from '../end-process.ts';
import { quietLog } from '../log.ts';
import { readPolicyFiles } from './files.ts';
import { readWorkspace, serversOf } from './load.ts';
import type { OpenServers } from './open-servers.ts';
import { compareTools, nothingSeen, type ToolChange } from './tool-changes.ts';
import { emptyLock, liveLock, readLock, writeLock } from './tools-lock.ts';

const pollEvery_ms = 100;

export interface Accepted {
  /** Whether tools.lock holds something else than before. */
  written: boolean;
  /** What the policy's check has against the lock as it is now. */
  errors: Diagnostic[];
}

export interface ToolDesk {
  changes(): Promise<ToolChange[]>;
  accept(changes: readonly ToolChange[]): Promise<Accepted>;
  /** Servers that are not connected, and why. */
  down(): { server: string; problem: string }[];
}

export async function withToolDesk(
  context: Context,
  options: LocationOptions,
  use: (desk: ToolDesk) => Promise<void>,
): Promise<void> {
  const location = locate(context.machine, options);
  requireFolder(location.workspace);
  const reached = await findRemit(location);
  if ('listener' in reached) {
    const token = context.machine.env['REMIT_TOKEN'] ?? reached.listener.operator_token;
    const remit = new ApiClient(httpTransport(reached.listener.console), token);
    return use(await runningDesk(remit, context.machine.clock));
  }
  try {
    const servers = serversOf(location.workspace, readPolicyFiles(location.workspace));
    const log = quietLog(context.terminal);
    const { openServers } = await import('./open-servers.ts');
    const open = await openServers(
      { ...location, machine: context.machine, log, failed: endProcess(log) },
      servers,
    );
    await use(ownDesk(location.workspace, open)).finally(() => open.close());
  } finally {
    reached.folder.release();
  }
}

async function runningDesk(remit: ApiClient, clock: Clock): Promise<ToolDesk> {
  const upstreams = await settledUpstreams(remit, clock);
  return {
    changes: async () => (await remit.call('diffTools')).tools,
    accept: async (changes) => {
      if (changes.length === 0) return { written: false, errors: [] };
      const tools = changes.map(({ server, tool, live_digest }) => ({
        server,
        tool,
        digest: live_digest ?? null,
      }));
      const { diagnostics } = await remit.call('acceptTools', { body: { tools } });
      return { written: true, errors: errorsOf(diagnostics as Diagnostic[]) };
    },
    down: () =>
      upstreams
        .filter(({ state }) => state !== 'ready')
        .map(({ server, problem }) => ({ server, problem: problem ?? 'it is still connecting' })),
  };
}

/** A Remit that has just started is still connecting: nothing can be said of its tools before it is done. */
async function settledUpstreams(remit: ApiClient, clock: Clock) {
  const deadline = clock.monotonic() + bounds.upstream_connect_ms;
  for (;;) {
    const { upstreams } = await remit.call('listUpstreams');
    const connecting = upstreams.some(({ state }) => state === 'connecting');
    if (!connecting || clock.monotonic() >= deadline) return upstreams;
    await wait(pollEvery_ms);
  }
}

function ownDesk(workspace: string, open: OpenServers): ToolDesk {
  const lock = readLock(workspace);
  return {
    changes: () => Promise.resolve(compareTools(lock, open.tools)),
    accept: (changes) => {
      if (lock === undefined && nothingSeen(open.tools))
        return Promise.resolve({ written: false, errors: [] });
      const written = writeLock(workspace, acceptLock(lock ?? emptyLock, liveLock(open.tools), changes));
      return Promise.resolve({ written, errors: errorsOf(readWorkspace(workspace).result.diagnostics) });
    },
    down: () => open.down,
  };
}

function errorsOf(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === 'error');
}
