/**
 * Examples of calls and the decisions that are expected of them, in `*.test.yaml` beside the policy:
 *
 *     agent: customer-support
 *     tests:
 *       - name: looks customers up unasked
 *         call: customer-lookup
 *         args: { customer_id: C-1001 }
 *         expect: allow
 *       - name: a runaway loop meets its limit
 *         steps:
 *           - { call: ticket-update, args: { ticket_id: T-1 }, times: 30, expect: allow }
 *           - { call: ticket-update, args: { ticket_id: T-1 }, expect: { effect: deny, code: rate_limited } }
 *           - { wait: 1m }
 *           - { call: ticket-update, args: { ticket_id: T-1 }, expect: allow }
 *
 * `labels` is what the conversation has read before the step; `result` or `error` is what the tool answers,
 * which later steps have then read. `agent`, `user`, `now` and `context` of the file hold for each test and those of a test for each of
 * its steps, unless they say otherwise. Each test starts anew: limits and conversations are its own.
 */
import { effectSchema, refusalCodes, tiers } from '@remit/contracts';
import type { Context, Effect, JsonObject, JsonValue, RefusalCode, Tier } from '@remit/contracts';
import { Findings } from '../diagnostics.ts';
import type { Spot } from '../diagnostics.ts';
import { listOf, oneOf, oneOrMore, readPositive, readWord, shaped } from '../document/reading.ts';
import type { Reader, Word } from '../document/reading.ts';
import { readDocuments } from '../document/tree.ts';
import type { Diagnostic, SourceFile } from '../port.ts';
import { readContext, readJson, readJsonObject, readSpan, readTime } from './values.ts';

/** What a decision has to be; what is left out does not matter. */
export interface Expectation {
  effect?: Effect;
  tier?: Tier;
  code?: RefusalCode;
  /** A part of the deciding rule's name, as `remit explain` shows it. */
  rule?: string;
  /** A part of the reason. */
  reason?: string;
}

export interface ExampleCall {
  kind: 'call';
  /** Where its tool is named. */
  spot: Spot;
  agent: string;
  user?: string;
  context: Context;
  tool: string;
  arguments: JsonObject;
  /** How often the call is made; each has to be decided as expected. */
  times: number;
  /** What the conversation has read before, in words of flow rules. */
  labels: string[];
  /** What the tool answers, where the example says so. */
  answer?: { result: 'success' | 'error'; value: JsonValue };
  expect: Expectation;
}

type ExampleStep = ExampleCall | { kind: 'wait'; spot: Spot; wait_ms: number };

export interface Example {
  name: string;
  spot: Spot;
  /** RFC 3339: the time of its first call. */
  now: string;
  steps: ExampleStep[];
}

/** Who calls and when, where a test or step does not say so itself. */
interface Defaults {
  agent?: Word;
  user?: Word;
  now?: string;
  context?: Context;
}

interface StepKeys extends Omit<Defaults, 'now'> {
  call: Word;
  args: JsonObject;
  times: number;
  labels: Word[];
  result: JsonValue;
  error: JsonValue;
  expect: Expectation;
  wait: number;
}

interface TestKeys extends StepKeys {
  name: Word;
  now: string;
  steps: Step[];
}

type Step = Partial<StepKeys> & { spot: Spot };

const readExpectationKeys = shaped<Required<Expectation>>({
  what: 'an expectation',
  keys: {
    effect: oneOf(effectSchema.options),
    tier: oneOf(tiers),
    code: oneOf(refusalCodes),
    rule: (tree, reading) => readWord(tree, reading)?.text,
    reason: (tree, reading) => readWord(tree, reading)?.text,
  },
});

const readExpectation: Reader<Expectation> = (tree, reading) => {
  if (tree.kind === 'mapping') return readExpectationKeys(tree, reading);
  const effect = oneOf(effectSchema.options)(tree, reading);
  return effect && { effect };
};

const callKeys = {
  agent: readWord,
  user: readWord,
  context: readContext,
  call: readWord,
  args: readJsonObject,
  times: readPositive,
  labels: oneOrMore(readWord),
  result: readJson,
  error: readJson,
  expect: readExpectation,
  wait: readSpan,
};

