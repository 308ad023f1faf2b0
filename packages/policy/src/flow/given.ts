/** Labels that somebody gives a conversation to begin with: in a test of a policy, in a traces file. */
import { foldFieldName, joinLabels, sensitivities, trusts } from '@remit/contracts';
import type { Labels } from '@remit/contracts';
import { internals } from '../compile/compiled.ts';
import type { CompiledPolicy } from '../port.ts';
import { sourceWords } from './labels.ts';

/** A word that is no label, and no class of data of the workspace. */
export function unknownLabel(policy: CompiledPolicy, words: readonly string[]): string | undefined {
  const { classes } = internals(policy);
  return words.find((word) => !sourceWords.some((known) => known === word) && !classes.has(word));
}

/** Of words as flow rules write them; undefined where there are none. A word that nobody knows is a class of data. */
export function labelsFrom(policy: CompiledPolicy, words: readonly string[]): Labels | undefined {
  return words.reduce<Labels | undefined>((sum, word) => joinLabels(sum, labelOf(policy, word)), undefined);
}

function labelOf(policy: CompiledPolicy, word: string): Labels {
  const least: Labels = { trust: 'trusted', sensitivity: 'public', classes: [] };
  const trust = trusts.find((one) => one === word);
  if (trust !== undefined) return { ...least, trust };
  const sensitivity = sensitivities.find((one) => one === (word === 'sensitive' ? 'confidential' : word));
  if (sensitivity !== undefined) return { ...least, sensitivity };
  const { classes } = internals(policy);
  const sensitive = classes.sensitivityOf(word) ?? 'public';
  return { ...least, sensitivity: sensitive, classes: [classes.classNamed(foldFieldName(word)) ?? word] };
}
