/** What changes of the workspace itself: mode, servers, groups, and who has to agree to the next change. */
import type { CompiledPolicy } from '../port.ts';

export interface WorkspaceChange {
  /** Like `mode` or `servers.crm`. */
  key: string;
  /** As JSON; absent where one of the policies has none. */
  before?: string;
  after?: string;
}

export function workspaceChanges(older: CompiledPolicy, newer: CompiledPolicy): WorkspaceChange[] {
  const [before, after] = [saidBy(older), saidBy(newer)];
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)];
    if (was === is) return [];
    return [{ key, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) }];
  });
}

function saidBy({ workspace }: CompiledPolicy): Map<string, string> {
  const { servers, groups, ...single } = workspace;
  const said: [string, unknown][] = [
    ...Object.entries(single),
    ...[...servers].map(([name, server]): [string, unknown] => [`servers.${name}`, server]),
    ...[...groups].map(([name, people]): [string, unknown] => [`groups.${name}`, people.toSorted()]),
  ];
  return new Map(said.map(([key, value]) => [key, JSON.stringify(value)]));
}
