/**
 * Clearing as the publisher's thread does it, a bounded step at a time: looks payloads up, takes out what
 * points at them, rewrites their segments, and knows what is still to be done after a crash or a restore.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { StoredRecord } from '@remit/contracts';
import type { FileSystem } from '../disk/file-system.ts';
import type { PayloadKey } from '../keys/key-file.ts';
import { marksOfRecord } from '../projection/event-columns.ts';
import type { EventMarks } from '../projection/event-marks.ts';
import { parseLeaf } from '../record/leaf.ts';
import { readRecord, type GroupPlace, type LogReader } from '../segment/log-reader.ts';
import { listSegments, segmentPath } from '../segment/segment-names.ts';
import { clearSegment } from './clear-segment.ts';
import { ClearedThrough } from './cleared-through.ts';
import { clearedBy, clearingKinds } from './clearing-event.ts';
import { ErasureList, pinLength, type ListedErasure } from './erasure-list.ts';
import { IndexRanges } from './index-ranges.ts';
import type { PayloadQuery } from './payload-query.ts';
import { scanPayloads, type ScanPage } from './payload-scan.ts';

/** Records whose rows are changed in one turn, so that searches get theirs. */
const recordsPerTurn = 2048;

const recordsPerAnswer = 256;

export interface LogClearingSetup {
  folder: string;
  checkpoint_folder: string | undefined;
  origin: string;
}

export interface LogClearingTools {
  reader: LogReader;
  /** The search rows: made anew now and then, so asked for each time. */
  database: () => DatabaseSync;
  marks: () => EventMarks;
  placeOf: (index: number) => GroupPlace | undefined;
  end: () => GroupPlace | undefined;
  /** Brings the rows up to the end of the log. */
  catchUp: () => void;
  disk: FileSystem;
  random: (length: number) => Uint8Array;
  payloadKey: PayloadKey;
}

export class LogClearing {
  readonly #setup: LogClearingSetup;
  readonly #tools: LogClearingTools;
  readonly #through: ClearedThrough;
  readonly #lists: ErasureList[];

  constructor(setup: LogClearingSetup, tools: LogClearingTools) {
    this.#setup = setup;
    this.#tools = tools;
    this.#through = new ClearedThrough(setup.folder, tools.disk);
    const folders = [setup.checkpoint_folder, setup.folder].filter((folder) => folder !== undefined);
    this.#lists = folders.map((folder) => new ErasureList(folder, setup.origin, tools.disk));
  }

