/** Follows the log: turns committed groups into search rows, tiles and places, a transaction at a time. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Fault } from '@remit/contracts';
import { CompactRange } from '../merkle/compact-range.ts';
import { hashPrefixedLeaf } from '../merkle/hash.ts';
import { sizeAfter } from '../segment/group.ts';
import {
  readPayload,
  readPublicRecord,
  type GroupPlace,
  type LogReader,
  type ReadGroup,
} from '../segment/log-reader.ts';
import type { DurableEnd } from '../writer/port.ts';
import type { EventMarks } from './event-marks.ts';
import { EventRows } from './event-rows.ts';
import type { TileStore } from './tile-store.ts';

/** Records of one transaction, so that searches and the live tail get their turn in between. */
const recordsPerStep = 2048;

export class Projector {
  readonly #database: DatabaseSync;
  readonly #reader: LogReader;
  readonly #tiles: TileStore;
  readonly #rows: EventRows;
  readonly #place: StatementSync;
  readonly #advance: StatementSync;
  /** Leaves that are in the rows. */
  #size: number;
  #at: GroupPlace | undefined;

  constructor(database: DatabaseSync, reader: LogReader, tiles: TileStore, marks: EventMarks) {
    this.#database = database;
    this.#reader = reader;
    this.#tiles = tiles;
    this.#rows = new EventRows(database, marks);
    this.#place = database.prepare('INSERT INTO group_place VALUES (?, ?, ?, ?)');
    this.#advance = database.prepare('UPDATE progress SET size = ?, segment = ?, "offset" = ?');
    const progress = database.prepare('SELECT size, segment, "offset" FROM progress').get() as {
      size: number;
      segment: string | null;
      offset: number | null;
    };
    this.#size = progress.size;
    if (progress.segment !== null) this.#at = { segment: progress.segment, offset: progress.offset ?? 0 };
    tiles.resume(this.#size);
  }

  get size(): number {
    return this.#size;
  }

  /**
   * One transaction towards `end`; returns the ids of the records that it added, empty at the end.
   * @throws Fault `ledger_damaged`, and errors of SQLite, with nothing of the step kept.
   */
  step(end: DurableEnd): string[] {
    if (this.#size >= end.size) return [];
    const [size, at] = [this.#size, this.#at];
    this.#database.exec('BEGIN');
    try {
      const added = this.#addGroups(end);
      this.#rows.flush();
      this.#advance.run(this.#size, this.#at?.segment ?? null, this.#at?.offset ?? null);
      this.#database.exec('COMMIT');
      return added;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#size = size;
      this.#at = at;
      this.#tiles.resume(size);
      this.#rows.forget();
      throw error;
    }
  }

  #addGroups(end: DurableEnd): string[] {
    const added: string[] = [];
    let last: ReadGroup | undefined;
    for (const group of this.#reader.groups(this.#at, end)) {
      // The place is that of the last group taken, whose frame is read again to find the next one.
      if (group.first_index < this.#size) continue;
      added.push(...this.#addGroup(group));
      this.#at = group.place;
      this.#size = sizeAfter(group);
      last = group;
      if (added.length >= recordsPerStep) break;
    }
    if (last !== undefined) this.#checkTree(last);
    return added;
  }

  #addGroup(group: ReadGroup): string[] {
    if (group.first_index !== this.#size) {
      throw new Fault('ledger_damaged', `records ${this.#size} to ${group.first_index} are missing`);
    }
    let latest = 0;
    const ids = group.entries.map((entry, offset) => {
      this.#tiles.push(hashPrefixedLeaf(entry.prefixed));
      const record = readPublicRecord(group, offset);
      const time = Date.parse(record.time);
      latest = Math.max(latest, time);
      this.#rows.add(record, time, () => readPayload(group, offset));
      return record.id;
    });
    this.#place.run(group.first_index, group.place.segment, group.place.offset, latest);
    return ids;
  }

  /** The tiles are a second computation of the tree: it has to agree with what was committed. */
  #checkTree(group: ReadGroup): void {
    const size = sizeAfter(group);
    this.#tiles.flush();
    if (this.#tiles.root(size) !== new CompactRange(size, group.peaks).root()) {
      throw new Fault('ledger_damaged', `the tree of ${size} records is not the one that was committed`);
    }
  }
}
