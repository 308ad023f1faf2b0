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
}

const nothingPrepared: Prepared = { appends: 0, reserved: false };

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
    return this.#next.appends > 0 && !this.#tools.source.more && this.#ended === undefined;
  }

  #start(): { range: CompactRange; first_sequence: number; leaf: LeafEnvelope } {
    return { range: this.#range, first_sequence: this.#sequence, leaf: this.#leaf };
  }

  /** Moves waiting appends into the next group, up to its size. */
  #prepare(): void {
    const { source } = this.#tools;
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
    try {
      this.#segments.datasync();
    } catch (error) {
      this.#next = { ...nothingPrepared };
      return this.#fail(group.appends, new SyncFailure(this.#segments.path, error));
    }
    this.#begin();
    this.#tools.events.durable(group.appends, firstSequence, this.#segments.end(this.#range));
  }

  /** Begins the next group with what waits. */
  #begin(): void {
    this.#builder.reset(this.#start());
    this.#next = { ...nothingPrepared };
    this.#prepare();
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
