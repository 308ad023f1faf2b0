/** What an agent was recorded to use, as the least that it needs. */
import { suggest, type CompiledPolicy, type Suggestion } from '@remit/policy';
import { nameOf } from './name.ts';
import type { RecordedCall } from './recorded-calls.ts';

/** Ran, or waited for a person. What the policy refused was asked for, but not granted. */
export function isUse({ ran, was }: RecordedCall): boolean {
  return ran || was.effect === 'approve';
}

/** @param calls those of this agent. */
export function suggestionFor(
  policy: CompiledPolicy,
  agent: string,
  calls: readonly RecordedCall[],
): Suggestion {
  const uses = calls
    .filter(isUse)
    .map(({ action }) => ({ kind: action.kind, name: nameOf(action), arguments: action.arguments }));
  return suggest(policy, agent, uses);
}
