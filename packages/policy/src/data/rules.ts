/**
 * Data rules of one agent. Denied names are denied; where anything is allowed, every classified field
 * that is not allowed is denied too; unclassified fields pass (policy.md, "Data rules").
 */
import { foldFieldName } from '@remit/contracts';
import type { DataRules } from '@remit/contracts';
import type { RemitDocument } from '../document/remit.ts';
import type { WorkspaceDocument } from '../document/workspace.ts';
import { builtInClasses } from './classes.ts';

/** Folded field name → name of its class. */
type Fields = ReadonlyMap<string, string>;

export class DataClasses {
  /** Folded class name → its folded fields. */
  readonly #classes = new Map<string, Set<string>>();
  readonly #labels = new Map<string, string>();
  readonly fields: Fields;

  constructor(workspace: WorkspaceDocument | undefined) {
    for (const [name, fields] of Object.entries(builtInClasses)) this.#add(name, fields);
    for (const { name, fields } of workspace?.data.values() ?? []) {
      this.#add(
        name.text,
        fields.map((field) => field.text),
      );
    }
    const all = new Map<string, string>();
    for (const [folded, fields] of this.#classes)
      for (const field of fields) all.set(field, this.#labels.get(folded)!);
    this.fields = all;
  }

  /** A class is also a field of its own name. Declaring a built-in one adds fields to it. */
  #add(name: string, fields: readonly string[]): void {
    const folded = foldFieldName(name);
    const known = this.#classes.get(folded) ?? new Set([folded]);
    for (const field of fields) known.add(foldFieldName(field));
    this.#classes.set(folded, known);
    this.#labels.set(folded, name);
  }

  /** Folded fields that a name in a data rule stands for: those of the class, or the field itself. */
  fieldsOf(name: string): ReadonlySet<string> {
    const folded = foldFieldName(name);
    return this.#classes.get(folded) ?? new Set([folded]);
  }
}

export function dataRulesOf(
  documents: readonly RemitDocument[],
  classes: DataClasses,
): DataRules | undefined {
  const rules = documents.flatMap((document) => document.access.data ?? []);
  const labels = new Map<string, string>();
  const allowLists = rules.flatMap((rule) => rule.allow ?? []);
  if (rules.some((rule) => rule.allow !== undefined)) {
    const allowed = new Set(allowLists.flatMap((word) => [...classes.fieldsOf(word.text)]));
    for (const [field, label] of classes.fields) if (!allowed.has(field)) labels.set(field, label);
  }
  for (const word of rules.flatMap((rule) => rule.deny ?? [])) {
    for (const field of classes.fieldsOf(word.text)) labels.set(field, word.text);
  }
  if (labels.size === 0) return undefined;
  return { denied: [...labels.keys()].toSorted(), labels: Object.fromEntries([...labels].toSorted()) };
}
