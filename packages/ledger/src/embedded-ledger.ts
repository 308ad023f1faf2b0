/** The ledger of one process: a writer and a publisher behind the port. */
import {
  Fault,
  type AuditEvent,
  type Clock,
  type NewId,
  type NewRecord,
  type Position,
  type StoredRecord,
} from '@remit/contracts';
import { AppendQueue } from './append-queue.ts';
import { PayloadClearing } from './clearing/payload-clearing.ts';
import { copyOfLog, type LogCopy } from './backup/log-copy.ts';
import { reasonOf, SyncFailure } from './disk/sync-failure.ts';
import { CompactRange } from './merkle/compact-range.ts';
import { hashToBase64 } from './merkle/hash.ts';
import type { EvidenceRecord } from './offline/evidence.ts';
import type {
  Ledger,
  LedgerBounds,
  LedgerStatus,
  LogKeys,
  RecordFilter,
  SearchPage,
  SearchQuery,
} from './port.ts';
import { RefusalRecorder } from './refusal-recorder.ts';
import type { PublisherHandle } from './threads/publisher-handle.ts';
import type { PublisherEvents } from './threads/publisher-loop.ts';
import type { WriterHandle } from './threads/writer-handle.ts';
import type { WitnessPolicy } from './witness/policy.ts';
import { Witnesses } from './witness/witnesses.ts';
import type { DurableEnd, WriterEvents } from './writer/port.ts';

/** Outcomes of orphans written with one append. */
const orphansPerAppend = 1000;

export interface EmbeddedSetup {
  folder: string;
  origin: string;
  source: string;
  epoch: number;
  end: DurableEnd | undefined;
  clock: Clock;
  newId: NewId;
  bounds: LedgerBounds;
  witnesses: WitnessPolicy;
  /** The log's own verifier keys, the present one first. */
  log_keys: string[];
  failed: (fault: Fault) => void;
  unlock: () => void;
}

export class EmbeddedLedger implements Ledger, WriterEvents, PublisherEvents {
  readonly #setup: EmbeddedSetup;
  readonly #queue: AppendQueue;
  readonly #listeners = new Set<(event: AuditEvent) => void>();
  #writer: WriterHandle | undefined;
  #publisher: PublisherHandle | undefined;
  #end: DurableEnd | undefined;
  #checkpoint: { size: number; time: string } | undefined;
  /** The checkpoint itself, as the log signed it last. */
  #note: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Why nothing is appended for now, and for good. */
  #held: string | undefined;
  #ended: Fault | undefined;
  #lag: string | undefined;
  #uncosigned: string | undefined;
  #failed = false;
  #closed: Promise<void> | undefined;
  #signing = false;
  readonly #refusals: RefusalRecorder;
  readonly payloads: PayloadClearing;
  readonly #witnesses: Witnesses;

