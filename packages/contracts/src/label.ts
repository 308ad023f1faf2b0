/**
 * Labels of what was read, and of where things go: the words of flow control (policy.md, "Flows"). Each list
 * goes from the least to the most; labels of several things together are the highest of each.
 */
import { z } from 'zod';

/** How far a source is to be believed: text of an untrusted one may speak to the model on purpose. */
export const trusts = ['trusted', 'internal', 'untrusted'] as const;
export const trustSchema = z.enum(trusts);
export type Trust = z.infer<typeof trustSchema>;

export const sensitivities = ['public', 'internal', 'confidential', 'restricted'] as const;
export const sensitivitySchema = z.enum(sensitivities);
export type Sensitivity = z.infer<typeof sensitivitySchema>;

/** Who gets to see what is sent there. */
export const sinks = ['internal', 'external', 'public'] as const;
export type Sink = (typeof sinks)[number];

/** What a call leaves behind: nothing, what can be changed back, what cannot. */
export const consequences = ['none', 'reversible', 'irreversible'] as const;
export type Consequence = (typeof consequences)[number];

/** Stands for every class, where it cannot be said which ones. */
export const ANY_CLASS = '*';

export const labelsSchema = z.object({
  trust: trustSchema,
  sensitivity: sensitivitySchema,
  /** Classes of data that were seen, sorted. */
  classes: z.array(z.string()),
});
export type Labels = z.infer<typeof labelsSchema>;

/** What is not known is the highest. */
export const unknownLabels: Labels = {
  trust: 'untrusted',
  sensitivity: 'restricted',
  classes: [ANY_CLASS],
};

/** Classes told apart in one set of labels; more are any. */
const CLASSES_MAX = 64;

/** The highest of both; the very same object where the other adds nothing. */
export function joinLabels(left: Labels | undefined, right: Labels): Labels;
export function joinLabels(left: Labels, right: Labels | undefined): Labels;
export function joinLabels(left: Labels | undefined, right: Labels | undefined): Labels | undefined;
export function joinLabels(left: Labels | undefined, right: Labels | undefined): Labels | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  if (covers(left, right)) return left;
  if (covers(right, left)) return right;
  const classes = [...new Set([...left.classes, ...right.classes])].toSorted();
  return {
    trust: highest(trusts, left.trust, right.trust),
    sensitivity: highest(sensitivities, left.sensitivity, right.sensitivity),
    classes: classes.length > CLASSES_MAX || classes.includes(ANY_CLASS) ? [ANY_CLASS] : classes,
  };
}

/** True where `right` adds nothing to `left`. */
export function covers(left: Labels, right: Labels): boolean {
  if (left === right) return true;
  return (
    trusts.indexOf(left.trust) >= trusts.indexOf(right.trust) &&
    sensitivities.indexOf(left.sensitivity) >= sensitivities.indexOf(right.sensitivity) &&
    (left.classes.includes(ANY_CLASS) || right.classes.every((name) => left.classes.includes(name)))
  );
}

function highest<Word>(order: readonly Word[], left: Word, right: Word): Word {
  return order.indexOf(left) >= order.indexOf(right) ? left : right;
}

/** How a value of an argument was recognised: the very same, the same but for spelling, a part of it. */
export const valueMatches = ['exact', 'normalised', 'part'] as const;

/** Where a value in a call's arguments was read before. */
export const valueOriginSchema = z.object({
  /** JSON pointer (RFC 6901) of the argument. */
  pointer: z.string(),
  /** The action whose result held the value. */
  event: z.string(),
  match: z.enum(valueMatches),
  labels: labelsSchema,
});
export type ValueOrigin = z.infer<typeof valueOriginSchema>;

/** An action that raised the labels of a conversation. */
export const labelSourceSchema = z.object({ event: z.string(), server: z.string(), target: z.string() });
export type LabelSource = z.infer<typeof labelSourceSchema>;

/** What flow rules may look at: the state of the conversation when a call is decided. */
export const flowSnapshotSchema = z.object({
  /** Highest labels of all that was read; absent where nothing was. */
  read: labelsSchema.optional(),
  /** What raised them, the newest last; not all of it. */
  sources: z.array(labelSourceSchema),
  origins: z.array(valueOriginSchema),
  /** Labels of values that are not remembered one by one any more: any argument may hold one of them. */
  forgotten: labelsSchema.optional(),
});
export type FlowSnapshot = z.infer<typeof flowSnapshotSchema>;
