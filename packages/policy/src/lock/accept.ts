/** Takes live definitions over into `tools.lock`. */
import { Fault } from '@remit/contracts';
import type { ToolsLock } from '@remit/contracts';
import { diffLock } from './diff.ts';
import type { ToolName } from '../port.ts';

/**
 * The lock with these tools as they are live: added, changed or removed. Without `tools` all that
 * differs is taken over. Servers that did not answer keep what they had.
 * @throws Fault `nothing_to_accept` for a tool that does not differ.
 */
export function acceptLock(old: ToolsLock, live: ToolsLock, tools?: readonly ToolName[]): ToolsLock {
  const { added, removed, changed } = diffLock(old, live);
  const differing = [...added, ...removed, ...changed];
  const accepted = tools === undefined ? differing : tools.map((tool) => differingTool(tool, differing));
  const servers = new Map(Object.entries(old.servers).map(([name, { tools: kept }]) => [name, [...kept]]));
  if (tools === undefined)
    for (const name of Object.keys(live.servers)) if (!servers.has(name)) servers.set(name, []);
  for (const { server, tool } of accepted) {
    const others = (servers.get(server) ?? []).filter((known) => known.definition.name !== tool);
    const taken = live.servers[server]?.tools.filter((known) => known.definition.name === tool) ?? [];
    servers.set(server, [...others, ...taken]);
  }
  return {
    version: 1,
    servers: Object.fromEntries([...servers].map(([name, list]) => [name, { tools: list }])),
  };
}

function differingTool(wanted: ToolName, differing: readonly ToolName[]): ToolName {
  if (differing.some(({ server, tool }) => server === wanted.server && tool === wanted.tool)) return wanted;
  throw new Fault(
    'nothing_to_accept',
    `tool \`${wanted.server}/${wanted.tool}\` does not differ from \`tools.lock\``,
    {
      remedy: 'see `remit tools diff` for those that do',
    },
  );
}
