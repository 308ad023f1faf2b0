/** The denied fields of one `DataRules`, made ready for looking up many names. */
import { type DataChange, type DataRules, foldFieldName } from '@remit/contracts';

/** Spellings remembered for each set of rules. Names come from tools: number and length are bounded. */
const SPELLINGS_MAX = 4096;
const SPELLING_LENGTH_MAX = 128;

export interface DeniedFields {
  readonly empty: boolean;
  /** True where only listed fields pass, so that what belongs to no field does not pass either. */
  readonly strict: boolean;
  /** The label of the class or field that this name belongs to; undefined where it is not denied. */
  label(name: string): string | undefined;
  /** What the agent sees instead of the value; undefined where it sees nothing. Ask for the label first. */
  change(name: string): DataChange | undefined;
}

/** The label of what a strict projection takes out because nobody listed it. */
export const UNLISTED = 'unlisted';

const prepared = new WeakMap<DataRules, DeniedFields>();

export function deniedFields(rules: DataRules): DeniedFields {
  let fields = prepared.get(rules);
  if (!fields) {
    fields = prepare(rules);
    prepared.set(rules, fields);
  }
  return fields;
}

function prepare(rules: DataRules): DeniedFields {
  const labels = foldedLabels(rules);
  const only = rules.only && new Set(rules.only.map(foldFieldName));
  const labelOf = (folded: string): string | undefined =>
    labels.get(folded) ?? (only === undefined || only.has(folded) ? undefined : UNLISTED);
  /** `null`: not denied. */
  const spellings = new Map<string, string | null>();
  const changed = new Map(Object.entries(rules.changed ?? {}));
  return {
    change: (name) => (changed.size === 0 ? undefined : changed.get(foldFieldName(name))),
    empty: labels.size === 0 && only === undefined,
    strict: only !== undefined,
    label(name) {
      const known = spellings.get(name);
      if (known !== undefined) return known ?? undefined;
      const label = labelOf(foldFieldName(name));
      if (name.length > SPELLING_LENGTH_MAX) return label;
      if (spellings.size >= SPELLINGS_MAX) spellings.clear();
      spellings.set(name, label ?? null);
      return label;
    },
  };
}

/** Folds once more, so that rules written by hand work in any spelling. */
function foldedLabels(rules: DataRules): Map<string, string> {
  const named = new Map(Object.entries(rules.labels).map(([name, label]) => [foldFieldName(name), label]));
  return new Map(
    [...rules.denied, ...Object.keys(rules.changed ?? {})]
      .map(foldFieldName)
      .map((name) => [name, named.get(name) ?? name]),
  );
}
