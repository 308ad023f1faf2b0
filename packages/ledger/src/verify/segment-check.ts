/** Checks one segment after the other: frames, records, their order, the tree, the payloads. */
import fs from 'node:fs';
import path from 'node:path';
import type { KeyObject } from 'node:crypto';
import { Fault } from '@remit/contracts';
import type { WorkspaceKeys } from '../keys/key-file.ts';
import { commitmentTo, isCleared } from '../keys/payload-seal.ts';
import { canonicalJson } from '../record/canonical-json.ts';
import { FrameSearch, frameTypes, isRoom, readFrame, type Frame } from '../segment/frame.ts';
import { decodeGroup, type Entry, type Group } from '../segment/group.ts';
import { readHeader, type SegmentHeader } from '../segment/header.ts';
import { SealedPayloads } from '../segment/sealed-payloads.ts';
import { segmentName } from '../segment/segment-names.ts';
import type { Leaf } from '../record/leaf.ts';
import type { ClearedCheck } from './cleared-check.ts';
import type { Findings } from './findings.ts';
import type { ProjectionCheck } from './projection-check.ts';
import type { VerifiedTree } from './tree.ts';

interface OpenSegment {
  file: string;
  header: SegmentHeader;
  payload_key: KeyObject | undefined;
}

export class SegmentCheck {
  readonly #origin: string | undefined;
  readonly #tree: VerifiedTree;
  readonly #keys: WorkspaceKeys | undefined;
  readonly #projection: ProjectionCheck;
  readonly #findings: Findings;
  readonly #cleared: ClearedCheck;
  readonly #reached: (size: number) => void;
  /** The position that the next record has to have; per source in the order of the log. */
  #epoch = 0;
  #sequence = 1;
  payloads_checked = 0;

  /** `origin`: the log's name, where it is known. `reached` is called for every size of the tree, with the tree at that size. */
  constructor(
    origin: string | undefined,
    tree: VerifiedTree,
    keys: WorkspaceKeys | undefined,
    projection: ProjectionCheck,
    findings: Findings,
    cleared: ClearedCheck,
    reached: (size: number) => void,
  ) {
    this.#origin = origin;
    this.#tree = tree;
    this.#keys = keys;
    this.#projection = projection;
    this.#findings = findings;
    this.#cleared = cleared;
    this.#reached = reached;
    reached(0);
  }

  run(file: string): void {
    const bytes = fs.readFileSync(file);
    const segment = this.#open(file, bytes.length);
    const search = new FrameSearch(bytes);
    let at = readFrame(bytes, 0)?.end ?? 0;
    while (at < bytes.length) {
      const frame = search.next(at);
      const next = frame?.offset ?? bytes.length;
      if (next > at) {
        if (isRoom(bytes.subarray(at))) return;
        const message = `${next - at} bytes are not a whole group of records.`;
        this.#findings.add('segment_damaged', `${file}, byte ${at}`, message);
      }
      if (frame !== undefined) this.#checkFrame(frame, file, segment);
      at = frame?.end ?? bytes.length;
    }
  }

