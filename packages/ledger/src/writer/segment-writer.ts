/** The segment file that is being written: begins it when the first group comes, rolls it when it is full. */
import type { KeyObject } from 'node:crypto';
import { replaceFile } from '../disk/replace-file.ts';
import { SyncFailure } from '../disk/sync-failure.ts';
import type { CompactRange } from '../merkle/compact-range.ts';
import { encodeHeader, encodeRange } from '../segment/header.ts';
import { segmentName, segmentPath } from '../segment/segment-names.ts';
import type { GroupBuilder } from './group-builder.ts';
import type { DurableEnd, WriterSetup, WriterTools } from './port.ts';

interface OpenSegment {
  name: string;
  file: number;
  /** Where the next group goes. */
  offset: number;
  payload_key: KeyObject;
}

export class SegmentWriter {
  readonly #setup: WriterSetup;
  readonly #tools: WriterTools;
  #open: OpenSegment | undefined;
  /** Counts attempts, so that a group denied and tried again never repeats a nonce. */
  #nonceCounter = 0n;

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
    if (this.#open !== undefined && this.#open.offset >= this.#setup.segment_bytes_max) this.close();
    const segment = (this.#open ??= this.#begin(before, firstSequence));
    this.#nonceCounter += 1n;
    const frame = group.finish(segment.payload_key, this.#nonceCounter);
    try {
      this.#tools.disk.write(segment.file, frame, segment.offset);
    } catch (error) {
      this.#takeBack(segment);
      throw error;
    }
    segment.offset += frame.length;
  }

  /** @throws the system's error: what was written since the last one may be lost. */
  datasync(): void {
    this.#tools.disk.datasync(this.#open!.file);
  }

  close(): void {
    if (this.#open !== undefined) this.#tools.disk.close(this.#open.file);
    this.#open = undefined;
  }

  #begin(before: CompactRange, firstSequence: number): OpenSegment {
    const { disk, random, payloadKey } = this.#tools;
    const { folder, origin, source, epoch } = this.#setup;
    const salt = Buffer.from(random(32));
    const header = encodeHeader({
      format: 1,
      origin,
      source,
      epoch,
      first_index: before.size,
      first_sequence: firstSequence,
      range: encodeRange(before),
      salt: salt.toString('base64'),
    });
    const name = segmentName(before.size, epoch);
    const path = segmentPath(folder, name);
    replaceFile(disk, path, header);
    return { name, file: disk.open(path, 'r+'), offset: header.length, payload_key: payloadKey(salt) };
  }

  /** What part of a group was written must not stay: a later, shorter group would leave its tail behind. */
  #takeBack(segment: OpenSegment): void {
    try {
      this.#tools.disk.truncate(segment.file, segment.offset);
    } catch (error) {
      throw new SyncFailure(this.path, error);
    }
  }
}
