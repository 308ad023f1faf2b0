/**
 * What the policy says of one action: a pure function of policy, action and state (invariant 7).
 * The policy's answer is worked out first; the mode then says whether it is enforced.
 */
import type { Action, Decision, RefusalCode, Reservation } from '@remit/contracts';
import type { AgentPolicy } from '../compile/agent.ts';
import { internals } from '../compile/compiled.ts';
import type { Compiled } from '../compile/compiled.ts';
import { LimitFailure, reservationsFor } from '../compile/reservation.ts';
import type { Outcome } from '../compile/plan.ts';
import type { Ruling } from '../compile/ruling.ts';
import type { CompiledPolicy, StateSnapshot } from '../port.ts';
import { flowed } from './flowed.ts';
import { scoped } from './scoped.ts';
import { inactive, limitFailed, unknownAgent } from './refusals.ts';
import { targetAnswer } from './target.ts';
import { toolAnswer } from './tool.ts';

/** @throws Fault `not_a_policy`; nothing else: whatever goes wrong inside denies. */
export function decide(policy: CompiledPolicy, action: Action, state: StateSnapshot): Decision {
  const compiled = internals(policy);
  const agent = compiled.agentPolicies.get(action.agent);
  const outcome = flowed(agent, action, state, answer(compiled, agent, action, state));
  const { ruling, reservations } = counted(action, outcome);
  const mode = agent?.profile.mode ?? compiled.workspace.mode;
  const passes = mode === 'observe' && letThrough(compiled, agent, ruling);
  const effect = passes ? 'allow' : ruling.effect;
  const decision: Decision = {
    id: state.decision_id,
    effect,
    policy_effect: ruling.effect,
    mode,
    reasons: ruling.reasons,
    policy_version: compiled.version,
    reservations: effect === 'deny' ? [] : reservations,
  };
  addDetail(decision, ruling);
  if (effect !== 'deny' && agent?.data !== undefined) decision.data = agent.data;
  if (state.flow !== undefined) decision.flow = state.flow;
  const approval = outcome.approval ?? agent?.approval;
  if (effect === 'approve' && approval !== undefined) decision.approval = approval;
  return decision;
}

/** With what the call has to reserve. A limit that cannot be counted denies, like a condition that cannot be evaluated. */
function counted(
  action: Action,
  { ruling, limits }: Outcome,
): { ruling: Ruling; reservations: Reservation[] } {
  try {
    return { ruling, reservations: reservationsFor(limits, action) };
  } catch (failure) {
    if (!(failure instanceof LimitFailure)) throw failure;
    const refused = ruling.effect === 'deny' ? ruling : limitFailed(action, failure, ruling.tier);
    return { ruling: refused, reservations: [] };
  }
}

function answer(
  compiled: Compiled,
  agent: AgentPolicy | undefined,
  action: Action,
  state: StateSnapshot,
): Outcome {
  if (state.agent_status !== 'active') return { ruling: inactive(action, state.agent_status), limits: [] };
  if (action.kind === 'tool_invoke')
    return scoped(compiled, agent, action, state, toolAnswer(compiled, agent, action, state));
  if (agent === undefined) return { ruling: unknownAgent(action), limits: [] };
  return scoped(compiled, agent, action, state, targetAnswer(compiled, agent, action));
}

function addDetail(decision: Decision, { code, tier, rule, remedy }: Ruling): void {
  if (code !== undefined) decision.code = code;
  if (tier !== undefined) decision.tier = tier;
  if (rule !== undefined) decision.rule = rule;
  if (remedy !== undefined) decision.remedy = remedy;
}

/** Refusals that observe mode does not let through (invariant 3). */
const closedInEveryMode: ReadonlySet<RefusalCode> = new Set(['agent_suspended', 'tool_changed']);

function letThrough(compiled: Compiled, agent: AgentPolicy | undefined, ruling: Ruling): boolean {
  if (ruling.code !== undefined && closedInEveryMode.has(ruling.code)) return false;
  if (ruling.tier === 'blocked' && compiled.keepTier4Blocked) return false;
  // An agent without a document is let through only where nobody has written any.
  return agent !== undefined || compiled.observesEveryone;
}
