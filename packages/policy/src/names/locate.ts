/** What a person or a recording means by the name of a tool. */
import type { CompiledPolicy } from '../port.ts';

export interface LocatedTool {
  server: string;
  tool: string;
  /** Of the locked definition; absent for a tool that the lock does not hold. */
  digest?: string;
}

export type Location =
  | ({ found: true } & LocatedTool)
  /** `candidates`: the full names of those that it could be; empty where there is none. */
  | { found: false; candidates: string[] };

/**
 * `server/tool`; the bare name where it is unique in the lock; or `server__tool`, as agents see it
 * where it is not.
 */
export function locateTool({ lock, workspace }: CompiledPolicy, name: string): Location {
  const known = Object.entries(lock.servers).flatMap(([server, locked]) =>
    locked.tools.map(({ definition, digest }) => ({ server, tool: definition.name, digest })),
  );
  const full = known.find(({ server, tool }) => `${server}/${tool}` === name);
  if (full !== undefined) return { found: true, ...full };
  const bare = known.filter(({ tool }) => tool === name);
  if (bare.length === 1) return { found: true, ...bare[0]! };
  if (bare.length > 1)
    return { found: false, candidates: bare.map(({ server, tool }) => `${server}/${tool}`) };
  const shown = known.find(({ server, tool }) => `${server}__${tool}` === name);
  if (shown !== undefined) return { found: true, ...shown };
  const [server = '', ...rest] = name.split('/');
  // A server that was down when the lock was written has its tools decided on by name alone.
  if (workspace.servers.has(server) && !Object.hasOwn(lock.servers, server))
    return { found: true, server, tool: rest.join('/') };
  return { found: false, candidates: [] };
}