const readStepKeys = shaped<StepKeys>({ what: 'a step', keys: callKeys });
const readStep: Reader<Step> = (tree, reading) => {
  const read = readStepKeys(tree, reading);
  return read && { ...read, spot: tree.spot };
};

const readTestKeys = shaped<TestKeys>({
  what: 'a test',
  keys: { name: readWord, now: readTime, steps: listOf(readStep), ...callKeys },
  required: ['name'],
});
const readTest: Reader<Partial<TestKeys> & { spot: Spot }> = (tree, reading) => {
  const read = readTestKeys(tree, reading);
  return read && { ...read, spot: tree.spot };
};

interface FileKeys extends Defaults {
  tests: (Partial<TestKeys> & { spot: Spot })[];
}

const readFileKeys = shaped<Required<FileKeys>>({
  what: 'a file of tests',
  keys: { agent: readWord, user: readWord, now: readTime, context: readContext, tests: listOf(readTest) },
  required: ['tests'],
});

/** A Monday at noon: a file that says nothing of time gets the same one each time. */
const NOW = '2026-01-05T12:00:00.000Z';

/** The examples of one file, in the order in which they stand; none where anything is wrong with it. */
export function readExamples(file: SourceFile): { examples: Example[]; diagnostics: Diagnostic[] } {
  const findings = new Findings();
  const examples = readDocuments(file, findings).flatMap((tree) => {
    const read = readFileKeys(tree, { findings, path: '' });
    return (read?.tests ?? []).flatMap((test) => exampleOf(test, read ?? {}, findings) ?? []);
  });
  return { examples: findings.hasErrors ? [] : examples, diagnostics: findings.list };
}

function exampleOf(test: FileKeys['tests'][number], file: Defaults, findings: Findings): Example | undefined {
  const { name, spot, steps, now, ...own } = test;
  if (name === undefined) return undefined;
  const defaults = { ...file, ...own };
  if (steps !== undefined && test.call !== undefined) {
    findings.error(
      'invalid_value',
      `test \`${name.text}\` has both \`call\` and \`steps\``,
      spot,
      'put the call into a step',
    );
    return undefined;
  }
  const read = (steps ?? [{ ...own, spot }]).map((step) => stepOf(step, defaults, findings));
  return { name: name.text, spot, now: now ?? file.now ?? NOW, steps: read.flatMap((step) => step ?? []) };
}

/** One that fails is still read. */
function answerOf({ result, error }: Step): Pick<ExampleCall, 'answer'> {
  if (error !== undefined) return { answer: { result: 'error', value: error } };
  return result === undefined ? {} : { answer: { result: 'success', value: result } };
}

function stepOf(
  step: Step,
  defaults: Defaults & Partial<StepKeys>,
  findings: Findings,
): ExampleStep | undefined {
  const { spot, wait, call } = step;
  if (wait !== undefined && call === undefined) return { kind: 'wait', spot, wait_ms: wait };
  const [agent, user] = [step.agent ?? defaults.agent, step.user ?? defaults.user];
  const missing = call === undefined ? 'call' : agent === undefined ? 'agent' : undefined;
  if (missing !== undefined || step.expect === undefined || wait !== undefined) {
    const message = wait === undefined ? `\`${missing ?? 'expect'}\` is missing` : '`wait` stands alone';
    findings.error(
      'missing_key',
      message,
      spot,
      'a step is `{ call, args, expect }`, of an `agent`, or `{ wait }`',
    );
    return undefined;
  }
  return {
    kind: 'call',
    spot: call!.spot,
    agent: agent!.text,
    ...(user && { user: user.text }),
    context: step.context ?? defaults.context ?? {},
    tool: call!.text,
    arguments: step.args ?? defaults.args ?? {},
    times: step.times ?? 1,
    labels: (step.labels ?? []).map((word) => word.text),
    ...answerOf(step),
    expect: step.expect,
  };
}
