/** What a person means by the name of a tool: `server/tool`, or the bare name where it is unique in the lock. */
import type { CompiledPolicy } from '@remit/policy';
import { wrongUse } from '../exit-code.ts';

export interface LocatedTool {
  server: string;
  tool: string;
  /** Absent for a tool that the lock does not hold. */
  digest?: string;
}

/** @throws CommandFault `unknown_tool`, `ambiguous_tool`. */
export function locateTool({ lock, workspace }: CompiledPolicy, name: string): LocatedTool {
  const known = Object.entries(lock.servers).flatMap(([server, locked]) =>
    locked.tools.map(({ definition, digest }) => ({ server, tool: definition.name, digest })),
  );
  const full = known.find(({ server, tool }) => `${server}/${tool}` === name);
  if (full !== undefined) return full;
  const [found, ...others] = known.filter(({ tool }) => tool === name);
  if (found !== undefined && others.length === 0) return found;
  if (found !== undefined) {
    const names = [found, ...others].map(({ server, tool }) => `${server}/${tool}`).join(', ');
    throw wrongUse('ambiguous_tool', `Several servers have a tool \`${name}\`.`, `Name one of ${names}.`);
  }
  const [server = '', ...rest] = name.split('/');
  // A server that is down when the lock was written has its tools decided on by name alone.
  if (workspace.servers.has(server) && !Object.hasOwn(lock.servers, server))
    return { server, tool: rest.join('/') };
  throw wrongUse(
    'unknown_tool',
    `tools.lock holds no tool \`${name}\`.`,
    'See the tools with `remit tools list`, or take new ones in with `remit tools pull`.',
  );
}
