/**
 * Appends between the caller's thread and the writer's: a ring in memory that both see, with one producer
 * and one consumer. Nothing is allocated, cloned or handed over for an append, the writer can begin with
 * the first of a turn while the last is being made, and waking it is one call to the system.
 *
 * In the ring an append is u32 length, u32 flags, its bytes, and padding to a multiple of eight.
 */
import type { PreparedRecord } from '../record/leaf.ts';
import { bytesOf, spaceFor, writeAppend } from '../writer/append-bytes.ts';
import type { AppendSink, AppendSource, WaitingAppend } from '../writer/port.ts';

/** Bytes of the ring; a power of two. What finds no room waits with the caller. */
const capacity = 4 * 1024 * 1024;
/** An append that may take more goes to the writer in memory of its own. */
const largestInRing = capacity / 4;
const headBytes = 8;
/** In place of a length: nothing more before the end of the memory. */
const skip = 0xffffffff;
const flags = { reserved: 1, elsewhere: 2 } as const;

/** Places in the shared words. Positions count bytes ever written, modulo 2^32. */
const words = { written: 0, read: 1, wake: 2, more: 3, closed: 4, rolls: 5 } as const;

export interface RingMemory {
  words: SharedArrayBuffer;
  bytes: SharedArrayBuffer;
}

export function ringMemory(): RingMemory {
  const length = Object.keys(words).length * Int32Array.BYTES_PER_ELEMENT;
  return { words: new SharedArrayBuffer(length), bytes: new SharedArrayBuffer(capacity) };
}

/** The caller's end. */
export class AppendRing implements AppendSink {
  readonly #words: Int32Array;
  readonly #bytes: Buffer;
  readonly #elsewhere: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** Where the next append goes; the writer sees it when it is published. */
  #written = 0;

  /** `elsewhere` brings the bytes of a large append to the writer by another way, before it returns. */
  constructor(memory: RingMemory, elsewhere: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#words = new Int32Array(memory.words);
    this.#bytes = Buffer.from(memory.bytes);
    this.#elsewhere = elsewhere;
  }

  offer(records: readonly PreparedRecord[], reserved: boolean): boolean {
    const flag = reserved ? flags.reserved : 0;
    const space = spaceFor(records);
    const large = headBytes + space > largestInRing;
    const start = this.#place(large ? headBytes : headBytes + space);
    if (start === undefined) return false;
    if (large) this.#send(records);
    const end = large ? start + headBytes : writeAppend(records, this.#bytes, start + headBytes);
    this.#bytes.writeUInt32LE(end - start - headBytes, start);
    this.#bytes.writeUInt32LE(large ? flag | flags.elsewhere : flag, start + 4);
    this.#written = (this.#written + padded(end - start)) | 0;
    return true;
  }

  publish(more: boolean): void {
    Atomics.store(this.#words, words.written, this.#written);
    Atomics.store(this.#words, words.more, more ? 1 : 0);
    this.#wake();
  }

  roll(): void {
    Atomics.add(this.#words, words.rolls, 1);
  }

  close(): void {
    Atomics.store(this.#words, words.closed, 1);
    this.#wake();
  }

  #wake(): void {
    Atomics.add(this.#words, words.wake, 1);
    Atomics.notify(this.#words, words.wake);
  }

  #send(records: readonly PreparedRecord[]): void {
    const bytes = Buffer.allocUnsafeSlow(bytesOf(records));
    writeAppend(records, bytes, 0);
    this.#elsewhere(bytes);
  }

  /** Where `length` bytes in one piece are free; undefined where they are not. */
  #place(length: number): number | undefined {
    const free = capacity - ((this.#written - Atomics.load(this.#words, words.read)) >>> 0);
    const start = this.#written & (capacity - 1);
    const toEnd = capacity - start;
    if (padded(length) <= toEnd) return padded(length) <= free ? start : undefined;
    if (toEnd + padded(length) > free) return undefined;
    this.#bytes.writeUInt32LE(skip, start);
    this.#written = (this.#written + toEnd) | 0;
    return 0;
  }
}

/** The writer's end. */
export class AppendRingSource implements AppendSource {
  readonly #words: Int32Array;
  readonly #bytes: Buffer;
  readonly #elsewhere: () => Uint8Array;
  #read = 0;
  /** The append that was looked at last, and where the next one begins. */
  #next: { append: WaitingAppend; end: number } | undefined;

  /** `elsewhere` gives the bytes of the large append that is next. */
  constructor(memory: RingMemory, elsewhere: () => Uint8Array) {
    this.#words = new Int32Array(memory.words);
    this.#bytes = Buffer.from(memory.bytes);
    this.#elsewhere = elsewhere;
  }

  get more(): boolean {
    return Atomics.load(this.#words, words.more) === 1;
  }

  get rolls(): number {
    return Atomics.load(this.#words, words.rolls);
  }

  get closed(): boolean {
    return Atomics.load(this.#words, words.closed) === 1;
  }

  peek(): WaitingAppend | undefined {
    this.#next ??= this.#look();
    return this.#next?.append;
  }

  take(): void {
    this.#read = this.#next?.end ?? this.#read;
    this.#next = undefined;
    Atomics.store(this.#words, words.read, this.#read);
  }

  /** Number of wakings so far: what `sleep` takes, read before looking for appends. */
  get wakings(): number {
    return Atomics.load(this.#words, words.wake);
  }

  /** Blocks this thread until somebody wakes it; not at all where that was done since `wakings` was read. */
  sleep(wakings: number): void {
    Atomics.wait(this.#words, words.wake, wakings);
  }

  #look(): { append: WaitingAppend; end: number } | undefined {
    if (this.#read === Atomics.load(this.#words, words.written)) return undefined;
    const start = this.#read & (capacity - 1);
    const length = this.#bytes.readUInt32LE(start);
    if (length === skip) {
      this.#read = (this.#read + capacity - start) | 0;
      return this.#look();
    }
    const flag = this.#bytes.readUInt32LE(start + 4);
    const end = (this.#read + padded(headBytes + length)) | 0;
    const reserved = (flag & flags.reserved) !== 0;
    return { append: { bytes: this.#body(start, length, flag), reserved }, end };
  }

  #body(start: number, length: number, flag: number): Buffer {
    if ((flag & flags.elsewhere) === 0) {
      return this.#bytes.subarray(start + headBytes, start + headBytes + length);
    }
    const bytes = this.#elsewhere();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

function padded(length: number): number {
  return (length + 7) & ~7;
}
