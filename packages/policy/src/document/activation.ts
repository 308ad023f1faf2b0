/**
 * The `activation:` part of the workspace document: who has to agree before a changed policy takes effect.
 *
 *     activation: { who: [policy-owners], count: 1 }
 */
import { describeAs } from './described.ts';
import { oneOrMore, placed, readPositive, readWord, shaped } from './reading.ts';
import type { Placed, Reader, Word } from './reading.ts';

export interface ActivationDocument {
  /** Groups; whoever is in one of them decides. Without it, anybody who may approve. */
  who?: Word[];
  /** How many people have to agree; 1 where nothing is said. */
  count?: Placed<number>;
}

const readKeys = shaped<Required<ActivationDocument>>({
  what: '`activation`',
  keys: { who: oneOrMore(readWord), count: placed(readPositive) },
});

export const readActivation: Reader<ActivationDocument> = (tree, reading) => {
  const read = readKeys(tree, reading);
  if (read?.who?.length !== 0) return read;
  const message = '`activation.who` names no group, so nobody could agree';
  reading.findings.error('invalid_value', message, tree.spot, 'name a group, or leave out `who`');
  return undefined;
};

describeAs(readActivation, readKeys);
