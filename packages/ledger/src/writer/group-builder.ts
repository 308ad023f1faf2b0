/** Seals, hashes and lays out records as they arrive, so that a group is ready when the disk is. */
import type { KeyObject } from 'node:crypto';
import type { CompactRange } from '../merkle/compact-range.ts';
import { hashBytes, hashPrefixedLeaf } from '../merkle/hash.ts';
import { commitmentTo, keyBytes, saltBytes, sealPayload, tagBytes, wrapKeys } from '../keys/payload-seal.ts';
import type { LeafEnvelope } from '../record/leaf.ts';
import { frameHeaderBytes, frameTypes, sealFrame } from '../segment/frame.ts';
import { groupHeadBytes, payloadKinds } from '../segment/group.ts';
import type { RandomPool } from './random-pool.ts';

const entriesStart = frameHeaderBytes + groupHeadBytes;
const firstCapacity = 256 * 1024;

export interface GroupStart {
  range: CompactRange;
  first_sequence: number;
  leaf: LeafEnvelope;
}

export class GroupBuilder {
  #bytes = Buffer.allocUnsafeSlow(firstCapacity);
  #plain = Buffer.allocUnsafeSlow(64 * 1024);
  #at = entriesStart;
  #keys: Buffer[] = [];
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
    this.#at = entriesStart;
    this.#keys = [];
    this.#count = 0;
    this.#start = start;
    this.#range = start.range.clone();
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#at;
  }

  /** The tree after the records so far. */
  get range(): CompactRange {
    return this.#range;
  }

  /** `record` is canonical JSON, `payload` JSON; both are copied. */
  add(record: Buffer, payload: Buffer | undefined): void {
    if (payload === undefined) {
      this.#addLeaf(record, undefined);
      this.#reserve(1);
      this.#bytes[this.#at] = payloadKinds.none;
      this.#at += 1;
      return;
    }
    const plain = this.#saltedPayload(payload);
    this.#addLeaf(record, commitmentTo(plain));
    this.#addSealed(plain);
  }

  /** The whole frame. The builder must be reset before it is used again, and not before it is written. */
  finish(wrapping: KeyObject, keyCounter: number): Buffer {
    const entriesLength = this.#at - entriesStart;
    if (this.#keys.length > 0) this.#append(wrapKeys(Buffer.concat(this.#keys), wrapping, keyCounter));
    this.#appendPeaks();
    const head = this.#bytes.subarray(frameHeaderBytes, entriesStart);
    head.writeBigUInt64BE(BigInt(this.#start.range.size), 0);
    head.writeBigUInt64BE(BigInt(this.#start.first_sequence), 8);
    head.writeBigUInt64BE(BigInt(keyCounter), 16);
    head.writeUInt32BE(this.#count, 24);
    head.writeUInt32BE(this.#keys.length, 28);
    head.writeUInt32BE(entriesLength, 32);
    return sealFrame(this.#bytes.subarray(0, this.#at), frameTypes.group);
  }

  #addLeaf(record: Buffer, commitment: string | undefined): void {
    const { leaf, first_sequence } = this.#start;
    const before = leaf.before(first_sequence + this.#count, commitment);
    const length = before.length + record.length + leaf.after.length;
    this.#reserve(3 + length);
    const start = this.#at + 2;
    this.#bytes.writeUInt16BE(length, this.#at);
    this.#bytes[start] = 0;
    this.#bytes.write(before, start + 1, 'latin1');
    record.copy(this.#bytes, start + 1 + before.length);
    this.#at = start + 1 + length;
    this.#bytes.write(leaf.after, this.#at - leaf.after.length, 'latin1');
    this.#range.push(hashPrefixedLeaf(this.#bytes.subarray(start, this.#at)));
    this.#count += 1;
  }

  /** Salt ‖ payload, in a buffer that the next record overwrites. */
  #saltedPayload(payload: Buffer): Buffer {
    const length = saltBytes + payload.length;
    if (this.#plain.length < length) this.#plain = Buffer.allocUnsafeSlow(length);
    this.#random.take(saltBytes).copy(this.#plain);
    payload.copy(this.#plain, saltBytes);
    return this.#plain.subarray(0, length);
  }

  #addSealed(plain: Buffer): void {
    const key = this.#random.take(keyBytes);
    this.#reserve(5 + plain.length + tagBytes);
    this.#bytes[this.#at] = payloadKinds.sealed;
    const length = sealPayload(plain, key, this.#bytes, this.#at + 5);
    this.#bytes.writeUInt32BE(length, this.#at + 1);
    this.#at += 5 + length;
    this.#keys.push(key);
  }

  #appendPeaks(): void {
    const { peaks } = this.#range;
    this.#reserve(1 + peaks.length * hashBytes);
    this.#bytes[this.#at] = peaks.length;
    this.#at += 1;
    for (const peak of peaks) this.#at += this.#bytes.write(peak, this.#at, 'latin1');
  }

  #append(bytes: Buffer): void {
    this.#reserve(bytes.length);
    this.#at += bytes.copy(this.#bytes, this.#at);
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#at + more));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
