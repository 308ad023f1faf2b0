/**
 * Takes payloads out of the log while it is written. In this order, so that a crash at any point is made good at
 * the next start: looked up, recorded, listed apart, rows, segments, done.
 */
import {
  Fault,
  type Clock,
  type NewId,
  type NewRecord,
  type Position,
  type StoredRecord,
} from '@remit/contracts';
import type { PublisherHandle } from '../threads/publisher-handle.ts';
import { clearingRecords } from './clearing-event.ts';
import { IndexRanges } from './index-ranges.ts';
import type { PayloadQuery } from './payload-query.ts';
import type { Cleared, Clearing, FoundPayloads, Payloads } from './port.ts';
import type { ScanPage } from './payload-scan.ts';

export interface PayloadClearingDeps {
  publisher: Pick<PublisherHandle, 'call'>;
  append: (records: readonly NewRecord[]) => Promise<Position[]>;
  /** What is appended from now on goes into another segment. */
  roll: () => void;
  /** Records that are durable. */
  size: () => number;
  clock: Clock;
  newId: NewId;
}

/** What comes in while an erasure looks and records is looked through again, so many times at most. */
const roundsMax = 4;

export class PayloadClearing implements Payloads {
  readonly #deps: PayloadClearingDeps;
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: PayloadClearingDeps) {
    this.#deps = deps;
  }

  find(query: PayloadQuery): Promise<FoundPayloads> {
    return this.#find(query, 0, this.#deps.size());
  }

  async *read(found: IndexRanges): AsyncIterable<StoredRecord> {
    for (let next: number | undefined = 0; next !== undefined;) {
      const page: { records: StoredRecord[]; next: number | undefined } = await this.#deps.publisher.call(
        'recordsOf',
        found.toString(),
        next,
      );
      yield* page.records;
      next = page.next;
    }
  }

  clear(clearing: Clearing): Promise<Cleared> {
    const mine = this.#last.then(() => this.#clear(clearing));
    // The next one runs whatever became of this one; whoever asked is told by `mine`.
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Resolves when nothing is being cleared. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** At the start: carries out what a crash left undone, and what a restored copy brought back. */
  async resume(): Promise<void> {
    const { publisher, append } = this.#deps;
    for (const { event: id, time, cleared } of await publisher.call('unknownErasures')) {
      const ranges = IndexRanges.parse(cleared)!;
      const meta = { replayed: true };
      await append(clearingRecords('erasure', ranges, meta, () => ({ id, time })));
    }
    const unfinished = await publisher.call('unfinished');
    if (unfinished !== undefined) await this.#carryOut(unfinished.cleared, unfinished.through);
  }

  async #clear(clearing: Clearing): Promise<Cleared> {
    const total: Cleared = { events: [], payloads: 0, held: 0 };
    let from = 0;
    for (let round = 1; round <= roundsMax; round += 1) {
      const to = this.#deps.size();
      const { found, held } = await this.#find(clearing.query, from, to);
      const kept = [...held.values()].reduce((all, more) => all.union(more), IndexRanges.of([]));
      if (clearing.held === 'refuse' && held.size > 0) throw heldBy([...held.keys()]);
      const cleared = found.without(kept);
      total.held += kept.count;
      const isRecorded = cleared.count > 0 || (round === 1 && clearing.record_nothing);
      if (!isRecorded) break;
      const { events, payloads } = await this.#record(clearing, cleared);
      total.events.push(...events);
      total.payloads += payloads;
      from = to;
    }
    return total;
  }

  async #record(clearing: Clearing, cleared: IndexRanges): Promise<{ events: string[]; payloads: number }> {
    const { append, roll, publisher, size } = this.#deps;
    const records = clearingRecords(clearing.event, cleared, clearing.meta, () => this.#stamp());
    roll();
    await append(records);
    const through = size();
    if (clearing.event === 'erasure')
      for (const { id, time, meta } of records)
        await publisher.call('listErasure', id, time, meta['cleared'] as string);
    const payloads = await this.#carryOut(cleared.toString(), through);
    return { events: records.map(({ id }) => id), payloads };
  }

  /** Returns how many payloads were taken out. */
  async #carryOut(cleared: string, through: number): Promise<number> {
    const { publisher } = this.#deps;
    let payloads = 0;
    for (let next: number | undefined = 0; next !== undefined;)
      next = await publisher.call('forgetIdentifiers', cleared, next);
    for (const segment of await publisher.call('segmentsOf', cleared))
      payloads += await publisher.call('clearSegment', segment, cleared);
    await publisher.call('finished', through);
    return payloads;
  }

  async #find(query: PayloadQuery, from: number, to: number): Promise<FoundPayloads> {
    let found = IndexRanges.of([]);
    const held = new Map<string, IndexRanges>();
    for (let next: number | undefined = from; next !== undefined && next < to;) {
      const page: ScanPage = await this.#deps.publisher.call('scan', query, next, to);
      found = found.union(IndexRanges.parse(page.found)!);
      for (const [hold, indexes] of page.held)
        held.set(hold, (held.get(hold) ?? IndexRanges.of([])).union(IndexRanges.parse(indexes)!));
      next = page.next;
    }
    const holding = [...held].map(([hold, all]) => [hold, all.both(found)] as const);
    return { found, held: new Map(holding.filter(([, both]) => both.count > 0)) };
  }

  #stamp(): { id: string; time: string } {
    const { clock, newId } = this.#deps;
    return { id: newId('evt'), time: new Date(clock.now()).toISOString() };
  }
}

function heldBy(holds: readonly string[]): Fault {
  return new Fault('payloads_held', `Nothing was removed: a legal hold keeps it (${holds.join(', ')}).`, {
    remedy: 'See `remit audit hold list`; whoever placed the hold can release it.',
  });
}
