/**
 * This Remit's own recorded calls, decided anew by another policy: each at its own time, in its own
 * order, with the state that the calls before it left behind.
 */
import type { Action, RuleReference } from '@remit/contracts';
import { Rehearsal } from '@remit/enforce';
import type { CompiledPolicy } from '@remit/policy';
import { nameOf } from '../recorded/name.ts';
import type { RecordedCall, WasDecided } from '../recorded/recorded-calls.ts';

/** A call that would be decided otherwise. */
export interface ChangedCall {
  id: string;
  at: string;
  agent: string;
  kind: Action['kind'];
  /** As policies write it: `server/tool`, a URI, a server. */
  tool: string;
  before: WasDecided;
  after: Omit<WasDecided, 'version'> & { rule_place?: RuleReference; reason: string };
}

/**
 * Yields the changes, in the order of the calls. Calls before `from` only leave their state behind: the
 * limits of a policy look back as far as their longest window.
 */
export async function* changedDecisions(
  policy: CompiledPolicy,
  calls: readonly RecordedCall[],
  from: string,
): AsyncGenerator<ChangedCall> {
  const rehearsal = new Rehearsal(policy);
  for (const call of calls) {
    const changed = await decidedAnew(rehearsal, call);
    if (changed !== undefined && call.action.received_at >= from) yield changed;
  }
}

/** What the policy now lets through counts as sent; what waited for a person in vain waits again. */
async function decidedAnew(
  rehearsal: Rehearsal,
  { id, action, was, ran }: RecordedCall,
): Promise<ChangedCall | undefined> {
  // A suspended agent is refused under every policy.
  if (was.code === 'agent_suspended') return undefined;
  const held = !ran && was.effect === 'approve';
  const { policy_effect: effect, tier, code, rule, reason } = await rehearsal.call(action, { agreed: !held });
  const same = effect === was.effect && tier === was.tier && (effect !== 'deny' || code === was.code);
  if (same) return undefined;
  const after = {
    effect,
    ...(tier && { tier }),
    ...(code !== undefined && { code }),
    ...(rule && { rule: rule.name, rule_place: rule }),
    reason,
  };
  const { agent, kind, received_at: at } = action;
  return { id, at, agent, kind, tool: nameOf(action), before: was, after };
}
