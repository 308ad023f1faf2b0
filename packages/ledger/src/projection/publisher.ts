/**
 * Everything that is read or made from the durable log: search, live tail, tiles, proofs and
 * checkpoints. It runs beside the writer and never in its way.
 */
import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { Fault, type AuditEvent, type EventKind, type NewRecord, type StoredRecord } from '@remit/contracts';
import { LogClearing } from '../clearing/log-clearing.ts';
import type { FileSystem } from '../disk/file-system.ts';
import type { WorkspaceKeys } from '../keys/key-file.ts';
import { CompactRange } from '../merkle/compact-range.ts';
import { hashToBase64, type Hash } from '../merkle/hash.ts';
import type { EvidenceRecord } from '../offline/evidence.ts';
import { parseTilePath, tileWidth } from '../merkle/tile-path.ts';
import { encodeReceipt } from '../note/tlog-proof.ts';
import { foldEvent } from '../record/audit-event.ts';
import type { RecordFilter, SearchPage, SearchQuery } from '../port.ts';
import { LogReader, readRecord, readRecords, type ReadGroup } from '../segment/log-reader.ts';
import type { DurableEnd } from '../writer/port.ts';
import { Checkpointer, checkpointName } from './checkpointer.ts';
import { openProjection, removeProjection, type EventRow } from './database.ts';
import { EventMarks } from './event-marks.ts';
import { EventSearch } from './event-search.ts';
import { outcomeOfOrphan } from './orphan.ts';
import { Projector } from './projector.ts';
import { isSingleRecord, isWanted } from './record-filter.ts';
import { timeOf } from './search-filter.ts';
import { searchPage } from './search-page.ts';
import { TileStore } from './tile-store.ts';

export interface PublisherSetup {
  folder: string;
  checkpoint_folder: string | undefined;
  origin: string;
}

/** What can be thrown away and made again from the log. */
interface Projection {
  database: DatabaseSync;
  tiles: TileStore;
  marks: EventMarks;
  projector: Projector;
  search: EventSearch;
}

/** Groups of records read for one answer to `records`. */
const recordsPerPage = 1024;

export class Publisher {
  readonly #setup: PublisherSetup;
  readonly #reader: LogReader;
  readonly #checkpointer: Checkpointer;
  readonly #blindKey: KeyObject;
  readonly clearing: LogClearing;
  #projection: Projection;
  #end: DurableEnd | undefined;
  #watched = false;
  /** Ids that a step or a search made visible, and that the watchers have not been told of yet. */
  #untold: string[] = [];

  constructor(
    setup: PublisherSetup,
    keys: WorkspaceKeys,
    disk: FileSystem,
    random: (length: number) => Uint8Array,
  ) {
    this.#setup = setup;
    this.#reader = new LogReader(setup.folder, keys.payloadKey);
    this.#blindKey = keys.derive('blind index', Buffer.from(setup.origin));
    this.#projection = this.#openProjection();
    this.#checkpointer = new Checkpointer(setup, keys, disk, (size) => this.#projection.tiles.root(size));
    this.clearing = new LogClearing(setup, {
      reader: this.#reader,
      database: () => this.#projection.database,
      marks: () => this.#projection.marks,
      placeOf: (index) => this.#placeOf(index),
      end: () => this.#end,
      catchUp: () => this.catchUp(),
      disk,
      random,
      payloadKey: keys.payloadKey,
    });
  }

