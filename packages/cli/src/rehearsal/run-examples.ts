/** Runs the examples of `*.test.yaml` through a rehearsal of enforcement: nothing is sent or recorded. */
import { ArgumentChecks, Rehearsal } from '@remit/enforce';
import { mismatches, unknownLabel, type CompiledPolicy, type Example, type ExampleCall } from '@remit/policy';
import { CommandFault, exitCodes } from '../exit-code.ts';
import { rehearse, type Answer, type DescribedCall } from './rehearse.ts';

/** A call that was not decided as expected. */
interface ExampleFailure {
  file: string;
  line: number;
  column: number;
  tool: string;
  agent: string;
  /** Which of `times` it was, from 1 on. */
  time: number;
  /** Like `effect is allow, not deny`. */
  problems: string[];
  decided: Pick<Answer, 'effect' | 'tier' | 'code' | 'rule' | 'reason'>;
}

export interface ExampleResult {
  name: string;
  file: string;
  line: number;
  ok: boolean;
  /** At most one: what comes after a call that went otherwise says little. */
  failures: ExampleFailure[];
}

export async function runExamples(
  policy: CompiledPolicy,
  examples: readonly Example[],
): Promise<ExampleResult[]> {
  const checks = new ArgumentChecks();
  const results: ExampleResult[] = [];
  for (const example of examples) {
    const failure = await firstFailure(example, policy, checks);
    const { file, line } = example.spot;
    const failures = failure === undefined ? [] : [failure];
    results.push({ name: example.name, file, line, ok: failure === undefined, failures });
  }
  return results;
}

async function firstFailure(
  { steps, now, name }: Example,
  policy: CompiledPolicy,
  checks: ArgumentChecks,
): Promise<ExampleFailure | undefined> {
  const rehearsal = new Rehearsal(policy, checks);
  let now_ms = Date.parse(now);
  for (const step of steps) {
    if (step.kind === 'wait') {
      now_ms += step.wait_ms;
      continue;
    }
    refuseUnknownLabels(step, policy);
    const call = describedBy(step, name, now_ms);
    for (let time = 1; time <= step.times; time += 1) {
      const decided = await rehearse(rehearsal, policy, call);
      const failure = failureOf(step, time, decided);
      if (failure !== undefined) return failure;
    }
  }
  return undefined;
}

/** @throws CommandFault `unknown_label` with its place: a misspelled label would test nothing. */
function refuseUnknownLabels({ labels, spot }: ExampleCall, policy: CompiledPolicy): void {
  const word = unknownLabel(policy, labels);
  if (word === undefined) return;
  const { file, line, column } = spot;
  throw new CommandFault(exitCodes.no, 'unknown_label', `There is no label \`${word}\`.`, {
    place: { file, line, column },
    remedy: 'Use a trust, a sensitivity, or a class of data, as in the `from` of a flow.',
  });
}

/** Calls of one example belong to one conversation, unless they say otherwise. */
function describedBy(step: ExampleCall, name: string, at_ms: number): DescribedCall {
  const context = Object.assign({ conversation_id: `example ${name}` }, step.context);
  const { answer, ...call } = step;
  return { ...call, context, at_ms, performed: answer };
}

/** A test says what the policy says; whether it is enforced yet is another question. */
function failureOf(step: ExampleCall, time: number, answer: Answer): ExampleFailure | undefined {
  const { tier, code, rule, reason, policy_effect: effect } = answer;
  const decided = {
    effect,
    ...(tier && { tier }),
    ...(code !== undefined && { code }),
    ...(rule && { rule }),
    reason,
  };
  const problems = mismatches(step.expect, decided);
  if (problems.length === 0) return undefined;
  return { ...step.spot, tool: step.tool, agent: step.agent, time, problems, decided };
}
