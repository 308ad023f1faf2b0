/**
 * The commit loop. While one group is being synced the next is being prepared; when the sync is done
 * whatever has gathered is written, so that groups grow with the load and no timer is needed.
 */
import { Fault } from '@remit/contracts';
import { isDiskFull, reasonOf, SyncFailure } from '../disk/sync-failure.ts';
import { CompactRange } from '../merkle/compact-range.ts';
import { LeafEnvelope } from '../record/leaf.ts';
import { readBatch, type Batch } from './batch.ts';
import { GroupBuilder } from './group-builder.ts';
import { RandomPool } from './random-pool.ts';
import type { WriterSetup, WriterTools } from './port.ts';
import { SegmentWriter } from './segment-writer.ts';

interface Prepared {
  /** Time that sealing and hashing took. */
  prepared_ms: number;
  builder: GroupBuilder;
  appends: number;
  reserved: boolean;
}

export class Writer {
  readonly #setup: WriterSetup;
  readonly #tools: WriterTools;
  readonly #leaf: LeafEnvelope;
  readonly #segments: SegmentWriter;
  /** The tree and the sequence after everything durable. */
  #range: CompactRange;
  #sequence = 1;
  #waiting: Batch[] = [];
  #next: Prepared;
  #spare: GroupBuilder;
  #syncing = false;
  /** The next group waits for the batch that follows the last acknowledgement. */
  #awaits = false;
  /** Appends that were neither acknowledged nor denied. */
  #open = 0;
  #full: boolean;
  #ended: string | undefined;

  constructor(setup: WriterSetup, tools: WriterTools) {
    this.#setup = setup;
    this.#tools = tools;
    this.#leaf = new LeafEnvelope(setup.source, setup.epoch);
    this.#range = new CompactRange(setup.size, setup.peaks);
    this.#segments = new SegmentWriter(setup, tools);
    const random = new RandomPool(tools.random);
    this.#next = {
      builder: new GroupBuilder(random, this.#start()),
      appends: 0,
      reserved: false,
      prepared_ms: 0,
    };
    this.#spare = new GroupBuilder(random, this.#start());
    this.#full = !tools.reserve.take();
  }

  /** Takes a batch; an empty one says that nothing more comes for now. */
  submit(batch: Batch): void {
    this.#awaits = batch.kind === 'part';
    if (this.#ended !== undefined) return this.#tools.events.denied(batch.appends.length, this.#ended, false);
    this.#open += batch.appends.length;
    if (batch.appends.length > 0) this.#waiting.push(batch);
    this.#prepare();
    this.#commit();
  }

  close(): void {
    this.#ended ??= 'the ledger is closed';
    this.#segments.close();
  }

  #start(): { range: CompactRange; first_sequence: number; leaf: LeafEnvelope } {
    return { range: this.#range, first_sequence: this.#sequence, leaf: this.#leaf };
  }

  /** Moves waiting batches into the next group, up to its size. */
  #prepare(): void {
    for (let batch = this.#waiting[0]; batch !== undefined; batch = this.#waiting[0]) {
      const { builder, appends, reserved } = this.#next;
      // What may use the reserve is committed alone, or it would take others with it.
      if (
        appends > 0 &&
        (batch.kind === 'reserved' || reserved || builder.bytes >= this.#setup.group_bytes_max)
      )
        return;
      const start = this.#tools.monotonic();
      readBatch(batch, (record, payload) => builder.add(record, payload));
      this.#next.prepared_ms += this.#tools.monotonic() - start;
      this.#next.appends += batch.appends.length;
      this.#next.reserved = batch.kind === 'reserved';
      this.#waiting.shift();
    }
  }

  #commit(): void {
    while (!this.#syncing && !this.#awaits && this.#next.appends > 0 && this.#ended === undefined) {
      const group = this.#next;
      const failure = this.#write(group);
      if (failure !== undefined) {
        // First forgotten, then told: who hears of it may append at once.
        this.#restart(group.builder);
        this.#deny(group.appends, failure.error);
        continue;
      }
      this.#syncing = true;
      const firstSequence = this.#sequence;
      this.#sequence += group.builder.count;
      this.#range = group.builder.range;
      this.#spare.reset(this.#start());
      this.#next = { builder: this.#spare, appends: 0, reserved: false, prepared_ms: 0 };
      this.#spare = group.builder;
      const start = this.#tools.monotonic();
      this.#segments.datasync((error) => {
        this.#synced(error, group.appends, firstSequence, this.#tools.monotonic() - start);
      });
      this.#prepare();
    }
  }

  /** Forgets a group that could not be written, and prepares what waits behind it. */
  #restart(builder: GroupBuilder): void {
    builder.reset(this.#start());
    this.#next = { builder, appends: 0, reserved: false, prepared_ms: 0 };
    this.#prepare();
  }

  /**
   * Callers who were answered often append again at once. Where a sync takes longer than preparing a
   * group, the next group waits for them: otherwise two halves of the callers would take turns, each
   * paying a whole sync. Where preparing takes longer, turns are what keeps disk and processor both busy.
   */
  #synced(error: Error | null, appends: number, firstSequence: number, sync_ms: number): void {
    this.#syncing = false;
    if (error !== null) return this.#fail(new SyncFailure(this.#segments.path, error));
    this.#open -= appends;
    this.#awaits ||= this.#next.appends > 0 && sync_ms > this.#next.prepared_ms;
    this.#tools.events.durable(appends, firstSequence, this.#segments.end(this.#range), this.#awaits);
    this.#commit();
  }

  /** Hands the group's bytes to the system; the error where that failed, with nothing of them left. */
  #write(group: Prepared): { error: unknown } | undefined {
    try {
      if (this.#full && !group.reserved) {
        this.#full = !this.#tools.reserve.take();
        if (this.#full) throw new Fault('disk_full', 'the disk of the ledger is full');
      }
      this.#segments.write(group.builder, this.#range, this.#sequence);
      return undefined;
    } catch (error) {
      if (isDiskFull(error) && !this.#full) {
        this.#full = true;
        this.#tools.reserve.release();
      }
      return { error };
    }
  }

  #deny(appends: number, error: unknown): void {
    if (error instanceof SyncFailure) return this.#fail(error);
    this.#open -= appends;
    this.#tools.events.denied(appends, reasonOf(error), this.#full);
  }

  #fail(error: SyncFailure): void {
    this.#ended = error.message;
    const open = this.#open;
    this.#open = 0;
    this.#waiting = [];
    this.#tools.events.denied(open, error.message, false);
    this.#tools.events.failed(error.message);
  }
}
