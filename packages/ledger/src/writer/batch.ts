/**
 * Appends on their way to the writer's thread. Records and payloads cross as bytes in one buffer that
 * changes its owner: cloning their strings would cost both threads more than the rest of the crossing.
 *
 * The buffer holds for each record: u32 length, u32 length of the payload (or `noPayload`), the
 * canonical record, the payload's JSON.
 */
import type { PreparedRecord } from '../record/leaf.ts';

export interface Batch {
  bytes: Uint8Array<ArrayBuffer>;
  /** Number of records of each append. */
  appends: number[];
  kind: BatchKind;
}

/**
 * `whole`: all that there is for now. `part`: more follows at once, and is worth waiting for. `reserved`: may
 * use the disk's reserve, because it records that the disk is full.
 */
export type BatchKind = 'whole' | 'part' | 'reserved';

const noPayload = 0xffffffff;
const headBytes = 8;
const firstCapacity = 4096;
const largestFirstCapacity = 1024 * 1024;
const noBytes = Buffer.alloc(0);

export class BatchBuilder {
  #bytes: Buffer<ArrayBuffer> = noBytes;
  #at = 0;
  #records = 0;
  #appends: number[] = [];
  /** What the last batch took: the next one is likely to be as large. */
  #capacity = firstCapacity;

  get records(): number {
    return this.#records;
  }

  add(records: readonly PreparedRecord[]): void {
    for (const record of records) this.#addRecord(record);
    this.#appends.push(records.length);
    this.#records += records.length;
  }

  /** The batch so far; the builder is empty then. */
  take(kind: BatchKind): Batch {
    // An empty batch goes away with its memory like any other, so it needs one of its own.
    const bytes = this.#at === 0 ? new Uint8Array(0) : this.#bytes.subarray(0, this.#at);
    const batch = { bytes, appends: this.#appends, kind };
    this.#capacity = Math.min(Math.max(firstCapacity, 2 * this.#at), largestFirstCapacity);
    this.#bytes = noBytes;
    this.#at = 0;
    this.#records = 0;
    this.#appends = [];
    return batch;
  }

  #addRecord({ record, payload }: PreparedRecord): void {
    this.#reserve(headBytes + (record.length + (payload?.length ?? 0)) * 3);
    const head = this.#at;
    const recordBytes = this.#bytes.write(record, head + headBytes);
    const payloadBytes =
      payload === undefined ? 0 : this.#bytes.write(payload, head + headBytes + recordBytes);
    this.#bytes.writeUInt32LE(recordBytes, head);
    this.#bytes.writeUInt32LE(payload === undefined ? noPayload : payloadBytes, head + 4);
    this.#at = head + headBytes + recordBytes + payloadBytes;
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    // Not from Node's shared pool: the whole memory of the buffer goes to the writer's thread.
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#capacity, 2 * this.#bytes.length, this.#at + more));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** Calls `add` with the bytes of each record and payload, in order. They are views: copy what is kept. */
export function readBatch(
  { bytes }: Batch,
  add: (record: Buffer, payload: Buffer | undefined) => void,
): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at < buffer.length) {
    const recordEnd = at + headBytes + buffer.readUInt32LE(at);
    const payloadBytes = buffer.readUInt32LE(at + 4);
    const record = buffer.subarray(at + headBytes, recordEnd);
    at = payloadBytes === noPayload ? recordEnd : recordEnd + payloadBytes;
    add(record, payloadBytes === noPayload ? undefined : buffer.subarray(recordEnd, at));
  }
}
