/** What would have to change for a call to be decided otherwise. */
import { didYouMean } from '@remit/contracts';
import type { Action, Decision } from '@remit/contracts';
import type { AgentPolicy } from '../compile/agent.ts';
import { where } from '../compile/ruling.ts';
import { areaOf } from '../decide/target.ts';
import type { LockedTool } from '../names/tool.ts';
import type { ExplainedRule } from '../port.ts';
import type { Floor } from '../risk/baselines.ts';

/** Whoever asks about an agent that no document names has most likely misspelled one that is. */
function toBeKnown(name: string, agents: Iterable<string>): string[] {
  const meant = didYouMean(name, agents);
  const write = `Write a document \`agent: ${name}\` that allows it.`;
  return meant === undefined ? [write] : [`No document names agent \`${name}\`; ${meant}`, write];
}

export function changesFor(
  decision: Decision,
  action: Action,
  agent: AgentPolicy | undefined,
  rules: readonly ExplainedRule[],
  tool: LockedTool | undefined,
  agents: Iterable<string>,
): string[] {
  const outside = outsidePolicy(decision, action);
  if (outside !== undefined) return [outside];
  if (agent === undefined) return toBeKnown(action.agent, agents);
  const matching = rules.filter((rule) => rule.condition === undefined || rule.condition.outcome === 'holds');
  switch (decision.policy_effect) {
    case 'allow':
      return [`To refuse it, ${adding(action, agent, 'deny')}.`];
    case 'approve':
      return toRunUnasked(decision, agent, matching, tool);
    case 'deny':
      return toAllow(action, agent, rules, matching);
  }
}

/** Refusals that no rule made. */
function outsidePolicy({ code, rule }: Decision, { agent, server, target }: Action): string | undefined {
  if (code === 'agent_suspended') return `Resume the agent: \`remit agents resume ${agent}\`.`;
  if (code === 'out_of_scope' && rule !== undefined) return `Change ${where(rule)}, or call within it.`;
  if (code !== 'unknown_tool' && code !== 'tool_changed') return undefined;
  return `Review the tool with \`remit tools diff\`, then \`remit tools accept ${server}/${target}\`.`;
}

function adding(action: Action, agent: AgentPolicy, word: 'allow' | 'deny'): string {
  const { file, line } = agent.profile.place;
  const area = action.kind === 'tool_invoke' ? 'tools' : (areaOf(action) ?? 'tools');
  const name = area === 'tools' || area === 'prompts' ? `${action.server}/${action.target}` : action.target;
  const entry = area === 'sampling' || area === 'elicitation' ? action.server : name;
  return `add \`${entry}\` to \`access.${area}.${word}\` of agent \`${action.agent}\` (${file}:${line ?? 1})`;
}

function toRunUnasked(
  { rule }: Decision,
  agent: AgentPolicy,
  matching: readonly ExplainedRule[],
  tool: LockedTool | undefined,
): string[] {
  if (agent.profile.risk === 'critical')
    return ['Lower the risk of the agent: a critical one always asks a person.'];
  if (rule !== undefined && rule === agent.scope.unattended?.reference)
    return [`To let it run without asking, change ${where(rule)}, or call on somebody's behalf.`];
  const floor = tool?.effectFrom === 'guess' ? undefined : tool && agent.judged.floor(tool.effect);
  if (tool !== undefined && floor?.tier === 'approval') return [describingOtherwise(tool, floor)];
  const holding = matching.filter((rule) => rule.says === 'approval');
  if (holding.length === 0)
    return ['To let it run without asking, put it into `tier_1_automatic` or `tier_2_logged`.'];
  return holding.map(
    (rule) => `To let it run without asking, move \`${rule.text}\` to a lower tier: ${where(rule.rule)}.`,
  );
}

function describingOtherwise({ key, effect }: LockedTool, { from }: Floor): string {
  const { file, line } = from.spot;
  return `The baseline of ${from.level} risk (${file}:${line}) asks a person for what is ${effect}; if \`${key}\` is not, say so under \`tools:\` of the workspace.`;
}

function toAllow(
  action: Action,
  agent: AgentPolicy,
  rules: readonly ExplainedRule[],
  matching: readonly ExplainedRule[],
): string[] {
  const failed = rules.filter((rule) => rule.condition?.outcome === 'failed');
  if (failed.length > 0)
    return [`Send arguments for which \`${failed[0]!.condition!.source}\` can be evaluated.`];
  const refusing = matching.filter((rule) => rule.says === 'deny' || rule.says === 'blocked');
  const granting = matching.length > refusing.length;
  const changes = refusing.map((rule) => `Remove \`${rule.text}\` from ${where(rule.rule)}.`);
  if (granting) return changes;
  return [...changes, `To allow it, ${adding(action, agent, 'allow')}.`, ...otherArguments(rules)];
}

/** Rules that would grant the call with other arguments. */
function otherArguments(rules: readonly ExplainedRule[]): string[] {
  return rules
    .filter(
      (rule) =>
        rule.condition?.outcome === 'does_not_hold' && rule.says !== 'deny' && rule.says !== 'blocked',
    )
    .map(
      (rule) =>
        `Or send arguments for which \`${rule.condition!.source}\` holds, as ${where(rule.rule)} asks.`,
    );
}
