/** Why a call is decided as it is: the same `decide`, with all rules that speak of the call. */
import { tiers } from '@remit/contracts';
import type { Action, Tier } from '@remit/contracts';
import type { AgentPolicy } from '../compile/agent.ts';
import { internals } from '../compile/compiled.ts';
import type { Compiled } from '../compile/compiled.ts';
import { countsModelCalls } from '../compile/limit.ts';
import type { Rule } from '../compile/rule.ts';
import { decide } from '../decide/decide.ts';
import { areaOf, targetRules } from '../decide/target.ts';
import { evaluate } from '../decide/tool.ts';
import { toolKey } from '../names/tool.ts';
import type { CompiledPolicy, Control, ExplainedRule, Explanation, StateSnapshot } from '../port.ts';
import { changesFor } from './changes.ts';

export function explain(policy: CompiledPolicy, action: Action, state: StateSnapshot): Explanation {
  const compiled = internals(policy);
  const agent = compiled.agentPolicies.get(action.agent);
  const decision = decide(policy, action, state);
  const found = agent === undefined ? [] : rulesAbout(compiled, agent, action, state);
  const rules = found
    .toSorted(bySeverity)
    .map((rule) => ({ ...rule, decisive: rule.rule === decision.rule }));
  const controls = agent === undefined ? [] : [...agent.controls.controls, ...modelLimits(agent)];
  const tool = compiled.tools.get(toolKey(action.server, action.target));
  const changes = changesFor(decision, action, agent, rules, tool, compiled.agentPolicies.keys());
  return { decision, rules, controls, changes };
}

/** Limits of model calls, which no decision of today reserves. */
function modelLimits({ limits }: AgentPolicy): Control[] {
  return limits.filter(countsModelCalls).map(({ kind, max, name, reference }) => ({
    name: `limits.${kind}`,
    text: `at most ${max}: ${name}`,
    rule: reference,
    from: 'policy',
    enforced: false,
  }));
}

type Found = Omit<ExplainedRule, 'decisive'>;

function rulesAbout(compiled: Compiled, agent: AgentPolicy, action: Action, state: StateSnapshot): Found[] {
  if (action.kind === 'tool_invoke') return toolRules(compiled, agent, action, state);
  const area = areaOf(action);
  return area === undefined ? [] : targetRules(agent, area, action).map((rule) => found(rule));
}

function toolRules(compiled: Compiled, agent: AgentPolicy, action: Action, state: StateSnapshot): Found[] {
  const { server, target } = action;
  const plan = agent.plan(server, target, compiled.tools.get(toolKey(server, target)));
  const { holding, failed } = evaluate(compiled, agent, plan, action, state);
  const conditional = plan.conditionals.flatMap(({ condition, rules }, index) => {
    const { source } = condition;
    const outcome = holding[index] === '1' ? 'holds' : failed?.index === index ? 'failed' : 'does_not_hold';
    const problem = failed?.index === index ? { problem: failed.failure.message } : {};
    return rules.map((rule) => found(rule, { source, outcome, ...problem }));
  });
  return [...plan.always.map((rule) => found(rule)), ...conditional];
}

function found(rule: Rule, condition?: ExplainedRule['condition']): Found {
  return { rule: rule.reference, says: rule.says, text: rule.text, ...(condition && { condition }) };
}

function weight(says: ExplainedRule['says']): number {
  if (says === 'deny') return tiers.length;
  return says === 'allow' ? -1 : tiers.indexOf(says satisfies Tier);
}

function bySeverity(left: Found, right: Found): number {
  const byPlace =
    left.rule.file === right.rule.file
      ? left.rule.line - right.rule.line
      : left.rule.file < right.rule.file
        ? -1
        : 1;
  return weight(right.says) - weight(left.says) || byPlace;
}
