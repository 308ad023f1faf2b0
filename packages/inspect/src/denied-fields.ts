/** The denied fields of one `DataRules`, made ready for looking up many names. */
import { type DataRules, foldFieldName } from '@remit/contracts';

/** Spellings remembered for each set of rules. Names come from tools: number and length are bounded. */
const SPELLINGS_MAX = 4096;
const SPELLING_LENGTH_MAX = 128;

export interface DeniedFields {
  readonly empty: boolean;
  /** The label of the class or field that this name belongs to; undefined where it is not denied. */
  label(name: string): string | undefined;
}

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
  /** `null`: not denied. */
  const spellings = new Map<string, string | null>();
  return {
    empty: labels.size === 0,
    label(name) {
      const known = spellings.get(name);
      if (known !== undefined) return known ?? undefined;
      const label = labels.get(foldFieldName(name));
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
  return new Map(rules.denied.map(foldFieldName).map((name) => [name, named.get(name) ?? name]));
}