  constructor(setup: EmbeddedSetup) {
    this.#setup = setup;
    this.#end = setup.end;
    this.#queue = new AppendQueue(setup.bounds, {
      offer: (records, reserved) => this.#writer!.offer(records, reserved),
      publish: (more) => this.#writer!.publish(more),
    });
    this.#witnesses = new Witnesses(
      setup.witnesses,
      setup.clock,
      (first, second) => this.#publisher!.call('consistency', first, second),
      (size, lines) => void this.#cosigned(size, lines),
    );
    this.payloads = new PayloadClearing({
      publisher: { call: (method, ...parameters) => this.#publisher!.call(method, ...parameters) },
      append: (records) => this.append(records),
      roll: () => this.#writer!.roll(),
      size: () => this.#end?.size ?? 0,
      clock: setup.clock,
      newId: setup.newId,
    });
    this.#refusals = new RefusalRecorder(setup, (record, purpose) => this.#queue.append([record], purpose));
  }

  /** Takes up service: closes what earlier epochs left open, and signs from now on. */
  async begin(writer: WriterHandle, publisher: PublisherHandle): Promise<void> {
    this.#writer = writer;
    this.#publisher = publisher;
    await this.#closeOrphans();
    await this.payloads.resume();
    this.#timer = setInterval(() => void this.#signPeriodically(), this.#setup.bounds.checkpoint_interval_ms);
    this.#timer.unref();
  }

  async #closeOrphans(): Promise<void> {
    const orphans = await this.#publisher!.call('orphans', this.#setup.epoch, this.#now());
    for (let at = 0; at < orphans.length; at += orphansPerAppend) {
      await this.append(orphans.slice(at, at + orphansPerAppend));
    }
  }

  /** Not `async`: a second promise around the queue's own would be paid with every record. */
  append(records: readonly NewRecord[]): Promise<Position[]> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (this.#held !== undefined) return Promise.reject(unavailable(this.#held));
    return records.length === 0 ? Promise.resolve([]) : this.#queue.append(records, 'caller');
  }

  search(query: SearchQuery): Promise<SearchPage> {
    return this.#publisher!.call('search', query);
  }

  show(id: string): Promise<AuditEvent | undefined> {
    return this.#publisher!.call('show', id);
  }

  async *records(filter: RecordFilter): AsyncIterable<StoredRecord> {
    let from: number | undefined = filter.from ?? 0;
    while (from !== undefined) {
      const page: { records: StoredRecord[]; next: number | undefined } = await this.#publisher!.call(
        'records',
        filter,
        from,
      );
      yield* page.records;
      from = page.next;
    }
  }

  subscribe(listener: (event: AuditEvent) => void): () => void {
    this.#listeners.add(listener);
    this.#publisher!.watch(true);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#publisher!.watch(false);
    };
  }

  evidence(ids: readonly string[], size: number): Promise<EvidenceRecord[]> {
    return this.#publisher!.call('evidence', ids, size);
  }

  keys(): LogKeys {
    const { log_keys, witnesses } = this.#setup;
    return { log_keys, witness_keys: witnesses.witnesses.map(({ key }) => key.text) };
  }

  proof(id: string): Promise<string | undefined> {
    return this.#publisher!.call('proof', id);
  }

  async checkpoint(): Promise<string> {
    return (await this.#sign()).note;
  }

  async copy(): Promise<LogCopy> {
    const { note, end } = await this.#sign();
    return copyOfLog(this.#setup.folder, end, note);
  }

  async #sign(): Promise<{ note: string; end: DurableEnd | undefined }> {
    try {
      const { note, size, end } = await this.#publisher!.call('checkpoint');
      this.#checkpoint = { size, time: this.#now() };
      this.#note = note;
      this.#held = undefined;
      // Beside the appends: a witness that is away holds nothing up, and `status` says that it is.
      void this.#witnesses.publish(note);
      return { note, end };
    } catch (error) {
      // What cannot be vouched for is not taken on: appends wait until a checkpoint succeeds again.
      this.#held = `no checkpoint can be published: ${reasonOf(error)}`;
      if (error instanceof SyncFailure) this.failed(error.message);
      throw error;
    }
  }

  /** Cosignatures that cannot be kept are asked for again with the next checkpoint. */
  async #cosigned(size: number, lines: string[]): Promise<void> {
    try {
      await this.#publisher!.call('cosigned', size, lines);
      this.#uncosigned = undefined;
    } catch (error) {
      this.#uncosigned = `cosignatures cannot be kept: ${reasonOf(error)}`;
      if (error instanceof SyncFailure) this.failed(error.message);
    }
  }

  file(path: string): Promise<Uint8Array | undefined> {
    return this.#publisher!.call('file', path);
  }

  status(): LedgerStatus {
    const problem = this.#ended?.message ?? this.#held ?? this.#lag ?? this.#uncosigned;
    const { size, peaks } = this.#end ?? { size: 0, peaks: '' };
    return {
      size,
      root: hashToBase64(CompactRange.ofJoined(size, peaks).root()),
      origin: this.#setup.origin,
      ...(this.#checkpoint !== undefined && { checkpoint: this.#checkpoint }),
      ...this.#witnesses.status,
      writable: this.#ended === undefined && this.#held === undefined,
      queued_records: this.#queue.records,
      ...(problem !== undefined && { problem }),
    };
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    await this.payloads.settled();
    const ended = this.#ended;
    this.#ended ??= unavailable('it is closing');
    await this.#queue.drained();
    try {
      if (ended === undefined) await this.checkpoint();
    } finally {
      await this.#writer?.close();
      await this.#publisher?.close();
      this.#setup.unlock();
    }
  }

  durable(appends: number, firstSequence: number, end: DurableEnd): void {
    this.#end = end;
    const { source, epoch } = this.#setup;
    this.#queue.acknowledge(appends, source, epoch, firstSequence);
    this.#publisher!.extend(end);
    void this.#refusals.writable();
  }

  denied(appends: number, reason: string, diskFull: boolean): void {
    const records = this.#queue.deny(appends, unavailable(reason));
    if (diskFull) this.#refusals.refused(records);
  }

  failed(reason: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#ended = unavailable(reason);
    this.#queue.denyAll(this.#ended);
    this.#setup.failed(this.#ended);
  }

  async #signPeriodically(): Promise<void> {
    if (this.#signing || this.#failed || this.#end === undefined) return;
    if (this.#held === undefined && this.#checkpoint?.size === this.#end.size) {
      // Nothing to sign; but a witness that was away may be back.
      return this.#witnesses.publish(this.#note!);
    }
    this.#signing = true;
    // The failure holds appends and stands in `status`; the next turn tries again.
    await this.checkpoint().catch(() => undefined);
    this.#signing = false;
  }

  #now(): string {
    return new Date(this.#setup.clock.now()).toISOString();
  }

  tail(events: AuditEvent[]): void {
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }

  problem(reason: string | undefined): void {
    this.#lag = reason;
  }
}

function unavailable(reason: string): Fault {
  return new Fault('ledger_unavailable', `the ledger cannot write: ${reason}`, {
    remedy: 'Nothing was done. Try again when the operator has made room or repaired the disk.',
  });
}
