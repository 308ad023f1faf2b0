/**
 * Data rules of one agent. Denied names are denied; where anything is allowed, every classified field
 * that is not allowed is denied too; unclassified fields pass (policy.md, "Data rules").
 */
import { foldFieldName } from '@remit/contracts';
import type { DataRules } from '@remit/contracts';
import type { RemitDocument } from '../document/remit.ts';
import type { WorkspaceDocument } from '../document/workspace.ts';
import type { Sensitivity } from '@remit/contracts';
import { builtInClasses, builtInSensitivity } from './classes.ts';

/** Folded field name → name of its class. */
type Fields = ReadonlyMap<string, string>;

export class DataClasses {
  /** Folded class name → its folded fields. */
  readonly #classes = new Map<string, Set<string>>();
  readonly #sensitivity = new Map<string, Sensitivity>();
  readonly #labels = new Map<string, string>();
  readonly fields: Fields;

  constructor(workspace: WorkspaceDocument | undefined) {
    for (const [name, fields] of Object.entries(builtInClasses)) {
      this.#add(name, fields);
      this.#sensitivity.set(foldFieldName(name), builtInSensitivity[name]!);
    }
    for (const { name, fields, sensitivity } of workspace?.data.values() ?? []) {
      if (sensitivity !== undefined) this.#sensitivity.set(foldFieldName(name.text), sensitivity);
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

  /** Of the class with this name, or of the class that this field belongs to. */
  sensitivityOf(name: string): Sensitivity | undefined {
    const folded = foldFieldName(name);
    return (
      this.#sensitivity.get(folded) ?? this.#sensitivity.get(foldFieldName(this.fields.get(folded) ?? ''))
    );
  }

  /** The class with this name, as it is written in content's findings. */
  classNamed(name: string): string | undefined {
    return this.#labels.get(foldFieldName(name));
  }

  /** True for a class, declared or built in. */
  has(name: string): boolean {
    return this.#classes.has(foldFieldName(name));
  }

  get names(): string[] {
    return [...this.#labels.values()];
  }

  /** Folded fields that a name in a data rule stands for: those of the class, or the field itself. */
  fieldsOf(name: string): ReadonlySet<string> {
    const folded = foldFieldName(name);
    return this.#classes.get(folded) ?? new Set([folded]);
  }
}

/**
 * The rules of all documents of an agent together. Undefined where none says anything of data.
 * `unlisted: deny` anywhere makes what all of them allow a projection: nothing else is seen.
 */
export function dataRulesOf(
  documents: readonly RemitDocument[],
  classes: DataClasses,
): DataRules | undefined {
  const rules = documents.flatMap((document) => document.access.data ?? []);
  const labels = new Map<string, string>();
  const allowLists = rules.flatMap((rule) => rule.allow ?? []);
  const allowed = new Set(allowLists.flatMap((word) => [...classes.fieldsOf(word.text)]));
  const strict = rules.some((rule) => rule.unlisted?.value === 'deny');
  if (strict || rules.some((rule) => rule.allow !== undefined)) {
    for (const [field, label] of classes.fields) if (!allowed.has(field)) labels.set(field, label);
  }
  for (const word of rules.flatMap((rule) => rule.deny ?? [])) {
    for (const field of classes.fieldsOf(word.text)) labels.set(field, word.text);
  }
  if (labels.size === 0 && !strict) return undefined;
  return {
    denied: [...labels.keys()].toSorted(),
    labels: Object.fromEntries([...labels].toSorted()),
    ...(strict && { only: [...allowed].filter((field) => !labels.has(field)).toSorted() }),
  };
}
