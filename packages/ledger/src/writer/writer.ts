/**
 * The commit loop: what has gathered is written and synced as one group, and what gathers meanwhile is
 * the next one, so that groups grow with the load and no timer is needed. The sync blocks this thread,
 * which has nothing better to do: handing it to another one would cost each group two wake-ups.
 */
import { Fault } from '@remit/contracts';
import { isDiskFull, reasonOf, SyncFailure } from '../disk/sync-failure.ts';
import { CompactRange } from '../merkle/compact-range.ts';
import { LeafEnvelope } from '../record/leaf.ts';
import { readAppend } from './append-bytes.ts';
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
  readonly #builder: GroupBuilder;
  #next: Prepared = { ...nothingPrepared };
  #running = false;
  /** The turn in which the callers were told that the next group waits for them; undefined where it does not. */
  #toldIn: number | undefined;
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

  /** Commits what the source has. Whatever comes while it runs is committed, too. */
  run(): void {
    // What is told of a group may bring the next append before the loop below has gone on.
    if (this.#running) return;
    this.#running = true;
    while (this.#isComplete()) this.#commit();
    if (this.#ended !== undefined) this.#denyAll(this.#ended);
    this.#running = false;
  }

  close(): void {
    this.#ended ??= 'the ledger is closed';
    this.#segments.close();
  }

  /** Whether there is a group to commit, with all that belongs to it. */
  #isComplete(): boolean {
    this.#prepare();
    return this.#next.appends > 0 && !this.#awaits && this.#ended === undefined;
  }

  /** More follows at once, or the turn that the group waits for has not ended. */
  get #awaits(): boolean {
    const { source } = this.#tools;
    // Only whether it is another turn: their count begins anew.
    return source.more || source.turns === this.#toldIn;
  }

  #start(): { range: CompactRange; first_sequence: number; leaf: LeafEnvelope } {
    return { range: this.#range, first_sequence: this.#sequence, leaf: this.#leaf };
  }

  /** Moves waiting appends into the next group, up to its size. */
  #prepare(): void {
    const { source, monotonic } = this.#tools;
    const start = monotonic();
    for (let append = source.peek(); append !== undefined; append = source.peek()) {
      const { appends, reserved } = this.#next;
      const full = this.#builder.bytes >= this.#setup.group_bytes_max;
      // What may use the reserve is committed alone, or it would take others with it.
      if (this.#ended !== undefined || (appends > 0 && (append.reserved || reserved || full))) break;
      readAppend(append.bytes, (record, payload) => this.#builder.add(record, payload));
      this.#next.appends += 1;
      this.#next.reserved = append.reserved;
      source.take();
    }
    this.#next.prepared_ms += monotonic() - start;
  }

  #commit(): void {
    const group = this.#next;
    this.#toldIn = undefined;
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
      this.#next = { ...nothingPrepared };
      return this.#fail(group.appends, new SyncFailure(this.#segments.path, error));
    }
    const sync_ms = this.#tools.monotonic() - start;
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
    const waits = this.#next.appends > 0 && !this.#awaits && sync_ms > prepared_ms;
    if (waits) this.#toldIn = this.#tools.source.turns;
    this.#tools.events.durable(appends, firstSequence, this.#segments.end(this.#range), waits);
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
    if (error instanceof SyncFailure) return this.#fail(appends, error);
    this.#tools.events.denied(appends, reasonOf(error), this.#full);
  }

  #fail(appends: number, error: SyncFailure): void {
    this.#ended = error.message;
    this.#tools.events.denied(appends, error.message, false);
    this.#tools.events.failed(error.message);
  }

  #denyAll(reason: string): void {
    let appends = this.#next.appends;
    this.#next = { ...nothingPrepared };
    for (; this.#tools.source.peek() !== undefined; this.#tools.source.take()) appends += 1;
    if (appends > 0) this.#tools.events.denied(appends, reason, false);
  }
}
