/** Stages 2 and 6: what is in the arguments, in interim messages, in the result. */
import { isJsonObject, type Action, type Decision, type JsonObject } from '@remit/contracts';
import type { JsonValue, Performed, RefusalCode } from '@remit/contracts';
import { type Pseudonym, redactResult, refuseArguments, type Removed } from '@remit/inspect';
import { lockedTool } from '@remit/policy';
import type { Ports } from './ports.ts';

export interface Objection {
  code: RefusalCode;
  reason: string;
}

/** Why the arguments cannot be sent, whatever the policy says and in every mode. */
export function malformedArguments(action: Action, ports: Ports): Objection | undefined {
  if (action.kind !== 'tool_invoke') return undefined;
  const tool = lockedTool(ports.policy(), action.server, action.target);
  if (!tool) return undefined;
  try {
    const problems = ports.argumentChecks.problems(tool.digest, tool.definition, action.arguments);
    if (problems.length === 0) return undefined;
    const list = problems.map(({ pointer, message }) => `${pointer || 'arguments'} ${message}`).join('; ');
    return { code: 'invalid_arguments', reason: `The arguments do not fit the input schema: ${list}.` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      code: 'tool_changed',
      reason: `The input schema of ${action.target} cannot be checked: ${why}.`,
    };
  }
}

/** The denied data in the arguments. */
export function deniedArguments(action: Action, decision: Decision): Objection | undefined {
  if (!decision.data) return undefined;
  const found = refuseArguments(decision.data, fieldsOf(action));
  if (found.length === 0) return undefined;
  const places = found.map(({ pointer, label }) => `${pointer} (${label})`).join(', ');
  return {
    code: 'content_blocked',
    reason: `The arguments hold data that ${action.agent} may not send: ${places}.`,
  };
}

/** A completion names as a value the field that it completes; the answers are data of that field. */
function fieldsOf({ kind, arguments: args }: Action): JsonObject {
  const argument = args['argument'];
  if (kind !== 'completion' || !isJsonObject(argument)) return args;
  const { name, value = null } = argument;
  return typeof name === 'string' ? { [name]: value, ...args } : args;
}

export type Answer =
  | { result: 'success' | 'error'; value: JsonValue; removed?: JsonObject }
  | { result: 'cancelled' }
  | { result: 'unknown'; reason: string };

/** The answer as the agent may see it, and what was taken out of it. */
export function inspectResult(performed: Performed, decision: Decision, pseudonym?: Pseudonym): Answer {
  if (performed.result === 'cancelled') return { result: 'cancelled' };
  if (performed.result === 'unknown') return { result: 'unknown', reason: performed.reason };
  if (!decision.data) return performed;
  const { value, removed } = redactResult(decision.data, performed.value, pseudonym);
  if (removed.length === 0) return performed;
  // In observe mode the result goes through as it is, and the record says what would have been taken out.
  return {
    result: performed.result,
    value: decision.mode === 'enforce' ? value : performed.value,
    removed: countsOf(removed),
  };
}

/** By class, how often data was taken out, added to what was counted `before`. */
export function countsOf(removed: readonly Removed[], before: JsonObject = {}): JsonObject {
  const counts = { ...before };
  for (const { label, count } of removed) counts[label] = Number(counts[label] ?? 0) + count;
  return counts;
}
