/**
 * `tools.lock`: the definitions that the policy was checked against, committed beside it. Read and
 * written here; its bytes depend on nothing but its content, so that it reviews well in git.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bounds, Fault, type ToolDefinition, type ToolsLock } from '@remit/contracts';
import { fingerprint } from '@remit/inspect';
import { formatLock, parseLock } from '@remit/policy';
import { writeAtomically } from '../data/atomic-file.ts';
import type { Pause } from '../giving-way.ts';
import { readBounded } from './files.ts';

export const lockFileName = 'tools.lock';

/** Undefined where there is none. @throws Fault `invalid_lock`. */
export function readLock(workspace: string): ToolsLock | undefined {
  const lock = lockAsWritten(workspace);
  for (const tool of toolsOf(lock)) refuseForged(tool);
  return lock;
}

/** The same, with a pause between two tools. @throws as `readLock`. */
export async function readLockInSteps(workspace: string, pause: Pause): Promise<ToolsLock | undefined> {
  const lock = lockAsWritten(workspace);
  for (const tool of toolsOf(lock)) {
    await pause();
    refuseForged(tool);
  }
  return lock;
}

function lockAsWritten(workspace: string): ToolsLock | undefined {
  const path = join(workspace, lockFileName);
  if (!existsSync(path)) return undefined;
  return parseLock(readBounded(path, bounds.tools_lock_bytes_max), lockFileName);
}

type LockEntry = ToolsLock['servers'][string]['tools'][number];

function toolsOf(lock: ToolsLock | undefined): LockEntry[] {
  return Object.values(lock?.servers ?? {}).flatMap((server) => server.tools);
}

function refuseForged({ definition, digest }: LockEntry): void {
  if (fingerprint(definition) === digest) return;
  throw new Fault('invalid_lock', `The digest of \`${definition.name}\` is not that of its definition.`, {
    place: { file: lockFileName },
    remedy: 'Restore tools.lock from git, or remove it and run `remit tools pull`.',
  });
}

/** True where the file was not there, or held something else. @throws Fault `tools_lock_not_written`. */
export function writeLock(workspace: string, lock: ToolsLock): boolean {
  const path = join(workspace, lockFileName);
  const text = formatLock(lock);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  try {
    writeAtomically(path, text, 0o644);
  } catch (error) {
    throw new Fault('tools_lock_not_written', `tools.lock cannot be written: ${(error as Error).message}.`, {
      place: { file: path },
      remedy:
        'Let the user that runs Remit write to the workspace folder, or run `remit tools pull` as one who may.',
      cause: error,
    });
  }
  return true;
}

export const emptyLock: ToolsLock = { version: 1, servers: {} };

/** Tools by server as they are live; undefined for a server that is not connected. */
export type LiveTools = ReadonlyMap<string, readonly ToolDefinition[] | undefined>;

/** Live tools in the form of a lock. Servers that are not connected are not in it. */
export function liveLock(live: LiveTools): ToolsLock {
  const servers = [...live].flatMap(([name, definitions]) =>
    definitions === undefined ? [] : [[name, { tools: definitions.map(lockedTool) }] as const],
  );
  return { version: 1, servers: Object.fromEntries(servers) };
}

function lockedTool(definition: ToolDefinition): ToolsLock['servers'][string]['tools'][number] {
  return { digest: fingerprint(definition), definition };
}
