/**
 * The segment file that is being written: begins it when the first group comes, rolls it when it is full.
 *
 * Small groups go into room that was made before, as zeros: a file that does not grow has no metadata to
 * sync with its data, which halves the processor's work for a sync and takes a third off its time. What is
 * left of the room is cut off when the segment is closed, and read as the end of the log until then.
 */
import type { KeyObject } from 'node:crypto';
import { replaceFile } from '../disk/replace-file.ts';
import { isDiskFull, SyncFailure } from '../disk/sync-failure.ts';
import type { CompactRange } from '../merkle/compact-range.ts';
import { encodeHeader, encodeRange } from '../segment/header.ts';
import { segmentName, segmentPath } from '../segment/segment-names.ts';
import type { GroupBuilder } from './group-builder.ts';
import type { DurableEnd, WriterSetup, WriterTools } from './port.ts';

/** Bytes of zeros behind a group that has met the end of the room. */
const room = Buffer.alloc(256 * 1024);
/** A larger group pays for its own growth: room made for it would be written twice to no end. */
const largestInRoom = room.length / 4;

interface OpenSegment {
  name: string;
  file: number;
  /** Where the next group goes. */
  offset: number;
  /** The file's length: what lies behind `offset` is zeros. */
  length: number;
  payload_key: KeyObject;
}

export class SegmentWriter {
  readonly #setup: WriterSetup;
  readonly #tools: WriterTools;
  #open: OpenSegment | undefined;
  /** Counts attempts, so that a group denied and tried again never repeats a nonce. */
  #nonceCounter = 0n;
  /** Segments that were asked for, so far as this has seen it. */
  #rolls = 0;

  constructor(setup: WriterSetup, tools: WriterTools) {
    this.#setup = setup;
    this.#tools = tools;
  }

  get path(): string {
    return this.#open === undefined ? this.#setup.folder : segmentPath(this.#setup.folder, this.#open.name);
  }

  /** The end of what was written, with the tree that it has there. */
  end(range: CompactRange): DurableEnd {
    const { name, offset } = this.#open!;
    return { size: range.size, peaks: range.peaks.join(''), segment: name, offset };
  }

  /**
   * Writes the group behind the last one, not yet durable.
   * @throws the system's error, with nothing of the group left; SyncFailure where that is not sure.
   */
  write(group: GroupBuilder, before: CompactRange, firstSequence: number): void {
    if (this.#isToEnd()) this.close();
    const segment = (this.#open ??= this.#begin(before, firstSequence));
    this.#nonceCounter += 1n;
    const frame = group.finish(segment.payload_key, this.#nonceCounter);
    try {
      this.#tools.disk.write(segment.file, frame, segment.offset);
    } catch (error) {
      this.#cutOff(segment);
      throw error;
    }
    segment.offset += frame.length;
    if (segment.offset > segment.length) this.#grow(segment, frame.length);
  }

  #isToEnd(): boolean {
    const { rolls } = this.#tools.source;
    const asked = rolls !== this.#rolls;
    this.#rolls = rolls;
    return asked || (this.#open?.offset ?? 0) >= this.#setup.segment_bytes_max;
  }

  /** @throws the system's error: what was written since the last one may be lost. */
  datasync(): void {
    this.#tools.disk.datasync(this.#open!.file);
  }

  /** @throws SyncFailure where what is behind the last group cannot be cut off. */
  close(): void {
    const segment = this.#open;
    this.#open = undefined;
    if (segment === undefined) return;
    try {
      if (segment.length > segment.offset) this.#cutOff(segment);
    } finally {
      this.#tools.disk.close(segment.file);
    }
  }

  /** Makes room behind a group that the file has grown by. A full disk has none, and needs none. */
  #grow(segment: OpenSegment, groupBytes: number): void {
    segment.length = segment.offset;
    const bytes = Math.min(room.length, this.#setup.segment_bytes_max - segment.offset);
    if (groupBytes > largestInRoom || bytes <= 0) return;
    try {
      this.#tools.disk.write(segment.file, room.subarray(0, bytes), segment.offset);
      segment.length += bytes;
    } catch (error) {
      this.#cutOff(segment);
      if (!isDiskFull(error)) throw error;
    }
  }

  #begin(before: CompactRange, firstSequence: number): OpenSegment {
    const { disk, random, payloadKey } = this.#tools;
    const { folder, origin, source, epoch } = this.#setup;
    const salt = Buffer.from(random(32)).toString('base64');
    const header = encodeHeader({
      format: 1,
      origin,
      source,
      epoch,
      first_index: before.size,
      first_sequence: firstSequence,
      range: encodeRange(before),
      salt,
    });
    const name = segmentName(before.size, epoch);
    const path = segmentPath(folder, name);
    replaceFile(disk, path, header);
    return {
      name,
      file: disk.open(path, 'r+'),
      offset: header.length,
      length: header.length,
      payload_key: payloadKey({ salt }),
    };
  }

  /** What part of a group was written must not stay: a later, shorter group would leave its tail behind. */
  #cutOff(segment: OpenSegment): void {
    try {
      this.#tools.disk.truncate(segment.file, segment.offset);
      segment.length = segment.offset;
    } catch (error) {
      throw new SyncFailure(segmentPath(this.#setup.folder, segment.name), error);
    }
  }
}
