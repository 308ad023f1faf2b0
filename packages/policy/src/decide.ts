/**
 * What the policy says of one action: a pure function of policy, action and state (invariant 7).
 * The policy's answer is worked out first; the mode then says whether it is enforced.
 */
import type { Action, DataRules, Decision, Mode, RefusalCode } from '@remit/contracts';
import type { AgentPolicy } from './compile/agent.ts';
import { internals } from './compile/compiled.ts';
import type { Compiled } from './compile/compiled.ts';
import { reservationsFor } from './compile/limit.ts';
import type { AppliedLimit } from './compile/limit.ts';
import type { Plan } from './compile/plan.ts';
import { notPermitted } from './compile/ruling.ts';
import type { Ruling } from './compile/ruling.ts';
import { ConditionFailure } from './condition/conditions.ts';
import type { Condition, Facts } from './condition/conditions.ts';
import type { CelValue } from './condition/value.ts';
import { targetRuling } from './decide-target.ts';
import { toolKey } from './names/tool.ts';
import type { CompiledPolicy, StateSnapshot } from './port.ts';

interface Answer {
  ruling: Ruling;
  limits: readonly AppliedLimit[];
}

const NO_LIMITS: readonly AppliedLimit[] = [];

/** @throws Fault `not_a_policy`; nothing else: whatever goes wrong inside denies. */
export function decide(policy: CompiledPolicy, action: Action, state: StateSnapshot): Decision {
  const compiled = internals(policy);
  const agent = compiled.agentPolicies.get(action.agent);
  const mode = agent?.profile.mode ?? compiled.workspace.mode;
  return decisionOf(compiled, agent, mode, action, state, answer(compiled, agent, action, state));
}

function answer(
  compiled: Compiled,
  agent: AgentPolicy | undefined,
  action: Action,
  state: StateSnapshot,
): Answer {
  if (state.agent_status !== 'active') return only(inactive(action, state.agent_status));
  if (action.kind === 'tool_invoke') return toolAnswer(compiled, agent, action, state);
  if (agent === undefined) return only(unknownAgent(action));
  const ruling = targetRuling(agent, action);
  return {
    ruling,
    limits:
      action.kind === 'sampling' || action.kind === 'elicitation'
        ? NO_LIMITS
        : agent.limits.filter((limit) => limit.tool === undefined),
  };
}

function toolAnswer(
  compiled: Compiled,
  agent: AgentPolicy | undefined,
  action: Action,
  state: StateSnapshot,
): Answer {
  const tool = compiled.tools.get(toolKey(action.server, action.target));
  if (compiled.locked && tool === undefined) return only(unknownTool(action));
  if (tool !== undefined && action.tool_digest !== undefined && action.tool_digest !== tool.digest)
    return only(toolChanged(action));
  if (agent === undefined) return only(unknownAgent(action));
  const plan = agent.plan(action.server, action.target, tool);
  if (plan.conditionals.length === 0) return plan.outcome([]);
  return conditionalAnswer(compiled, agent, plan, action, state);
}

/** Every condition is evaluated, so that which of them fails never depends on their order. */
function conditionalAnswer(
  compiled: Compiled,
  agent: AgentPolicy,
  plan: Plan,
  action: Action,
  state: StateSnapshot,
): Answer {
  const facts = factsOf(compiled, agent, plan, action, state);
  const holding: boolean[] = [];
  let failed: Ruling | undefined;
  for (const { condition, rules } of plan.conditionals) {
    try {
      holding.push(condition.holds(facts));
    } catch (error) {
      if (!(error instanceof ConditionFailure)) throw error;
      holding.push(false);
      failed ??= conditionFailed(plan.subject.name, condition, error, rules[0]?.reference);
    }
  }
  return failed === undefined ? plan.outcome(holding) : only(failed);
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
  };
}

/** Empty where the agent acts on nobody's behalf. */
function userFacts(compiled: Compiled, { user }: Action): Map<string, CelValue> {
  if (user === undefined) return new Map();
  return new Map<string, CelValue>([
    ['id', user],
    ['groups', [...(compiled.groupsOf.get(user) ?? [])]],
  ]);
}

