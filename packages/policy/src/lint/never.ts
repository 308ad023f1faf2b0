/** Tiers that never decide, since a stricter one replaces them. */
import { tiers } from '@remit/contracts';
import type { Tier } from '@remit/contracts';
import type { AgentPolicy } from '../compile/agent.ts';
import type { Rule } from '../compile/rule.ts';
import type { Findings } from '../diagnostics.ts';
import type { Catalog } from '../names/catalog.ts';
import type { LockedTool } from '../names/tool.ts';

/** A tier that never decides, since a stricter one holds for each call that it speaks of. */
export function* lintShadowed(
  agents: readonly AgentPolicy[],
  catalog: Catalog,
  findings: Findings,
): Generator<void, void> {
  const seen = new Set<Rule>();
  for (const agent of agents) {
    yield;
    for (const rule of agent.rules) {
      if (rule.area !== 'tools' || !isTier(rule) || seen.has(rule)) continue;
      const stricter = catalog.toolsOf(rule.match).map((tool) => stricterFor(agent, rule, tool));
      if (stricter.length === 0 || stricter.includes(undefined)) continue;
      seen.add(rule);
      const message = `\`${rule.text}\` never decides in \`${rule.reference.name}\`: \`${stricter[0]!.reference.name}\` is stricter`;
      findings.warning('shadowed_rule', message, rule.spot, 'remove one of the two');
    }
  }
}

function isTier(rule: Rule): boolean {
  return rule.says !== 'allow' && rule.says !== 'deny' && rule.says !== 'blocked';
}

/** Blocked ones are left out: that a refusal makes a grant useless is a finding of its own. */
function stricterFor(agent: AgentPolicy, rule: Rule, tool: LockedTool): Rule | undefined {
  const others = agent.index('tools').matching([tool.key, tool.name], tool.server, tool.name);
  return others.find(
    (other) =>
      isTier(other) &&
      other.action?.condition === undefined &&
      tiers.indexOf(other.says as Tier) > tiers.indexOf(rule.says as Tier),
  );
}
