/** The tools that servers list now, against the definitions in tools.lock. */
import type { ToolDefinition, ToolsLock } from '@remit/contracts';
import type { z } from 'zod';
import type { toolDriftSchema } from '../api/policies.ts';
import type { ControlDeps } from '../server/deps.ts';

export type ToolDrift = z.input<typeof toolDriftSchema>;
type LockedTool = ToolsLock['servers'][string]['tools'][number];

/** By server, then tool. */
export function toolDrift({
  policy,
  upstreams,
  toolDigest,
}: Pick<ControlDeps, 'policy' | 'upstreams' | 'toolDigest'>) {
  const { workspace, lock } = policy.current();
  const servers = [...new Set([...workspace.servers.keys(), ...Object.keys(lock.servers)])].sort();
  return servers.flatMap((server) => {
    const locked = new Map((lock.servers[server]?.tools ?? []).map((tool) => [tool.definition.name, tool]));
    const live = upstreams.definitions(server);
    if (!live) return [...locked.values()].map((tool) => unseen(server, tool));
    const listed = new Map(live.map((definition) => [definition.name, definition]));
    const names = [...new Set([...locked.keys(), ...listed.keys()])].sort();
    return names.map((name) => compare(server, name, locked.get(name), listed.get(name), toolDigest));
  });
}

function unseen(server: string, { digest, definition }: LockedTool): ToolDrift {
  return { server, tool: definition.name, status: 'unseen', locked_digest: digest };
}

function compare(
  server: string,
  tool: string,
  locked: LockedTool | undefined,
  live: ToolDefinition | undefined,
  digestOf: ControlDeps['toolDigest'],
): ToolDrift {
  const live_digest = live && digestOf(live);
  if (locked && locked.digest === live_digest) {
    return { server, tool, status: 'same', locked_digest: locked.digest, live_digest };
  }
  return {
    server,
    tool,
    status: !locked ? 'added' : live ? 'changed' : 'removed',
    locked_digest: locked?.digest,
    live_digest,
    locked: locked?.definition,
    live,
  };
}
