/** Compares search rows and tiles with the records that they were made from. */
import type { KeyObject } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { RecordPayload } from '@remit/contracts';
import type { WorkspaceKeys } from '../keys/key-file.ts';
import { saltBytes } from '../keys/payload-seal.ts';
import { tileWidth } from '../merkle/tile-path.ts';
import { blindOf } from '../projection/blind-index.ts';
import type { EventRow } from '../projection/database.ts';
import { columnsOf, marksOfRecord } from '../projection/event-columns.ts';
import type { Leaf } from '../record/leaf.ts';
import type { Findings } from './findings.ts';
import { VerifiedTree } from './tree.ts';

export class ProjectionCheck {
  readonly #findings: Findings;
  readonly #file: string;
  readonly #blindKey: KeyObject | undefined;
  #database: DatabaseSync | undefined;
  #row: StatementSync | undefined;
  #tile: StatementSync | undefined;
  #place: StatementSync | undefined;
  #mark: StatementSync | undefined;
  /** Records that the rows cover: they may be behind the log. */
  #covered = 0;
  #events = 0;
  /** Hashes of the tile that grows at each level. */
  readonly #growing: { number: number; hashes: Buffer[] }[] = [];

  constructor(
    folder: string,
    keys: WorkspaceKeys | undefined,
    origin: string | undefined,
    findings: Findings,
  ) {
    this.#findings = findings;
    this.#file = path.join(folder, 'search.sqlite');
    this.#blindKey = origin === undefined ? undefined : keys?.derive('blind index', Buffer.from(origin));
    if (fs.existsSync(this.#file)) this.#attempt(() => this.#open());
  }

  #open(): void {
    this.#database = new DatabaseSync(this.#file, { readOnly: true });
    const problems = this.#database.prepare('PRAGMA integrity_check(1)').all() as {
      integrity_check: string;
    }[];
    if (problems[0]?.integrity_check !== 'ok') throw new Error(problems[0]?.integrity_check);
    this.#covered = (this.#database.prepare('SELECT size FROM progress').get() as { size: number }).size;
    this.#row = this.#database.prepare('SELECT * FROM event WHERE id = ?');
    this.#tile = this.#database.prepare('SELECT hashes FROM tile WHERE level = ? AND number = ?');
    this.#mark = this.#database.prepare(
      'SELECT 1 FROM event_mark JOIN mark ON id = mark WHERE blind = ? AND time = ? AND key = ?',
    );
    this.#place = this.#database.prepare('SELECT segment, "offset" FROM group_place WHERE first_index = ?');
  }

  record(
    index: number,
    leafHash: Buffer,
    leaf: Leaf | undefined,
    payload: Buffer | undefined,
    group: { file: string; offset: number; first: boolean },
  ): void {
    if (this.#database === undefined || index >= this.#covered) return;
    this.#attempt(() => {
      this.#addToTile(0, leafHash);
      if (leaf !== undefined) this.#checkRow(index, leaf, payload);
      if (group.first) this.#checkPlace(index, group);
    });
  }

  /** After the last record. */
  finish(size: number): void {
    if (this.#database === undefined) return;
    this.#attempt(() => {
      this.#growing.forEach(({ number, hashes }, level) => this.#compareTile(level, number, hashes));
      const { rows } = this.#database!.prepare('SELECT count(*) AS rows FROM event').get() as {
        rows: number;
      };
      if (rows !== this.#events) this.#wrong(`There are ${rows} search rows for ${this.#events} events.`);
      if (this.#covered > size)
        this.#wrong(`The search rows are of ${this.#covered} records, the log has ${size}.`);
    });
  }

  close(): void {
    this.#database?.close();
  }

  #checkRow(index: number, { record }: Leaf, payload: Buffer | undefined): void {
    const row = this.#row!.get(record.id) as EventRow | undefined;
    if (row === undefined) return this.#wrong(`Record ${index} has no search row.`);
    const isFirst = record.phase !== 'outcome' || row.intent === null;
    if (isFirst) this.#events += 1;
    const agrees =
      (record.phase === 'intent' ? row.intent === index : agreesWithEnd(row, index, record)) &&
      (!isFirst || agreesWithFirst(row, record)) &&
      this.#agreesWithMarks(row, record, isFirst ? payload : undefined);
    if (!agrees) this.#wrong(`The search row of record ${index} does not agree with it.`);
  }

  #agreesWithMarks(row: EventRow, record: Leaf['record'], payload: Buffer | undefined): boolean {
    const blindKey = this.#blindKey;
    if (blindKey === undefined) return true;
    const sealed = payload && (JSON.parse(payload.toString('utf8', saltBytes)) as RecordPayload);
    return marksOfRecord(record, sealed).every(
      ({ key, value }) => this.#mark!.get(blindOf(blindKey, key, value), row.time, row.key) !== undefined,
    );
  }

  #checkPlace(index: number, group: { file: string; offset: number }): void {
    const row = this.#place!.get(index) as { segment: string; offset: number } | undefined;
    if (row?.segment !== path.basename(group.file) || row.offset !== group.offset) {
      this.#wrong(`The place of record ${index} is not where it lies.`);
    }
  }

  #addToTile(level: number, hash: Buffer): void {
    const tile = (this.#growing[level] ??= { number: 0, hashes: [] });
    tile.hashes.push(hash);
    if (tile.hashes.length < tileWidth) return;
    this.#compareTile(level, tile.number, tile.hashes);
    this.#growing[level] = { number: tile.number + 1, hashes: [] };
    const subtree = new VerifiedTree();
    for (const leaf of tile.hashes) subtree.pushLeaf(leaf);
    this.#addToTile(level + 1, subtree.root());
  }

  #compareTile(level: number, number: number, hashes: Buffer[]): void {
    if (hashes.length === 0) return;
    const row = this.#tile!.get(level, number) as { hashes: Uint8Array } | undefined;
    if (row === undefined || !Buffer.concat(hashes).equals(row.hashes)) {
      this.#wrong(`Tile ${number} of level ${level} is not made of the records.`);
    }
  }

  /** SQLite reports damage by throwing. */
  #attempt(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#wrong(error instanceof Error ? error.message : String(error));
      this.#database?.close();
      this.#database = undefined;
    }
  }

  #wrong(message: string): void {
    this.#findings.add('projection_changed', this.#file, message);
  }
}

function agreesWithFirst(row: EventRow, record: Leaf['record']): boolean {
  const { agent, server, tool, decision, tier, rule } = columnsOf(record);
  return (
    row.time === Date.parse(record.time) &&
    row.action === record.event &&
    row.agent === agent &&
    row.server === server &&
    row.tool === tool &&
    row.decision === decision &&
    row.tier === tier &&
    row.rule === rule
  );
}

function agreesWithEnd(row: EventRow, index: number, record: Leaf['record']): boolean {
  const { result, duration_ms, bytes } = columnsOf(record);
  return (
    row.outcome === index && row.result === result && row.duration_ms === duration_ms && row.bytes === bytes
  );
}
