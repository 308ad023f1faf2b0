/** Hashes and lays out records as they arrive, so that a group has only to be sealed when the disk is ready. */
import type { KeyObject } from 'node:crypto';
import type { CompactRange } from '../merkle/compact-range.ts';
import { hashBytes, hashPrefixedLeaf } from '../merkle/hash.ts';
import { commitmentTo, saltBytes, sealBlock, tagBytes } from '../keys/payload-seal.ts';
import type { LeafEnvelope } from '../record/leaf.ts';
import { frameHeaderBytes, frameTypes, sealFrame } from '../segment/frame.ts';
import { groupHeadBytes } from '../segment/group.ts';
import type { RandomPool } from './random-pool.ts';

const entriesStart = frameHeaderBytes + groupHeadBytes;
const firstCapacity = 256 * 1024;

/** Salted payloads sealed together, unless one alone has more: what has to be opened to read one of them. */
const blockBytes = 64 * 1024;

export interface GroupStart {
  range: CompactRange;
  first_sequence: number;
  leaf: LeafEnvelope;
}

export class GroupBuilder {
  #bytes = Buffer.allocUnsafeSlow(firstCapacity);
  /** The salted payloads, one after the other, and where a block of them ends before the last. */
  #plain = Buffer.allocUnsafeSlow(firstCapacity);
  #plainAt = 0;
  #blockEnds: number[] = [];
  #at = entriesStart;
  #count = 0;
  #start: GroupStart;
  #range: CompactRange;
  readonly #random: RandomPool;

  constructor(random: RandomPool, start: GroupStart) {
    this.#random = random;
    this.#start = start;
    this.#range = start.range.clone();
  }

  /** Forgets what it holds and begins a group after `start`. */
  reset(start: GroupStart): void {
    if (this.#bytes.length > 32 * firstCapacity) this.#bytes = Buffer.allocUnsafeSlow(firstCapacity);
    if (this.#plain.length > 32 * firstCapacity) this.#plain = Buffer.allocUnsafeSlow(firstCapacity);
    this.#at = entriesStart;
    this.#plainAt = 0;
    this.#blockEnds = [];
    this.#count = 0;
    this.#start = start;
    this.#range = start.range.clone();
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#at + this.#plainAt;
  }

  /** The tree after the records so far. */
  get range(): CompactRange {
    return this.#range;
  }

  /** `record` is canonical JSON, `payload` JSON; both are copied. */
  add(record: Buffer, payload: Buffer | undefined): void {
    if (payload === undefined) return this.#addLeaf(record, undefined, 0);
    const plain = this.#addPayload(payload);
    this.#addLeaf(record, commitmentTo(plain), plain.length);
  }

  /**
   * The whole frame. The builder must be reset before it is used again, and not before it is written.
   * `counter` never repeats under one key.
   */
  finish(key: KeyObject, counter: bigint): Buffer {
    const entriesLength = this.#at - entriesStart;
    const blocks = this.#sealBlocks(key, counter);
    this.#appendPeaks();
    const head = this.#bytes.subarray(frameHeaderBytes, entriesStart);
    head.writeBigUInt64BE(BigInt(this.#start.range.size), 0);
    head.writeBigUInt64BE(BigInt(this.#start.first_sequence), 8);
    head.writeBigUInt64BE(counter, 16);
    head.writeUInt32BE(this.#count, 24);
    head.writeUInt32BE(blocks, 28);
    head.writeUInt32BE(entriesLength, 32);
    return sealFrame(this.#bytes.subarray(0, this.#at), frameTypes.group);
  }

  #addLeaf(record: Buffer, commitment: string | undefined, payloadLength: number): void {
    const { leaf, first_sequence } = this.#start;
    const before = leaf.before(first_sequence + this.#count, commitment);
    const length = before.length + record.length + leaf.after.length;
    this.#reserve(7 + length);
    const start = this.#at + 2;
    this.#bytes.writeUInt16BE(length, this.#at);
    this.#bytes[start] = 0;
    this.#bytes.write(before, start + 1, 'latin1');
    record.copy(this.#bytes, start + 1 + before.length);
    this.#at = start + 1 + length;
    this.#bytes.write(leaf.after, this.#at - leaf.after.length, 'latin1');
    this.#range.push(hashPrefixedLeaf(this.#bytes.subarray(start, this.#at)));
    this.#at = this.#bytes.writeUInt32BE(payloadLength, this.#at);
    this.#count += 1;
  }

  /** Salt ‖ payload, where it lies until it is sealed. */
  #addPayload(payload: Buffer): Buffer {
    const start = this.#plainAt;
    const end = start + saltBytes + payload.length;
    if (this.#plain.length < end) this.#plain = larger(this.#plain, start, end);
    const blockStart = this.#blockEnds.at(-1) ?? 0;
    if (start > blockStart && end - blockStart > blockBytes) this.#blockEnds.push(start);
    this.#random.take(saltBytes).copy(this.#plain, start);
    payload.copy(this.#plain, start + saltBytes);
    this.#plainAt = end;
    return this.#plain.subarray(start, end);
  }

  /** Appends the payloads, sealed; returns the number of blocks. */
  #sealBlocks(key: KeyObject, counter: bigint): number {
    if (this.#plainAt === 0) return 0;
    let from = 0;
    const ends = [...this.#blockEnds, this.#plainAt];
    ends.forEach((end, block) => {
      this.#reserve(4 + end - from + tagBytes);
      const plain = this.#plain.subarray(from, end);
      const length = sealBlock(plain, key, { counter, block }, this.#bytes, this.#at + 4);
      this.#bytes.writeUInt32BE(length, this.#at);
      this.#at += 4 + length;
      from = end;
    });
    return ends.length;
  }

  #appendPeaks(): void {
    const { peaks } = this.#range;
    this.#reserve(1 + peaks.length * hashBytes);
    this.#bytes[this.#at] = peaks.length;
    this.#at += 1;
    for (const peak of peaks) this.#at += this.#bytes.write(peak, this.#at, 'latin1');
  }

  #reserve(more: number): void {
    if (this.#at + more > this.#bytes.length) this.#bytes = larger(this.#bytes, this.#at, this.#at + more);
  }
}

/** A buffer of at least `length` bytes with the first `used` bytes of `buffer`. */
function larger(buffer: Buffer, used: number, length: number): Buffer<ArrayBuffer> {
  const copy = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, length));
  buffer.copy(copy, 0, 0, used);
  return copy;
}
