/** Appends between the caller and the writer: bounded, in order, published together. */
import { Fault, type NewRecord, type Position } from '@remit/contracts';
import { prepareRecord, type PreparedRecord } from './record/leaf.ts';
import type { AppendSink } from './writer/port.ts';

export interface QueueBounds {
  queue_records_max: number;
  queue_bytes_max: number;
  payload_bytes_max: number;
}

/** Records of callers, or the ledger's own about what it refuses; those may use the disk's reserve. */
export type Purpose = 'caller' | 'refusals' | 'refusals_from_reserve';

interface OpenAppend {
  purpose: Purpose;
  records: number;
  bytes: number;
  resolve(positions: Position[]): void;
  reject(fault: Fault): void;
}

/** A busy turn of the event loop is published in parts, so that the writer hashes one while the next is made. */
const appendsPerPart = 32;

interface Offer {
  records: readonly PreparedRecord[];
  reserved: boolean;
}

export class AppendQueue {
  readonly #bounds: QueueBounds;
  readonly #sink: AppendSink;
  /** Oldest first; the writer answers in this order. */
  #open: OpenAppend[] = [];
  /** What the sink had no room for yet, oldest first. */
  #waiting: Offer[] = [];
  #scheduled = false;
  /** Appends offered since the last part was published. */
  #unpublished = 0;
  #records = 0;
  #bytes = 0;
  #idle: () => void = () => undefined;

  constructor(bounds: QueueBounds, sink: AppendSink) {
    this.#bounds = bounds;
    this.#sink = sink;
  }

  get records(): number {
    return this.#records;
  }

  /** Rejects with Fault `ledger_unavailable` where the queue is full, and those of `prepareRecord`. */
  append(given: readonly NewRecord[], purpose: Purpose): Promise<Position[]> {
    return new Promise((resolve, reject) => this.#add(given, purpose, resolve, reject));
  }

  #add(
    given: readonly NewRecord[],
    purpose: Purpose,
    resolve: OpenAppend['resolve'],
    reject: OpenAppend['reject'],
  ): void {
    const prepared = given.map((record) => prepareRecord(record, this.#bounds.payload_bytes_max));
    let bytes = 0;
    for (const record of prepared) bytes += record.bytes;
    this.#refuseWhereFull(prepared.length, bytes);
    this.#open.push({ purpose, records: prepared.length, bytes, resolve, reject });
    this.#records += prepared.length;
    this.#bytes += bytes;
    this.#waiting.push({ records: prepared, reserved: purpose === 'refusals_from_reserve' });
    this.#handOver();
  }

  /** The oldest appends are on disk. */
  acknowledge(appends: number, source: string, epoch: number, firstSequence: number): void {
    let sequence = firstSequence;
    for (const append of this.#take(appends)) {
      const positions: Position[] = [];
      for (const end = sequence + append.records; sequence < end; sequence += 1) {
        positions.push({ source, epoch, sequence });
      }
      append.resolve(positions);
    }
    this.#handOver();
  }

  /** The oldest appends were not written. Returns the number of callers' records that they had. */
  deny(appends: number, fault: Fault): number {
    const denied = this.#take(appends);
    for (const append of denied) append.reject(fault);
    this.#handOver();
    return denied.reduce((sum, { purpose, records }) => sum + (purpose === 'caller' ? records : 0), 0);
  }

  denyAll(fault: Fault): void {
    this.#waiting = [];
    this.deny(this.#open.length, fault);
  }

  /** Resolves when every append so far was acknowledged or denied. */
  async drained(): Promise<void> {
    while (this.#open.length > 0) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#idle = () => resolve(undefined);
      await promise;
    }
  }

  #take(appends: number): OpenAppend[] {
    const taken = this.#open.splice(0, appends);
    for (const append of taken) {
      this.#records -= append.records;
      this.#bytes -= append.bytes;
    }
    if (this.#open.length === 0) this.#idle();
    return taken;
  }

  #refuseWhereFull(records: number, bytes: number): void {
    const { queue_records_max, queue_bytes_max } = this.#bounds;
    if (this.#records + records <= queue_records_max && this.#bytes + bytes <= queue_bytes_max) return;
    throw new Fault(
      'ledger_unavailable',
      `more than ${queue_records_max} records wait for the ledger's disk`,
      {
        remedy: 'Try again later; check the speed of the disk if this lasts.',
      },
    );
  }

  /** Offers what waits, as far as there is room; the next answer of the writer makes more. */
  #handOver(): void {
    let offered = 0;
    for (const { records, reserved } of this.#waiting) {
      if (!this.#sink.offer(records, reserved)) break;
      offered += 1;
    }
    if (offered === 0) return;
    this.#waiting.splice(0, offered);
    this.#unpublished += offered;
    this.#schedule();
    if (this.#unpublished < appendsPerPart) return;
    this.#unpublished = 0;
    this.#sink.publish(true);
  }

  /** After everything that this turn of the event loop appends, so that it shares a group. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#unpublished = 0;
      this.#sink.publish(false);
    });
  }
}
