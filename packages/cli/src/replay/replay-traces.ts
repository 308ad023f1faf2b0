/**
 * Runs from a traces file, decided by this policy. Each run starts anew, with the labels that it
 * names, and carries limits, what was read and where values come from, from one of its calls to the next. Nothing here looks at a clock, so the
 * same policy and file give the same answers.
 */
import type { Effect, Performed, RuleReference } from '@remit/contracts';
import { ArgumentChecks, Rehearsal } from '@remit/enforce';
import type { CompiledPolicy } from '@remit/policy';
import { rehearse } from '../rehearsal/rehearse.ts';
import type { TracedCall, TracedRun } from './traces.ts';

/** One line of `replay --traces --json`; null where there is nothing to say. */
export interface ReplayedCall {
  run: string | number;
  index: number;
  tool: string;
  effect: Effect;
  tier: string | null;
  rule: RuleReference | null;
  code: string | null;
  reason: string;
  /** What the policy says, where observe mode let the call through. */
  policy_effect?: string;
}

/** The clock of a run that does not say when it was: a Monday at noon, the same as for examples. */
const NOW = '2026-01-05T12:00:00Z';

export async function* replayRuns(
  policy: CompiledPolicy,
  runs: AsyncIterable<TracedRun>,
): AsyncGenerator<ReplayedCall & { agent: string }> {
  const checks = new ArgumentChecks();
  for await (const run of runs) {
    const rehearsal = new Rehearsal(policy, checks);
    let at_ms = Date.parse(run.at ?? NOW);
    for (const [index, call] of run.calls.entries()) {
      if (call.at !== undefined) at_ms = Date.parse(call.at);
      yield await replayed(policy, rehearsal, run, call, index, at_ms);
    }
  }
}

async function replayed(
  policy: CompiledPolicy,
  rehearsal: Rehearsal,
  { run, agent, user, labels }: TracedRun,
  call: TracedCall,
  index: number,
  at_ms: number,
): Promise<ReplayedCall & { agent: string }> {
  const answer = await rehearse(rehearsal, policy, {
    agent,
    user,
    tool: call.tool,
    arguments: call.arguments,
    context: { conversation_id: `run ${run}`.slice(0, 256) },
    at_ms,
    labels,
    performed: performedAs(call),
  });
  const { effect, policy_effect, tier = null, rule = null, code = null, reason } = answer;
  const said = effect === policy_effect ? {} : { policy_effect };
  return { run, index, tool: call.tool, effect, tier, rule, code, reason, ...said, agent };
}

function performedAs({ result, error }: TracedCall): Performed | undefined {
  if (error !== undefined) return { result: 'error', value: error };
  return result === undefined ? undefined : { result: 'success', value: result };
}
