/** `retention`: how long what is sealed of an agent's records is kept; one length of time, or several by kind and class. */
import { didYouMean, eventKinds } from '@remit/contracts';
import type { EventKind } from '@remit/contracts';
import { describeAs } from './described.ts';
import { readDuration } from './duration.ts';
import type { Duration } from './duration.ts';
import { namesTo, shaped } from './reading.ts';
import type { Reader, Word } from './reading.ts';

/** Of all records, or of those of a kind, or of those with data of a class. */
export interface RetentionPart {
  duration: Duration;
  kind?: EventKind;
  class?: Word;
}

const readKinds = namesTo<RetentionPart>((tree, reading, name) => {
  const kind = eventKinds.find((known) => known === name.text);
  if (kind === undefined) {
    const remedy = didYouMean(name.text, eventKinds);
    reading.findings.error('unknown_name', `there is no kind of event \`${name.text}\``, name.spot, remedy);
    return undefined;
  }
  const duration = readDuration(tree, reading);
  return duration && { duration, kind };
}, readDuration);

const readClasses = namesTo<RetentionPart>((tree, reading, name) => {
  const duration = readDuration(tree, reading);
  return duration && { duration, class: name };
}, readDuration);

const readParts = shaped<{
  all: Duration;
  kinds: Map<string, RetentionPart>;
  classes: Map<string, RetentionPart>;
}>({
  what: '`retention`',
  keys: { all: readDuration, kinds: readKinds, classes: readClasses },
});

export const readRetention: Reader<RetentionPart[]> = (tree, reading) => {
  if (tree.kind !== 'mapping') {
    const duration = readDuration(tree, reading);
    return duration && [{ duration }];
  }
  const { all, kinds, classes } = readParts(tree, reading) ?? {};
  return [...(all ? [{ duration: all }] : []), ...(kinds?.values() ?? []), ...(classes?.values() ?? [])];
};
describeAs(readRetention, readDuration, readParts);
