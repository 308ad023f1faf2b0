/** What a policy decides otherwise, as far as that is told in a moment: `remit diff` tells all of it. */
import { bounds } from '@remit/contracts';
import { diffPoliciesInSteps, type CompiledPolicy, type PolicyDiff } from '@remit/policy';

export async function difference(
  before: CompiledPolicy,
  after: CompiledPolicy,
  pause: () => Promise<unknown> | undefined,
): Promise<PolicyDiff & { decisions_left_out: number }> {
  const { activation_calls_tried_max: calls_max, activation_changes_max: listed_max } = bounds;
  const diff = await diffPoliciesInSteps(before, after, calls_max, pause);
  const decisions = diff.decisions.slice(0, listed_max);
  return { ...diff, decisions, decisions_left_out: diff.decisions.length - decisions.length };
}
