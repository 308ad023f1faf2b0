/**
 * Turns servers of client settings into servers of a workspace. Values of variables and headers may
 * be credentials, so none is written into the workspace: each becomes `secret:NAME`.
 */
import { isAbsolute } from 'node:path';
import type { ClientServer } from './client-settings.ts';

export interface WorkspaceServer {
  name: string;
  command?: string[];
  env?: Record<string, string>;
  url?: string;
  transport?: 'sse';
  headers?: Record<string, string>;
}

export interface ImportedServers {
  servers: WorkspaceServer[];
  /** To be kept by Remit, apart from the workspace: name of the credential → value. */
  credentials: Map<string, string>;
  /** What a person has to do still. */
  notes: string[];
}

export function importServers(found: readonly ClientServer[], folder: string): ImportedServers {
  const imported: ImportedServers = { servers: [], credentials: new Map(), notes: [] };
  const taken = new Set<string>();
  for (const server of found) {
    const name = freeName(server.name, taken);
    imported.servers.push({
      name,
      ...reach(server),
      ...secrets('env', server.env, name, imported),
      ...secrets('headers', server.headers, name, imported),
    });
    noteRelative(server, name, folder, imported.notes);
  }
  return imported;
}

function reach(server: ClientServer): Partial<WorkspaceServer> {
  if (server.command !== undefined) return { command: server.command };
  return {
    ...(server.url === undefined ? {} : { url: server.url }),
    ...(server.transport === 'sse' ? { transport: 'sse' } : {}),
  };
}

/** Names of servers become part of tool names (`server/tool`), so only plain characters stay. */
function freeName(name: string, taken: Set<string>): string {
  const plain =
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'server';
  let free = plain;
  for (let count = 2; taken.has(free); count += 1) free = `${plain}-${count}`;
  taken.add(free);
  return free;
}

function secrets(
  kind: 'env' | 'headers',
  values: Record<string, string>,
  server: string,
  imported: ImportedServers,
): Partial<WorkspaceServer> {
  const entries = Object.entries(values).map(([key, value]) => {
    const secret = `${server}-${key.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    const [, scheme, rest] = /^(Bearer |Basic )(.+)$/.exec(value) ?? [undefined, '', value];
    if (/\$\{.+\}/.test(value)) {
      imported.notes.push(
        `The client fills in ${key} of ${server} itself; give Remit the value as credential ${secret}.`,
      );
    } else if (rest !== '' && rest !== undefined) imported.credentials.set(secret, rest);
    return [key, `${scheme ?? ''}secret:${secret}`];
  });
  return entries.length === 0 ? {} : { [kind]: Object.fromEntries(entries) as Record<string, string> };
}

/** Clients run commands in folders of their own, Remit runs them in the workspace. */
function noteRelative(server: ClientServer, name: string, folder: string, notes: string[]): void {
  const paths = (server.command ?? [])
    .slice(1)
    .filter((part) => /^\.{1,2}\//.test(part) && !isAbsolute(part));
  if (paths.length > 0)
    notes.push(`Paths of ${name} are relative (${paths.join(', ')}); they now start from ${folder}.`);
}
