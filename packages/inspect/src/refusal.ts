/** Finds denied fields in arguments: an agent may not send what it may not see. */
import type { DataRules, JsonObject } from '@remit/contracts';
import { redactData } from './redaction.ts';

export interface DeniedArgument {
  /** JSON pointer of the field, or of the string that holds it as JSON text. */
  pointer: string;
  /** The class or field that the policy names. */
  label: string;
}

/**
 * Where a denied field stands in the arguments, under any spelling, also in strings that hold JSON
 * text. A strict projection is of what the agent sees: arguments need not be listed. Empty where there
 * is none; at most `bounds.removed_places_max` places for each label.
 */
export function refuseArguments(rules: DataRules, args: JsonObject): DeniedArgument[] {
  return redactData(withoutProjection(rules), args).removed.flatMap(({ label, pointers }) =>
    pointers.map((pointer) => ({ pointer, label })),
  );
}

const plain = new WeakMap<DataRules, DataRules>();

/** The same object for the same rules, since what is made of rules is kept by object. */
function withoutProjection(rules: DataRules): DataRules {
  if (rules.only === undefined) return rules;
  let without = plain.get(rules);
  if (!without) {
    without = { ...rules };
    delete without.only;
    plain.set(rules, without);
  }
  return without;
}
