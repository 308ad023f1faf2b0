/**
 * The `content:` part of a document: what happens when a detector finds something.
 *
 *     content:
 *       arguments: { secrets: deny, iban: approve }
 *       results:   { secrets: remove, injection: label }
 *       unreadable: approve
 */
import { namesTo, oneOf, placed, shaped } from './reading.ts';
import type { Placed, Reader, Word } from './reading.ts';

const argumentMeasures = ['allow', 'mask', 'approve', 'deny'] as const;
const resultMeasures = ['allow', 'label', 'mask', 'remove', 'deny'] as const;
const unreadableMeasures = ['allow', 'approve', 'deny'] as const;

interface Measure<Choice extends string> {
  detector: Word;
  measure: Choice;
}

export interface ContentDocument {
  arguments?: Map<string, Measure<(typeof argumentMeasures)[number]>>;
  results?: Map<string, Measure<(typeof resultMeasures)[number]>>;
  /** What no detector can read, such as an encrypted file. */
  unreadable?: Placed<(typeof unreadableMeasures)[number]>;
}

function measures<Choice extends string>(choices: readonly Choice[]): Reader<Map<string, Measure<Choice>>> {
  const readMeasure = oneOf(choices);
  return namesTo((tree, reading, detector) => {
    const measure = readMeasure(tree, reading);
    return measure === undefined ? undefined : { detector, measure };
  }, readMeasure);
}

export const readContent: Reader<ContentDocument> = shaped<Required<ContentDocument>>({
  what: '`content`',
  keys: {
    arguments: measures(argumentMeasures),
    results: measures(resultMeasures),
    unreadable: placed(oneOf(unreadableMeasures)),
  },
});
