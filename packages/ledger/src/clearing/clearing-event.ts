/**
 * The event that explains why payloads are gone: it lists the indexes of their records, in the public part, so
 * that anyone who verifies the log can tell what was taken out on purpose from what is missing.
 */
import type { NewRecord, RecordMeta } from '@remit/contracts';
import { IndexRanges } from './index-ranges.ts';

export const clearingKinds = ['erasure', 'retention'] as const;
export type ClearingKind = (typeof clearingKinds)[number];

/** Characters of indexes in one record, which has to stay below 65,535 bytes with all else in it. */
const listLength = 48 * 1024;

/** One record, or several where the list is longer than one can hold. `meta` stands in each of them. */
export function clearingRecords(
  event: ClearingKind,
  cleared: IndexRanges,
  meta: RecordMeta,
  stamp: () => { id: string; time: string },
): NewRecord[] {
  const pieces = cleared.count === 0 ? [cleared] : cleared.pieces(listLength);
  return pieces.map((piece, part) => ({
    phase: 'event',
    ...stamp(),
    event,
    meta: {
      ...meta,
      result: 'success',
      cleared: piece.toString(),
      records: piece.count,
      ...(pieces.length > 1 && { part: part + 1, parts: pieces.length }),
    },
  }));
}

/** The indexes that this record says were cleared; undefined for any other record. */
export function clearedBy(record: Pick<NewRecord, 'phase' | 'event' | 'meta'>): IndexRanges | undefined {
  const { phase, event, meta } = record;
  if (phase !== 'event' || !clearingKinds.some((kind) => kind === event)) return undefined;
  const { cleared } = meta;
  return typeof cleared === 'string' ? IndexRanges.parse(cleared) : undefined;
}
