/** How far an agent's permissions reach: agents with everything, patterns over destructive tools. */
import type { AgentPolicy } from '../compile/agent.ts';
import type { Rule } from '../compile/rule.ts';
import type { Findings } from '../diagnostics.ts';
import type { Catalog } from '../names/catalog.ts';

/** In a workspace with fewer tools, all of them are not many. */
const EVERYTHING_MIN = 3;
/** Tools named in one finding. */
const NAMED_MAX = 5;

const grants = (rule: Rule): boolean => rule.says !== 'deny' && rule.says !== 'blocked';
const always = (rule: Rule): boolean => rule.action?.condition === undefined;

export function* lintReach(
  agents: readonly AgentPolicy[],
  catalog: Catalog,
  findings: Findings,
): Generator<void, void> {
  const seen = new Set<Rule>();
  for (const agent of agents) {
    yield;
    lintEverything(agent, catalog, findings);
    for (const rule of agent.rules) {
      if (seen.has(rule)) continue;
      seen.add(rule);
      lintDestructive(rule, agent, catalog, findings);
    }
  }
}

function lintEverything(agent: AgentPolicy, catalog: Catalog, findings: Findings): void {
  const tools = [...catalog.tools.values()];
  if (tools.length < EVERYTHING_MIN || !tools.every((tool) => mayAlways(agent, tool))) return;
  const { name, place } = agent.profile;
  const message = `agent \`${name}\` may use every tool of the workspace, ${tools.length} now`;
  const { file = '', line = 1, column = 1 } = place;
  findings.warning('agent_with_everything', message, { file, line, column }, 'allow what its purpose needs');
}

function mayAlways(agent: AgentPolicy, tool: { key: string; name: string; server: string }): boolean {
  const rules = agent.index('tools').matching([tool.key, tool.name], tool.server, tool.name);
  return (
    rules.some((rule) => grants(rule) && always(rule)) && !rules.some((rule) => !grants(rule) && always(rule))
  );
}

/** A destructive tool is meant by its name, not caught by a pattern. */
function lintDestructive(rule: Rule, agent: AgentPolicy, catalog: Catalog, findings: Findings): void {
  if (rule.area !== 'tools' || !grants(rule) || rule.match.kind !== 'glob') return;
  const caught = catalog
    .toolsOf(rule.match)
    .filter((tool) => tool.effect === 'destructive' && mayAlways(agent, tool));
  if (caught.length === 0) return;
  const named = caught.slice(0, NAMED_MAX).map((tool) => `\`${tool.key}\``);
  const rest = caught.length > NAMED_MAX ? ` and ${caught.length - NAMED_MAX} more` : '';
  const message = `pattern \`${rule.text}\` also grants what destroys: ${named.join(', ')}${rest}`;
  findings.warning(
    'destructive_by_pattern',
    message,
    rule.spot,
    'name the tools that are needed, or deny these',
  );
}
