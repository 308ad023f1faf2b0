/** The answer to a tool call: is the tool what was accepted, and what do the rules say of it? */
import type { Action } from '@remit/contracts';
import type { AgentPolicy } from '../compile/agent.ts';
import type { Compiled } from '../compile/compiled.ts';
import type { Outcome, Plan } from '../compile/plan.ts';
import type { Rule } from '../compile/rule.ts';
import type { Ruling } from '../compile/ruling.ts';
import { ConditionFailure } from '../condition/conditions.ts';
import type { Facts } from '../condition/conditions.ts';
import type { CelValue } from '../condition/value.ts';
import { isSpent } from '../condition/work.ts';
import { toolKey } from '../names/tool.ts';
import type { LockedTool } from '../names/tool.ts';
import type { StateSnapshot } from '../port.ts';
import { conditionFailed, toolChanged, unknownAgent, unknownTool } from './refusals.ts';

export function toolAnswer(
  compiled: Compiled,
  agent: AgentPolicy | undefined,
  action: Action,
  state: StateSnapshot,
): Outcome {
  const tool = compiled.tools.get(toolKey(action.server, action.target));
  if (compiled.locked && tool === undefined) {
    const blocked = agent?.plan(action.server, action.target, undefined).always.some(blocks) === true;
    return { ruling: withTier4(unknownTool(action), blocked), limits: [] };
  }
  if (tool !== undefined && differs(action, tool)) return { ruling: toolChanged(action), limits: [] };
  if (agent === undefined) return { ruling: unknownAgent(action), limits: [] };
  const plan = agent.plan(action.server, action.target, tool);
  if (plan.conditionals.length === 0) return plan.outcome('');
  const { holding, failed } = evaluate(compiled, agent, plan, action, state);
  if (failed === undefined) return plan.outcome(holding);
  const { condition, rules } = plan.conditionals[failed.index]!;
  const ruling = conditionFailed(plan.subject.name, condition, failed.failure, rules[0]?.reference);
  return { ruling: withTier4(ruling, mayBeBlocked(plan, holding)), limits: [] };
}

const blocks = (rule: Rule): boolean => rule.says === 'blocked';

/** The tier is told with any refusal: tier 4 can stay blocked in observe mode, whatever is sent. */
function withTier4(ruling: Ruling, blocked: boolean): Ruling {
  return blocked ? { ...ruling, tier: 'blocked' } : ruling;
}

/** True where a rule of tier 4 matches the call, or it cannot be said that it does not. */
function mayBeBlocked(plan: Plan, holding: string): boolean {
  return (
    plan.always.some(blocks) ||
    plan.conditionals.some(({ rules }, index) => holding[index] !== '0' && rules.some(blocks))
  );
}

/** A call that does not say which definition it was made for (an explanation, say) is not compared. */
function differs(action: Action, tool: LockedTool): boolean {
  return action.tool_digest !== undefined && action.tool_digest !== tool.digest;
}

export interface Evaluated {
  /** For each conditional of the plan `1` where it holds, `0` where it does not, `x` where that cannot be said. */
  holding: string;
  /** The first condition that could not be evaluated: the call is denied. */
  failed?: { index: number; failure: ConditionFailure };
}

/**
 * Every condition is evaluated, so that no order of rules can keep a failing one from denying, until they have
 * cost too much together: then one has failed, and nothing is known of the rest.
 */
export function evaluate(
  compiled: Compiled,
  agent: AgentPolicy,
  plan: Plan,
  action: Action,
  state: StateSnapshot,
): Evaluated {
  const facts = factsOf(compiled, agent, plan, action, state);
  const evaluated: Evaluated = { holding: '' };
  for (const { condition } of plan.conditionals) {
    if (isSpent(facts.spent)) {
      evaluated.holding += 'x';
      continue;
    }
    try {
      evaluated.holding += condition.holds(facts) ? '1' : '0';
    } catch (failure) {
      if (!(failure instanceof ConditionFailure)) throw failure;
      evaluated.failed ??= { index: evaluated.holding.length, failure };
      evaluated.holding += 'x';
    }
  }
  return evaluated;
}

function factsOf(
  compiled: Compiled,
  agent: AgentPolicy,
  plan: Plan,
  action: Action,
  state: StateSnapshot,
): Facts {
  return {
    args: action.arguments,
    agent: agent.facts,
    tool: plan.tool,
    user: () => userFacts(compiled, action),
    conversation: () => conversationFacts(action),
    environment: compiled.workspace.environment,
    now: state.now,
    spent: { steps: 0 },
  };
}

/** Empty where the agent acts on nobody's behalf. */
function userFacts(compiled: Compiled, { user }: Action): Map<string, CelValue> {
  const facts = new Map<string, CelValue>();
  if (user === undefined) return facts;
  return facts.set('id', user).set('groups', [...compiled.groupsOf(user)]);
}

function conversationFacts({ context }: Action): Map<string, CelValue> {
  const facts = new Map<string, CelValue>();
  if (context.conversation_id !== undefined) facts.set('id', context.conversation_id);
  if (context.customer_id !== undefined) facts.set('customer_id', context.customer_id);
  if (context.triggered_by !== undefined) facts.set('triggered_by', context.triggered_by);
  return facts;
}
