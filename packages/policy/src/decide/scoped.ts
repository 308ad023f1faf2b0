/** The answer, once it is known whether the call is within the agent's scope. */
import type { Action } from '@remit/contracts';
import type { AgentPolicy } from '../compile/agent.ts';
import type { Compiled } from '../compile/compiled.ts';
import type { Outcome } from '../compile/plan.ts';
import { approvable, where } from '../compile/ruling.ts';
import type { Ruling } from '../compile/ruling.ts';
import type { StateSnapshot } from '../port.ts';
import type { Outside } from '../scope/scope.ts';
import { comesFromServer } from './target.ts';

/** What a server asks for during a call is part of that call, whose scope was looked at. */
export function scoped(
  compiled: Compiled,
  agent: AgentPolicy | undefined,
  action: Action,
  state: StateSnapshot,
  outcome: Outcome,
): Outcome {
  if (agent?.scope.limited !== true || outcome.ruling.effect === 'deny') return outcome;
  if (comesFromServer(action.kind)) return outcome;
  const outside = agent.scope.outside(action, compiled.environmentOf(action.server), state.now);
  if (outside !== undefined) return { ...outcome, ruling: outOfScope(action, outside), limits: [] };
  const { unattended } = agent.scope;
  if (unattended?.value !== 'approve' || action.user !== undefined) return outcome;
  if (outcome.ruling.effect !== 'allow' || !approvable.includes(action.kind)) return outcome;
  return { ...outcome, ruling: heldUnattended(outcome.ruling, action, unattended.reference) };
}

function outOfScope(action: Action, { rule, reason }: Outside): Ruling {
  return {
    effect: 'deny',
    code: 'out_of_scope',
    rule,
    reasons: [
      `This call of \`${action.server}/${action.target}\` is outside the scope of agent \`${action.agent}\` (${where(rule)}): ${reason}.`,
    ],
    remedy: 'Do not send this call again as it is; stay within the scope, or tell the person you work for.',
  };
}

function heldUnattended(ruling: Ruling, action: Action, rule: NonNullable<Ruling['rule']>): Ruling {
  const name = `${action.server}/${action.target}`;
  const why = `A person has to approve this call of \`${name}\`, since it is made on nobody’s behalf (${where(rule)}).`;
  return {
    effect: 'approve',
    code: 'approval_pending',
    tier: 'approval',
    rule,
    reasons: [why, ...ruling.reasons],
    remedy: 'Wait until a person has approved it, then send the same call again with the same arguments.',
  };
}
