/**
 * Payloads that are gone have to be explained: by an erasure or a retention that the log has recorded after
 * them. And what the log says is gone has to be gone.
 */
import { clearedBy } from '../clearing/clearing-event.ts';
import { IndexRanges, RisingIndexes } from '../clearing/index-ranges.ts';
import type { Leaf } from '../record/leaf.ts';
import type { Findings } from './findings.ts';

interface Explanation {
  /** Index of the event's record. */
  index: number;
  id: string;
  cleared: IndexRanges;
}

export class ClearedCheck {
  readonly #explanations: Explanation[] = [];
  readonly #empty = new RisingIndexes();
  readonly #kept = new RisingIndexes();
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Every record, in order. */
  record(index: number, { record }: Leaf): void {
    const cleared = clearedBy(record);
    if (cleared !== undefined) this.#explanations.push({ index, id: record.id, cleared });
  }

  /** A record whose payload was found, all zeros or whole. */
  payload(index: number, isCleared: boolean): void {
    (isCleared ? this.#empty : this.#kept).add(index);
  }

  /** After the last record. */
  finish(place: string): void {
    const explained = this.#explanations.map(({ index, cleared }) => cleared.between(0, index));
    const all = explained.reduce((sum, more) => sum.union(more), IndexRanges.of([]));
    for (const index of this.#empty.ranges.without(all)) this.#unexplained(index, place);
    for (const index of this.#kept.ranges.both(all)) this.#stillThere(index, place);
  }

  #unexplained(index: number, place: string): void {
    this.#findings.add(
      'payload_missing',
      `${place}, record ${index}`,
      `The payload of record ${index} is missing, and no erasure or retention in the log explains it.`,
    );
  }

  #stillThere(index: number, place: string): void {
    const by = this.#explanations.find((one) => one.index > index && one.cleared.has(index));
    this.#findings.add(
      'payload_kept',
      `${place}, record ${index}`,
      `The payload of record ${index} was taken out by event ${by?.id ?? 'unknown'}, and is there: start Remit, which takes it out again.`,
    );
  }
}
