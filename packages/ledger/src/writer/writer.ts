/**
 * The commit loop: what has gathered is written and synced as one group, and what gathers meanwhile is
 * the next one, so that groups grow with the load and no timer is needed. The sync blocks this thread,
 * which has nothing better to do: handing it to another one would cost each group two wake-ups.
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
  appends: number;
  reserved: boolean;
  /** Time that hashing and laying out took. */
  prepared_ms: number;
}

const nothingPrepared: Prepared = { appends: 0, reserved: false, prepared_ms: 0 };

export class Writer {
  readonly #setup: WriterSetup;
  readonly #tools: WriterTools;
  readonly #leaf: LeafEnvelope;
  readonly #segments: SegmentWriter;
  /** The tree and the sequence after everything durable. */
  #range: CompactRange;
  #sequence = 1;
  #waiting: Batch[] = [];
  readonly #builder: GroupBuilder;
  #next: Prepared = { ...nothingPrepared };
  #committing = false;
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
    this.#builder = new GroupBuilder(new RandomPool(tools.random), this.#start());
    this.#full = !tools.reserve.take();
  }

  /** Takes a batch; an empty one says that nothing more comes for now. */
  submit(batch: Batch): void {
    this.#awaits = batch.kind === 'part';
    if (this.#ended !== undefined) return this.#tools.events.denied(batch.appends.length, this.#ended, false);
    this.#open += batch.appends.length;
    if (batch.appends.length > 0) this.#waiting.push(batch);
    this.#prepare();
    // What is told of a group may bring the next batch before the loop below has gone on.
    if (this.#committing) return;
    this.#committing = true;
    this.#commitAll();
    this.#committing = false;
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
      const { appends, reserved } = this.#next;
      const full = this.#builder.bytes >= this.#setup.group_bytes_max;
      // What may use the reserve is committed alone, or it would take others with it.
      if (appends > 0 && (batch.kind === 'reserved' || reserved || full)) return;
      const start = this.#tools.monotonic();
      readBatch(batch, (record, payload) => this.#builder.add(record, payload));
      this.#next.prepared_ms += this.#tools.monotonic() - start;
      this.#next.appends += batch.appends.length;
      this.#next.reserved = batch.kind === 'reserved';
      this.#waiting.shift();
    }
  }

  #commitAll(): void {
    this.#tools.arrived();
    while (!this.#awaits && this.#next.appends > 0 && this.#ended === undefined) this.#commit();
  }

  #commit(): void {
    const group = this.#next;
    const failure = this.#write(group);
    if (failure !== undefined) {
      // First forgotten, then told: who hears of it may append at once.
      this.#begin();
      return this.#deny(group.appends, failure.error);
    }
    const firstSequence = this.#sequence;
    this.#sequence += this.#builder.count;
    this.#range = this.#builder.range;
    const start = this.#tools.monotonic();
    try {
      this.#segments.datasync();
    } catch (error) {
      return this.#fail(new SyncFailure(this.#segments.path, error));
    }
    const sync_ms = this.#tools.monotonic() - start;
    this.#open -= group.appends;
    this.#begin();
    this.#tell(group, firstSequence, sync_ms);
  }

  /** Begins the next group with what waits. */
  #begin(): void {
    this.#builder.reset(this.#start());
    this.#next = { ...nothingPrepared };
    this.#prepare();
  }

  /**
   * Callers who are answered often append again at once. Where a sync takes longer than preparing a
   * group, the next group waits for them: otherwise two halves of the callers would take turns, each
   * paying a whole sync. Where preparing takes longer, turns are what keeps disk and processor both busy.
   */
  #tell({ appends, prepared_ms }: Prepared, firstSequence: number, sync_ms: number): void {
    const end = this.#segments.end(this.#range);
    this.#tools.arrived();
    this.#awaits ||= this.#next.appends > 0 && sync_ms > prepared_ms;
    this.#tools.events.durable(appends, firstSequence, end, this.#awaits);
  }

  /** Hands the group's bytes to the system; the error where that failed, with nothing of them left. */
  #write(group: Prepared): { error: unknown } | undefined {
    try {
      if (this.#full && !group.reserved) {
        this.#full = !this.#tools.reserve.take();
        if (this.#full) throw new Fault('disk_full', 'the disk of the ledger is full');
      }
      this.#segments.write(this.#builder, this.#range, this.#sequence);
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
