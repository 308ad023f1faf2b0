/**
 * Data rules of one agent. Denied names are denied; where anything is allowed, every classified field
 * that is not allowed is denied too; unclassified fields pass (policy.md, "Data rules").
 */
import { foldFieldName } from '@remit/contracts';
import { dataChanges, type DataChange, type DataRules } from '@remit/contracts';
import type { RemitDocument } from '../document/remit.ts';
import type { WorkspaceDocument } from '../document/workspace.ts';
import type { Sensitivity } from '@remit/contracts';
import { builtInClasses, builtInDetectors, builtInSensitivity } from './classes.ts';

/** Folded field name → name of its class. */
type Fields = ReadonlyMap<string, string>;

export class DataClasses {
  /** Folded class name → its folded fields. */
  readonly #classes = new Map<string, Set<string>>();
  readonly #sensitivity = new Map<string, Sensitivity>();
  readonly #labels = new Map<string, string>();
  /** Folded class name → detectors that find it in text. */
  readonly #detectors = new Map<string, Set<string>>();
  readonly fields: Fields;

  constructor(workspace: WorkspaceDocument | undefined) {
    for (const [name, fields] of Object.entries(builtInClasses)) {
      this.#add(name, fields);
      this.#sensitivity.set(foldFieldName(name), builtInSensitivity[name]!);
      this.#detectors.set(foldFieldName(name), new Set(builtInDetectors[name]));
    }
    for (const { name, fields, sensitivity, detect } of workspace?.data.values() ?? []) {
      if (sensitivity !== undefined) this.#sensitivity.set(foldFieldName(name.text), sensitivity);
      this.#add(
        name.text,
        fields.map((field) => field.text),
      );
      if (detect !== undefined) {
        const folded = foldFieldName(name.text);
        this.#detectors.set(folded, (this.#detectors.get(folded) ?? new Set()).add(detect.text));
      }
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

  /** Detectors that find this class in text; none for a field. */
  detectorsOf(name: string): ReadonlySet<string> {
    return this.#detectors.get(foldFieldName(name)) ?? new Set();
  }

  /** Folded fields that a name in a data rule stands for: those of the class, or the field itself. */
  fieldsOf(name: string): ReadonlySet<string> {
    const folded = foldFieldName(name);
    return this.#classes.get(folded) ?? new Set([folded]);
  }
}

/**
 * The rules of all documents of an agent together. Undefined where none says anything of data.
 * `unlisted: deny` anywhere makes what all of them allow a projection: nothing else is seen. A deny
 * wins over a change, and of several changes the one that shows least: hash, mask, truncate.
 */
export function dataRulesOf(
  documents: readonly RemitDocument[],
  classes: DataClasses,
): DataRules | undefined {
  const rules = documents.flatMap((document) => document.access.data ?? []);
  const words = (key: 'allow' | 'deny' | DataChange) =>
    rules.flatMap((rule) => (rule[key] ?? []).map((word) => word.text));
  const changes = new Map<string, DataChange>();
  for (const change of dataChanges.toReversed()) for (const name of words(change)) changes.set(name, change);
  const visible = [...words('allow'), ...changes.keys()];
  const seen = new Set(visible.flatMap((name) => [...classes.fieldsOf(name)]));
  const strict = rules.some((rule) => rule.unlisted?.value === 'deny');
  const closed = strict || rules.some((rule) => rule.allow !== undefined);

  const labels = new Map<string, string>();
  const changed = new Map<string, DataChange>();
  for (const [name, change] of changes)
    for (const field of classes.fieldsOf(name)) {
      labels.set(field, name);
      changed.set(field, change);
    }
  if (closed) for (const [field, label] of classes.fields) if (!seen.has(field)) labels.set(field, label);
  for (const name of words('deny'))
    for (const field of classes.fieldsOf(name)) {
      labels.set(field, name);
      changed.delete(field);
    }
  if (labels.size === 0 && !strict) return undefined;
  const denied = [...labels.keys()].filter((field) => !changed.has(field)).toSorted();
  const detected = detectedOf(classes, { closed, seen, changes, denied: words('deny') });
  return {
    denied,
    labels: Object.fromEntries([...labels].toSorted()),
    ...(strict && { only: [...seen].filter((field) => !denied.includes(field)).toSorted() }),
    ...(changed.size > 0 && { changed: Object.fromEntries([...changed].toSorted()) }),
    ...(detected.size > 0 && { detected: Object.fromEntries([...detected].toSorted()) }),
  };
}

interface Named {
  closed: boolean;
  seen: ReadonlySet<string>;
  changes: ReadonlyMap<string, DataChange>;
  denied: readonly string[];
}

/** What is looked for in text: classes that are denied or changed as a whole, not single fields of them. */
function detectedOf(classes: DataClasses, { closed, seen, changes, denied }: Named) {
  const detected = new Map<string, { label: string; change?: DataChange }>();
  const hidden = closed
    ? classes.names.filter((name) => ![...classes.fieldsOf(name)].some((field) => seen.has(field)))
    : [];
  for (const label of hidden) for (const name of classes.detectorsOf(label)) detected.set(name, { label });
  for (const [label, change] of changes)
    for (const name of classes.detectorsOf(label)) detected.set(name, { label, change });
  for (const label of denied) for (const name of classes.detectorsOf(label)) detected.set(name, { label });
  return detected;
}