  #open(file: string, length: number): OpenSegment | undefined {
    try {
      const { header } = readHeader(file, length);
      this.#checkHeader(header, file);
      const payloadKey = this.#keys?.payloadKey(header);
      return { file, header, payload_key: payloadKey };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#findings.add('segment_damaged', file, error.message);
      return undefined;
    }
  }

  #checkHeader(header: SegmentHeader, file: string): void {
    if (segmentName(header.first_index, header.epoch) !== path.basename(file)) {
      this.#findings.add('segment_damaged', file, 'The name of the file does not match its header.');
    }
    if (this.#origin !== undefined && header.origin !== this.#origin) {
      this.#findings.add('segment_damaged', file, `The segment is of another log, ${header.origin}.`);
    }
    const range = this.#tree.peaks().map((peak) => peak.toString('base64'));
    if (header.first_index !== this.#tree.size || header.range.join() !== range.join()) {
      this.#findings.add(
        header.first_index > this.#tree.size ? 'record_missing' : 'record_changed',
        file,
        `The segment continues ${header.first_index} records, but the ${this.#tree.size} before it are not those.`,
      );
    }
    if (header.epoch < this.#epoch) {
      this.#findings.add('record_reordered', file, `Epoch ${header.epoch} comes after epoch ${this.#epoch}.`);
    }
    if (header.epoch !== this.#epoch) this.#sequence = 1;
    this.#epoch = header.epoch;
  }

  #checkFrame(frame: Frame, file: string, segment: OpenSegment | undefined): void {
    const place = `${file}, byte ${frame.offset}`;
    const group = frame.type === frameTypes.group ? decodeGroup(frame.body) : undefined;
    if (group === undefined) {
      this.#findings.add('segment_damaged', place, 'This frame is not a group of records.');
      return;
    }
    this.#checkOrder(group, place);
    const payloads = segment?.payload_key && new SealedPayloads(group, segment.payload_key);
    group.entries.forEach((entry, offset) => {
      const leafHash = this.#tree.push(entry.record);
      const leaf = this.#checkRecord(entry, offset, group, place, segment);
      if (leaf !== undefined) this.#cleared.record(this.#tree.size - 1, leaf);
      const payload = leaf && this.#checkPayload(entry, leaf, payloads, place);
      this.#projection.record(this.#tree.size - 1, leafHash, leaf, payload, {
        file,
        offset: frame.offset,
        first: offset === 0,
      });
      this.#reached(this.#tree.size);
    });
    const peaks = this.#tree.peaks().map((peak) => peak.toString('latin1'));
    if (peaks.join() !== group.peaks.join()) {
      this.#findings.add(
        'record_changed',
        place,
        'The tree made of the records is not the one that was committed with them.',
      );
    }
  }

  #checkOrder(group: Group, place: string): void {
    const expected = this.#tree.size;
    if (group.first_index > expected) {
      this.#findings.add(
        'record_missing',
        place,
        `Records ${expected} to ${group.first_index - 1} are missing.`,
      );
    } else if (group.first_index < expected) {
      this.#findings.add(
        'record_reordered',
        place,
        `Record ${group.first_index} comes where ${expected} belongs.`,
      );
    } else if (group.first_sequence !== this.#sequence) {
      this.#findings.add(
        'record_missing',
        place,
        `Sequence ${group.first_sequence} comes where ${this.#sequence} belongs.`,
      );
    }
    this.#sequence = group.first_sequence + group.entries.length;
  }

  #checkRecord(
    { record }: Entry,
    offset: number,
    group: Group,
    place: string,
    segment: OpenSegment | undefined,
  ): Leaf | undefined {
    const index = group.first_index + offset;
    const leaf = parseCanonical(record);
    if (leaf === undefined) {
      this.#findings.add('record_changed', `${place}, record ${index}`, 'The record is not canonical JSON.');
      return undefined;
    }
    const { source, epoch } = segment?.header ?? leaf.position;
    const position = { source, epoch, sequence: group.first_sequence + offset };
    if (canonicalJson(leaf.position) !== canonicalJson(position)) {
      this.#findings.add(
        'record_changed',
        `${place}, record ${index}`,
        'The record has another position than its group.',
      );
    }
    return leaf;
  }

  /** The payload's bytes, where it is there, can be opened, and is the one committed to. */
  #checkPayload(
    entry: Entry,
    leaf: Leaf,
    payloads: SealedPayloads | undefined,
    place: string,
  ): Buffer | undefined {
    const where = `${place}, record ${this.#tree.size - 1}`;
    if ((leaf.payload === undefined) !== (entry.payload === undefined)) {
      this.#findings.add('payload_missing', where, 'Record and sealed payload do not belong together.');
      return undefined;
    }
    if (entry.payload === undefined || payloads === undefined) return undefined;
    const plain = payloads.plain(entry.payload);
    this.payloads_checked += 1;
    const isGone = plain !== undefined && isCleared(plain);
    if (plain !== undefined && (isGone || commitmentTo(plain) === leaf.payload)) {
      this.#cleared.payload(this.#tree.size - 1, isGone);
      return isGone ? undefined : plain;
    }
    this.#findings.add('payload_changed', where, 'The payload is not the one that the record commits to.');
    return undefined;
  }
}

/** The leaf, where its bytes are the canonical form of it. */
function parseCanonical(record: Buffer): Leaf | undefined {
  const text = record.toString();
  try {
    const leaf = JSON.parse(text) as Leaf;
    return canonicalJson(leaf) === text && typeof leaf.position === 'object' ? leaf : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Fault) return undefined;
    throw error;
  }
}