function conversationFacts({ context }: Action): Map<string, CelValue> {
  const facts = new Map<string, CelValue>();
  if (context.conversation_id !== undefined) facts.set('id', context.conversation_id);
  if (context.customer_id !== undefined) facts.set('customer_id', context.customer_id);
  if (context.triggered_by !== undefined) facts.set('triggered_by', context.triggered_by);
  return facts;
}

function only(ruling: Ruling): Answer {
  return { ruling, limits: NO_LIMITS };
}

function inactive(action: Action, status: StateSnapshot['agent_status']): Ruling {
  return {
    effect: 'deny',
    code: 'agent_suspended',
    reasons: [`Agent \`${action.agent}\` is ${status}: nothing that it asks for is done.`],
    remedy: 'Stop, and tell the owner of this agent. Only an operator can resume it.',
  };
}

function unknownAgent(action: Action): Ruling {
  const subject = { kind: action.kind, name: `${action.server}/${action.target}`, effect: 'write' } as const;
  return {
    ...notPermitted({ agent: action.agent, risk: undefined }, subject),
    remedy: 'Ask the owner of this workspace to write a policy for this agent.',
  };
}

function unknownTool(action: Action): Ruling {
  return {
    effect: 'deny',
    code: 'unknown_tool',
    reasons: [
      `Tool \`${action.server}/${action.target}\` is not in \`tools.lock\`, so nobody has checked what it does.`,
    ],
    remedy:
      'Use another tool, or ask an operator to review it with `remit tools diff` and `remit tools accept`.',
  };
}

function toolChanged(action: Action): Ruling {
  return {
    effect: 'deny',
    code: 'tool_changed',
    reasons: [`Tool \`${action.server}/${action.target}\` has changed since its definition was accepted.`],
    remedy:
      'Use another tool, or ask an operator to review the change with `remit tools diff` and `remit tools accept`.',
  };
}

function conditionFailed(
  tool: string,
  condition: Condition,
  failure: ConditionFailure,
  rule: Ruling['rule'],
): Ruling {
  const { file, line } = condition.spot;
  return {
    effect: 'deny',
    code: 'denied_by_policy',
    reasons: [
      `The condition \`${condition.source}\` (${file}:${line}) cannot be evaluated for this call of \`${tool}\`: ${failure.message}.`,
    ],
    remedy:
      'Send all arguments that the tool declares, each in its type; if they are right, tell the owner of this policy.',
    ...(rule === undefined ? {} : { rule }),
  };
}

/** Refusals that observe mode does not let through (invariant 3). */
const closedInEveryMode: ReadonlySet<RefusalCode> = new Set(['agent_suspended', 'tool_changed']);

function decisionOf(
  compiled: Compiled,
  agent: AgentPolicy | undefined,
  mode: Mode,
  action: Action,
  state: StateSnapshot,
  { ruling, limits }: Answer,
): Decision {
  const passes = mode === 'enforce' ? false : letThrough(compiled, agent, ruling);
  const effect = passes ? 'allow' : ruling.effect;
  const decision: Decision = {
    id: state.decision_id,
    effect,
    policy_effect: ruling.effect,
    mode,
    reasons: ruling.reasons,
    policy_version: compiled.version,
    reservations: effect === 'deny' ? [] : reservationsFor(limits, action),
  };
  if (ruling.code !== undefined) decision.code = ruling.code;
  if (ruling.tier !== undefined) decision.tier = ruling.tier;
  if (ruling.rule !== undefined) decision.rule = ruling.rule;
  if (ruling.remedy !== undefined) decision.remedy = ruling.remedy;
  const data: DataRules | undefined = effect === 'deny' ? undefined : agent?.data;
  if (data !== undefined) decision.data = data;
  return decision;
}

function letThrough(compiled: Compiled, agent: AgentPolicy | undefined, ruling: Ruling): boolean {
  if (ruling.code !== undefined && closedInEveryMode.has(ruling.code)) return false;
  if (ruling.tier === 'blocked' && compiled.keepTier4Blocked) return false;
  // An agent without a document is let through only where nobody has written any.
  return agent !== undefined || compiled.observesEveryone;
}