  scan(query: PayloadQuery, from: number, to: number): ScanPage {
    this.#tools.catchUp();
    const [place, end] = [this.#tools.placeOf(from), this.#tools.end()];
    if (end === undefined || from >= to) return { found: '', held: [], next: undefined };
    return scanPayloads(this.#tools.reader.groups(place, end), query, from, to, (id) =>
      this.#recordsOfEvent(id),
    );
  }

  /** A page of these records, from index `from` on. */
  recordsOf(found: string, from: number): { records: StoredRecord[]; next: number | undefined } {
    this.#tools.catchUp();
    const left = parsed(found).between(from, Infinity);
    const indexes = left.first(recordsPerAnswer);
    const next = indexes.length < left.count ? indexes.at(-1)! + 1 : undefined;
    return { records: indexes.map((index) => this.#recordAt(index)), next };
  }

  /** The segments that hold records of these, by name, oldest first. */
  segmentsOf(cleared: string): string[] {
    const ranges = parsed(cleared);
    const segments = listSegments(this.#setup.folder);
    return segments
      .filter(({ first_index }, at) => {
        const next = segments[at + 1]?.first_index ?? Infinity;
        return ranges.between(first_index, next).count > 0;
      })
      .map(({ name }) => name);
  }

  /** Rewrites one segment; returns how many payloads were taken out. @throws as `clearSegment`. */
  clearSegment(name: string, cleared: string): number {
    const { disk, random, payloadKey, reader } = this.#tools;
    const file = segmentPath(this.#setup.folder, name);
    const count = clearSegment(file, parsed(cleared), { disk, random, payloadKey });
    reader.forget(name);
    return count;
  }

  /**
   * Takes out what points at these payloads, from record `from` on, a bounded number of them: blind identifiers of
   * the rows, in pages that become free and in the database's own log, too. To be called while the payloads are there.
   * Returns where to go on; undefined when all of it is durable.
   */
  forgetIdentifiers(cleared: string, from: number): number | undefined {
    this.#tools.catchUp();
    const database = this.#tools.database();
    const left = parsed(cleared).between(from, Infinity);
    const indexes = left.first(recordsPerTurn);
    database.exec('BEGIN');
    try {
      for (const index of indexes) this.#forgetMarks(index);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      this.#tools.marks().forget();
      throw error;
    }
    if (indexes.length < left.count) return indexes.at(-1)! + 1;
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return undefined;
  }

  /** What the payload says the event is found by, and its open part does not. */
  #forgetMarks(index: number): void {
    const { payload, ...open } = this.#recordAt(index);
    if (payload === undefined) return;
    const row = this.#tools.database().prepare('SELECT time, key FROM event WHERE id = ?').get(open.id) as
      { time: number; key: number } | undefined;
    if (row === undefined) return;
    const kept = new Set(marksOfRecord(open, undefined).map(({ key, value }) => `${key}:${value}`));
    const sealed = marksOfRecord(open, payload).filter(({ key, value }) => !kept.has(`${key}:${value}`));
    this.#tools.marks().remove(sealed, row.time, row.key);
  }

  /** Lists an erasure, apart and beside the log. */
  listErasure(event: string, time: string, cleared: string): void {
    this.#tools.catchUp();
    const ranges = parsed(cleared);
    const commitments = [...ranges].map((index) => this.#pinOf(index));
    for (const list of this.#lists) list.add([{ event, time, cleared: ranges, commitments }]);
  }

  /** Listed erasures that this log does not know, because it was restored from before them: what they cleared that is there. */
  unknownErasures(): { event: string; time: string; cleared: string }[] {
    this.#tools.catchUp();
    const unknown = new Map<string, ListedErasure>();
    for (const list of this.#lists)
      for (const erasure of list.read()) if (!this.#knows(erasure.event)) unknown.set(erasure.event, erasure);
    return [...unknown.values()].map(({ event, time, cleared, commitments }) => {
      const present = [...cleared].filter((index, at) => this.#pinOf(index) === commitments[at]);
      return { event, time, cleared: IndexRanges.of(present).toString() };
    });
  }

  /** Clearing events that have not been carried out, by what the log says. */
  unfinished(): { cleared: string; through: number } | undefined {
    this.#tools.catchUp();
    const rows = this.#tools
      .database()
      .prepare(
        `SELECT key FROM event WHERE action IN (${clearingKinds.map(() => '?').join()}) AND key >= ? ORDER BY key`,
      )
      .all(...clearingKinds, this.#through.read()) as { key: number }[];
    const last = rows.at(-1);
    if (last === undefined) return undefined;
    const ranges = rows.map(({ key }) => clearedBy(this.#recordAt(key)) ?? IndexRanges.of([]));
    const cleared = ranges.reduce((all, more) => all.union(more));
    return { cleared: cleared.toString(), through: last.key + 1 };
  }

  /** Every clearing event among the first `size` records has been carried out. */
  finished(size: number): void {
    this.#through.write(size);
  }

  #knows(id: string): boolean {
    const replayed = this.#tools.database().prepare('SELECT key FROM event WHERE id = ?').get(id);
    return replayed !== undefined;
  }

  #recordsOfEvent(id: string): number[] {
    const row = this.#tools.database().prepare('SELECT intent, outcome FROM event WHERE id = ?').get(id) as
      { intent: number | null; outcome: number | null } | undefined;
    return [row?.intent, row?.outcome].filter((index) => index !== null && index !== undefined);
  }

  #recordAt(index: number): StoredRecord {
    const group = this.#tools.reader.groupAt(this.#tools.placeOf(index)!);
    return readRecord(group, index - group.first_index);
  }

  /** Dots for a record without a payload, or beyond the end of the log. */
  #pinOf(index: number): string {
    const none = '.'.repeat(pinLength);
    const place = this.#tools.placeOf(index);
    const group = place && this.#tools.reader.groupAt(place);
    const entry = group?.entries[index - group.first_index];
    return entry === undefined ? none : (parseLeaf(entry.record).payload?.slice(0, pinLength) ?? none);
  }
}

function parsed(cleared: string): IndexRanges {
  const ranges = IndexRanges.parse(cleared);
  if (ranges === undefined) throw new TypeError('this is not a list of indexes');
  return ranges;
}