  #openProjection(): Projection {
    const database = openProjection(this.#setup.folder, this.#setup.origin);
    const tiles = new TileStore(database);
    const marks = new EventMarks(database, this.#blindKey);
    const projector = new Projector(database, this.#reader, tiles, marks);
    const search = new EventSearch(database, (mark) => marks.find(mark));
    return { database, tiles, marks, projector, search };
  }

  /** Records that are durable but not yet searchable. */
  get behind(): number {
    return (this.#end?.size ?? 0) - this.#projection.projector.size;
  }

  /** Tells how far the log is durable. */
  extend(end: DurableEnd): void {
    this.#end = end;
  }

  /** Whether somebody wants to hear of events from now on. */
  watch(watched: boolean): void {
    this.#watched = watched;
    if (!watched) this.#untold = [];
  }

  /** One step towards the end; where somebody watches, the events visible since the step before, as they stand. */
  step(): AuditEvent[] {
    if (this.behind > 0) this.#project();
    const ids = this.#untold;
    this.#untold = [];
    return ids.map((id) => this.#eventOfRow(this.#rowOf(id)!));
  }

  catchUp(): void {
    while (this.behind > 0) this.#project();
  }

  #project(): void {
    const ids = this.#projection.projector.step(this.#end!);
    if (this.#watched) this.#untold.push(...ids);
  }

  /**
   * Takes up the log as it was found, with the projections brought up to it.
   * @throws Fault when it does not continue the checkpoints that were published, or is damaged.
   */
  begin(end: DurableEnd | undefined): void {
    this.#end = end;
    if (!this.#agrees()) {
      this.#projection.database.close();
      removeProjection(this.#setup.folder);
      this.#projection = this.#openProjection();
      this.catchUp();
    }
    this.#checkpointer.checkAgainstPublished(end?.size ?? 0);
  }

  /** Whether the projections are of this very log. Where not, they are made anew, and what is wrong comes up again. */
  #agrees(): boolean {
    const { projector, tiles } = this.#projection;
    const { size, peaks } = this.#end ?? { size: 0, peaks: '' };
    try {
      this.catchUp();
      return (
        projector.size === size &&
        (size === 0 || tiles.root(size) === CompactRange.ofJoined(size, peaks).root())
      );
    } catch {
      return false;
    }
  }

  /** Intents of earlier epochs that nothing ended: what their outcome records have to say. */
  orphans(epoch: number, time: string): NewRecord[] {
    const rows = this.#projection.database
      .prepare('SELECT * FROM event WHERE outcome IS NULL AND epoch < ? ORDER BY key')
      .all(epoch) as unknown as EventRow[];
    return rows.map((row) => outcomeOfOrphan(this.#recordAt(row.key), time));
  }

  search(query: SearchQuery): SearchPage {
    this.catchUp();
    return searchPage(this.#projection.search, query, (row) => this.#eventOfRow(row));
  }

  show(id: string): AuditEvent | undefined {
    const row = this.#rowOf(id);
    return row === undefined ? undefined : this.#eventOfRow(row);
  }

  /** Records from index `from` on, a page at a time; `next` is undefined at the end. */
  records(filter: RecordFilter, from: number): { records: StoredRecord[]; next: number | undefined } {
    this.catchUp();
    const single = filter.events?.every(isSingleRecord) === true ? filter.events : undefined;
    return single === undefined ? this.#scanned(filter, from) : this.#listed(filter, single, from);
  }

  /** By their rows, so that a start need not read everything for the few that it folds. */
  #listed(
    filter: RecordFilter,
    events: readonly EventKind[],
    from: number,
  ): { records: StoredRecord[]; next: number | undefined } {
    const since = filter.since === undefined ? Number.MIN_SAFE_INTEGER : timeOf(filter.since, 'since');
    const rows = this.#projection.database
      .prepare(
        `SELECT key FROM event WHERE action IN (${events.map(() => '?').join()}) AND time >= ? AND key >= ?
           ORDER BY key LIMIT ?`,
      )
      .all(...events, since, from, recordsPerPage) as { key: number }[];
    const records = rows.map(({ key }) => this.#recordAt(key)).filter((record) => isWanted(record, filter));
    return { records, next: rows.length < recordsPerPage ? undefined : rows.at(-1)!.key + 1 };
  }

  #scanned(filter: RecordFilter, from: number): { records: StoredRecord[]; next: number | undefined } {
    const end = this.#end;
    const start = Math.max(from, this.#firstIndexSince(filter.since));
    if (end === undefined || start >= end.size) return { records: [], next: undefined };
    let next = start;
    const records: StoredRecord[] = [];
    for (const group of this.#reader.groups(this.#placeOf(start), end)) {
      for (const record of readRecords(group)) {
        if (record.index >= start && isWanted(record, filter)) records.push(record);
      }
      next = group.first_index + group.entries.length;
      if (next - start >= recordsPerPage) break;
    }
    return { records, next: next < end.size ? next : undefined };
  }

  /** The records of these events, as far as a tree of `size` leaves has them. */
  evidence(ids: readonly string[], size: number): EvidenceRecord[] {
    const rows = ids.flatMap((id) => this.#rowOf(id) ?? []);
    const indexes = rows.flatMap(({ intent, outcome }) => [intent ?? [], outcome ?? []].flat());
    return indexes
      .filter((index) => index < size)
      .map((index) => {
        const group = this.#groupOf(index);
        const { record, payload } = group.entries[index - group.first_index]!;
        const plain = payload && group.payloads.plain(payload);
        const proof = this.#projection.tiles.inclusion(index, size).map(hashToBase64);
        const readable = plain === undefined ? {} : { payload: plain.toString('base64') };
        return { index, record: record.toString(), ...readable, proof };
      });
  }

  /** A receipt for the last record of this action, under a checkpoint that covers it. */
  proof(id: string): string | undefined {
    const row = this.#rowOf(id);
    if (row === undefined) return undefined;
    const index = row.outcome ?? row.key;
    const covering = this.#checkpointer.last;
    const checkpoint =
      covering !== undefined && covering.checkpoint.size > index ? covering.note : this.checkpoint().note;
    const { size } = this.#checkpointer.last!.checkpoint;
    const { record } = this.#entryAt(index);
    return encodeReceipt({
      index,
      proof: this.#projection.tiles.inclusion(index, size),
      extra: record,
      checkpoint,
    });
  }

  /** Signs and publishes the tree of everything durable, which ends at `end`. */
  checkpoint(): { note: string; size: number; end: DurableEnd | undefined } {
    this.catchUp();
    const size = this.#projection.projector.size;
    return { note: this.#checkpointer.publish(size), size, end: this.#end };
  }

  /** The proof that the tree of `first` leaves is the beginning of the one of `second`. */
  consistency(first: number, second: number): Hash[] {
    return first === second ? [] : this.#projection.tiles.consistency(first, second);
  }

  cosigned(size: number, lines: readonly string[]): void {
    this.#checkpointer.cosigned(size, lines);
  }

  /** A static file of tlog-tiles. */
  file(name: string): Uint8Array | undefined {
    if (name === checkpointName) {
      const note = this.#checkpointer.last?.note;
      return note === undefined ? undefined : Buffer.from(note);
    }
    const tile = parseTilePath(name);
    if (tile === undefined) return undefined;
    this.catchUp();
    if (tile.kind !== 'entries') return this.#projection.tiles.bytes(tile.kind, tile.number, tile.width);
    return this.#entryBundle(tile.number * tileWidth, tile.width);
  }

  close(): void {
    this.#projection.database.close();
  }

  /** "Sequences of big-endian uint16 length-prefixed log entries" (tlog-tiles, "Log entries"). */
  #entryBundle(first: number, width: number): Uint8Array | undefined {
    if (first + width > this.#projection.projector.size) return undefined;
    const parts: Uint8Array[] = [];
    for (let index = first; index < first + width; index += 1) {
      const { record } = this.#entryAt(index);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(record.length);
      parts.push(length, record);
    }
    return Buffer.concat(parts);
  }

  #rowOf(id: string): EventRow | undefined {
    this.catchUp();
    return this.#projection.database.prepare('SELECT * FROM event WHERE id = ?').get(id) as
      EventRow | undefined;
  }

  #eventOfRow(row: EventRow): AuditEvent {
    const first = row.intent === null ? undefined : this.#recordAt(row.intent);
    const outcome = row.outcome === null ? undefined : this.#recordAt(row.outcome);
    return foldEvent(first, outcome);
  }

  #recordAt(index: number): StoredRecord {
    const group = this.#groupOf(index);
    return readRecord(group, index - group.first_index);
  }

  #entryAt(index: number): ReadGroup['entries'][number] {
    const group = this.#groupOf(index);
    return group.entries[index - group.first_index]!;
  }

  #groupOf(index: number): ReadGroup {
    const place = this.#placeOf(index);
    if (place === undefined) throw new Fault('ledger_damaged', `record ${index} has no place`);
    return this.#reader.groupAt(place);
  }

  #placeOf(index: number): { segment: string; offset: number } | undefined {
    return this.#projection.database
      .prepare(
        'SELECT segment, "offset" FROM group_place WHERE first_index <= ? ORDER BY first_index DESC LIMIT 1',
      )
      .get(index) as { segment: string; offset: number } | undefined;
  }

  #firstIndexSince(since: string | undefined): number {
    if (since === undefined) return 0;
    const row = this.#projection.database
      .prepare('SELECT min(first_index) AS first FROM group_place WHERE time_max >= ?')
      .get(timeOf(since, 'since')) as { first: number | null };
    return row.first ?? Number.POSITIVE_INFINITY;
  }
}
