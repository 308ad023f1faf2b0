/** Approvals that nobody could give: groups with nobody but the agent's own owner. */
import type { AgentPolicy } from '../compile/agent.ts';
import type { Findings, Spot } from '../diagnostics.ts';

export function lintApprovers(
  agents: readonly AgentPolicy[],
  groups: ReadonlyMap<string, readonly string[]>,
  findings: Findings,
): void {
  for (const { profile, approval } of agents) {
    const { file = '', line = 1, column = 1 } = profile.place;
    for (const list of approval.who)
      lintList(profile.name, list, approval, groups, { file, line, column }, findings);
  }
}

function lintList(
  agent: string,
  list: readonly string[],
  { owner, owner_may }: AgentPolicy['approval'],
  groups: ReadonlyMap<string, readonly string[]>,
  spot: Spot,
  findings: Findings,
): void {
  const people = new Set(list.flatMap((group) => groups.get(group) ?? []));
  const may = [...people].filter((person) => owner_may || person !== owner);
  const named = list.map((group) => `\`${group}\``).join(', ');
  if (people.size > 0 && may.length === 0) {
    const message = `only \`${owner}\`, the owner of agent \`${agent}\`, is in ${named}, and may not approve what the agent asks for`;
    findings.warning('approver_is_requester', message, spot, 'add other people to the group');
  }
}
