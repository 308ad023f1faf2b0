/** What lies between tools.lock and the tools that servers list now. */
import type { ToolDefinition, ToolsLock } from '@remit/contracts';
import { fingerprint } from '@remit/inspect';
import type { LiveTools } from './tools-lock.ts';

type ToolStatus = 'same' | 'changed' | 'added' | 'removed' | 'unseen';

export interface ToolChange {
  server: string;
  tool: string;
  /** `unseen`: the server is not connected, so nothing can be said of it. */
  status: ToolStatus;
  locked_digest?: string | undefined;
  live_digest?: string | undefined;
  locked?: ToolDefinition | undefined;
  live?: ToolDefinition | undefined;
}

/** By server, then tool. */
export function compareTools(lock: ToolsLock | undefined, live: LiveTools): ToolChange[] {
  const servers = [...new Set([...live.keys(), ...Object.keys(lock?.servers ?? {})])].sort();
  return servers.flatMap((server) => {
    const locked = new Map((lock?.servers[server]?.tools ?? []).map((tool) => [tool.definition.name, tool]));
    const listed = live.get(server);
    const current = new Map((listed ?? []).map((definition) => [definition.name, definition]));
    const names = [...new Set([...locked.keys(), ...current.keys()])].sort();
    return names.map((tool): ToolChange => {
      const before = locked.get(tool);
      const definition = current.get(tool);
      const digest = definition && fingerprint(definition);
      const status = listed === undefined ? 'unseen' : statusOf(before?.digest, digest);
      const detail = { locked_digest: before?.digest, live_digest: digest };
      if (status === 'same' || status === 'unseen') return { server, tool, status, ...detail };
      return { server, tool, status, ...detail, locked: before?.definition, live: definition };
    });
  });
}

function statusOf(locked: string | undefined, live: string | undefined): ToolStatus {
  if (locked === live) return 'same';
  if (locked === undefined) return 'added';
  return live === undefined ? 'removed' : 'changed';
}

/** True where there are servers and none of them is connected: a lock made of that would say nothing. */
export function nothingSeen(live: LiveTools): boolean {
  return live.size > 0 && [...live.values()].every((tools) => tools === undefined);
}
