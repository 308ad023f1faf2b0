/** Reads committed groups across segments, and opens the payloads in them. */
import fs from 'node:fs';
import type { KeyObject } from 'node:crypto';
import { Fault, type RecordPayload, type StoredRecord } from '@remit/contracts';
import type { PayloadKey } from '../keys/key-file.ts';
import { isCleared, saltBytes } from '../keys/payload-seal.ts';
import { parseLeaf, storedRecord } from '../record/leaf.ts';
import { frameTypes, isRoom, type Frame } from './frame.ts';
import { decodeGroup, type Group } from './group.ts';
import { readHeader } from './header.ts';
import { frameAt, framesOf, readBytes } from './segment-reader.ts';
import { SealedPayloads } from './sealed-payloads.ts';
import { listSegments, segmentPath } from './segment-names.ts';

/** Where a group's frame begins. */
export interface GroupPlace {
  segment: string;
  offset: number;
}

export interface ReadGroup extends Group {
  place: GroupPlace;
  payloads: SealedPayloads;
}

/** Bytes of groups kept in memory for single reads: neighbours are mostly read together. */
const cachedBytesMax = 32 * 1024 * 1024;

export class LogReader {
  readonly #folder: string;
  readonly #payloadKey: PayloadKey;
  readonly #keys = new Map<string, KeyObject>();
  readonly #groups = new Map<string, { group: ReadGroup; bytes: number }>();
  #cachedBytes = 0;

  constructor(folder: string, payloadKey: PayloadKey) {
    this.#folder = folder;
    this.#payloadKey = payloadKey;
  }

  /**
   * The groups from a place up to another, in order. `from` undefined: from the beginning.
   * @throws Fault `ledger_damaged` where a segment ends before it should.
   */
  *groups(from: GroupPlace | undefined, to: GroupPlace): Generator<ReadGroup> {
    for (const { name } of listSegments(this.#folder)) {
      if (name > to.segment || (from !== undefined && name < from.segment)) continue;
      const path = segmentPath(this.#folder, name);
      const length = name === to.segment ? to.offset : fs.statSync(path).size;
      let at = from?.segment === name ? from.offset : readHeader(path, length).end;
      for (const frame of framesOf(path, at, length)) {
        yield this.#read(frame, name);
        at = frame.end;
      }
      if (at < length && !endsInRoom(path, at, length)) throw this.#damaged(name, at);
    }
  }

  /** The group at a place. */
  groupAt(place: GroupPlace): ReadGroup {
    const cacheKey = `${place.segment}:${place.offset}`;
    const cached = this.#groups.get(cacheKey);
    if (cached !== undefined) return cached.group;
    const path = segmentPath(this.#folder, place.segment);
    const file = fs.openSync(path, 'r');
    try {
      const frame = frameAt(file, place.offset, fs.fstatSync(file).size);
      if (frame === undefined) throw this.#damaged(place.segment, place.offset);
      const group = this.#read(frame, place.segment);
      // Once as it is sealed, and once more when it is opened.
      this.#remember(cacheKey, group, 2 * frame.body.length);
      return group;
    } finally {
      fs.closeSync(file);
    }
  }

  /** The latest one whatever its size, and of those before as many as there is room for. */
  #remember(cacheKey: string, group: ReadGroup, bytes: number): void {
    this.#groups.set(cacheKey, { group, bytes });
    this.#cachedBytes += bytes;
    for (const [oldest, entry] of this.#groups) {
      if (this.#cachedBytes <= cachedBytesMax || oldest === cacheKey) return;
      this.#groups.delete(oldest);
      this.#cachedBytes -= entry.bytes;
    }
  }

  /** A segment was written anew: what is kept of it is of the old one. */
  forget(segment: string): void {
    this.#keys.delete(segment);
    for (const [cacheKey, { bytes }] of this.#groups) {
      if (!cacheKey.startsWith(`${segment}:`)) continue;
      this.#groups.delete(cacheKey);
      this.#cachedBytes -= bytes;
    }
  }

  #read(frame: Frame, segment: string): ReadGroup {
    const group = frame.type === frameTypes.group ? decodeGroup(frame.body) : undefined;
    if (group === undefined) throw this.#damaged(segment, frame.offset);
    const payloads = new SealedPayloads(group, this.#keyOf(segment));
    return { ...group, place: { segment, offset: frame.offset }, payloads };
  }

  #keyOf(segment: string): KeyObject {
    let key = this.#keys.get(segment);
    if (key === undefined) {
      const path = segmentPath(this.#folder, segment);
      const { header } = readHeader(path, fs.statSync(path).size);
      key = this.#payloadKey(header);
      this.#keys.set(segment, key);
    }
    return key;
  }

  #damaged(segment: string, offset: number): Fault {
    const file = segmentPath(this.#folder, segment);
    return new Fault('ledger_damaged', `segment \`${file}\` cannot be read at byte ${offset}`, {
      place: { file },
      remedy: 'Run `remit audit verify` to see all that is wrong.',
    });
  }
}

function endsInRoom(path: string, from: number, to: number): boolean {
  const file = fs.openSync(path, 'r');
  try {
    return isRoom(readBytes(file, from, to));
  } finally {
    fs.closeSync(file);
  }
}

/** The records of a group, payloads opened where they can be. */
export function readRecords(group: ReadGroup): StoredRecord[] {
  return group.entries.map((_, offset) => readRecord(group, offset));
}

/** The record at this offset in its group. */
export function readRecord(group: ReadGroup, offset: number): StoredRecord {
  const payload = readPayload(group, offset);
  const record = readPublicRecord(group, offset);
  return payload === undefined ? record : { ...record, payload };
}

/** The record without its payload: what stands in the leaf. */
export function readPublicRecord(group: ReadGroup, offset: number): StoredRecord {
  return storedRecord(parseLeaf(group.entries[offset]!.record), group.first_index + offset);
}

/** Its payload; undefined where it has none, it was cleared, or it cannot be opened. */
export function readPayload(group: ReadGroup, offset: number): RecordPayload | undefined {
  const { payload } = group.entries[offset]!;
  const plain = payload && group.payloads.plain(payload);
  if (plain === undefined || isCleared(plain)) return undefined;
  return JSON.parse(plain.toString('utf8', saltBytes)) as RecordPayload;
}
