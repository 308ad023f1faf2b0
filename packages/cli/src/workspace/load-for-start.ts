/** The policy that a start begins with; on the first one, tools.lock is written before it is checked. */
import { acceptLock, type CompiledPolicy, type Diagnostic, type SourceFile } from '@remit/policy';
import type { Upstreams } from '@remit/gateway';
import { liveTools } from '../servers.ts';
import { readPolicyFiles } from './files.ts';
import { requirePolicy, serversOf } from './load.ts';
import { nothingSeen } from './tool-changes.ts';
import { emptyLock, liveLock, readLock, writeLock } from './tools-lock.ts';

export interface StartOptions {
  workspace: string;
  servers: Upstreams;
  /** Whether servers are connected to at all. */
  connect: boolean;
  /** Whether tools.lock is written where there is none. */
  first_lock: boolean;
}

export interface FirstLoad {
  policy: CompiledPolicy;
  files: SourceFile[];
  diagnostics: Diagnostic[];
}

/** @throws PolicyRefused. A server that is down costs the others nothing: its tools are not in the lock then. */
export async function loadForStart(options: StartOptions): Promise<FirstLoad> {
  const { workspace, servers } = options;
  if (options.connect) {
    servers.use(serversOf(workspace, readPolicyFiles(workspace)));
    if (options.first_lock && readLock(workspace) === undefined) await writeFirstLock(workspace, servers);
  }
  return requirePolicy(workspace);
}

/** Where no server answers there is nothing to lock yet: the next start tries again. */
async function writeFirstLock(workspace: string, servers: Upstreams): Promise<void> {
  await servers.settled();
  const live = liveTools(servers);
  if (nothingSeen(live)) return;
  writeLock(workspace, acceptLock(emptyLock, liveLock(live)));
}
