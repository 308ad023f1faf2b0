/**
 * Commits groups to PostgreSQL, one statement each, and writes them to the folder beside it when they are durable.
 * Where the server goes away, what has not been answered is asked about when it is back: a group is acknowledged
 * where it is there, and committed again where it is not. Meanwhile appends are refused.
 */
import fs from 'node:fs';
import type { KeyObject } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@remit/contracts';
import { reasonOf } from '../disk/sync-failure.ts';
import { CompactRange } from '../merkle/compact-range.ts';
import { LeafEnvelope, type PreparedRecord } from '../record/leaf.ts';
import { encodeHeader, encodeRange } from '../segment/header.ts';
import { segmentName, segmentPath } from '../segment/segment-names.ts';
import type { PayloadKey } from '../keys/key-file.ts';
import type { WriterHandle } from '../threads/writer-handle.ts';
import { readAppend } from '../writer/append-bytes.ts';
import { AppendList } from '../writer/append-list.ts';
import { GroupBuilder } from '../writer/group-builder.ts';
import type { WriterEvents, WriterSetup } from '../writer/port.ts';
import { RandomPool } from '../writer/random-pool.ts';
import type { NewGroup, PostgresLog } from './postgres-log.ts';

const retry_ms = 200;

export interface PostgresWriterTools {
  log: PostgresLog;
  random: (length: number) => Uint8Array;
  payloadKey: PayloadKey;
  events: WriterEvents;
  /** How long appends wait for a server that has gone away before they are refused. */
  answer_ms: number;
}

interface OpenSegment {
  name: string;
  header: Buffer;
  offset: number;
  key: KeyObject;
}

/** A group on its way, with the tree after it. */
interface Sent {
  group: NewGroup;
  appends: number;
  range: CompactRange;
  count: number;
}

export class PostgresWriter implements WriterHandle {
  readonly #setup: WriterSetup;
  readonly #tools: PostgresWriterTools;
  readonly #list = new AppendList();
  readonly #leaf: LeafEnvelope;
  readonly #builder: GroupBuilder;
  #range: CompactRange;
  #sequence = 1;
  #counter = 0n;
  #segment: OpenSegment | undefined;
  #rolls = 0;
  #running: Promise<void> | undefined;
  #reconnecting: Promise<void> | undefined;
  /** Committed or not: nobody knows while the server is away. Its appends may have been refused by now. */
  #doubtful: Sent | undefined;
  #ended: string | undefined;

  constructor(setup: WriterSetup, tools: PostgresWriterTools) {
    this.#setup = setup;
    this.#tools = tools;
    this.#leaf = new LeafEnvelope(setup.source, setup.epoch);
    this.#range = new CompactRange(setup.size, setup.peaks);
    this.#builder = new GroupBuilder(new RandomPool(tools.random), this.#start());
    tools.log.onLost(() => this.#reconnect());
  }

  offer(records: readonly PreparedRecord[], reserved: boolean): boolean {
    return this.#list.offer(records, reserved);
  }

  publish(more: boolean): void {
    this.#list.publish(more);
    if (!more) this.#wake();
  }

  roll(): void {
    this.#list.roll();
  }

  async close(): Promise<void> {
    this.#ended ??= 'the ledger is closed';
    await this.#running;
    await this.#reconnecting;
    await this.#tools.log.close();
  }

  #wake(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#list.peek() !== undefined) this.#wake();
    });
  }

  async #run(): Promise<void> {
    while (this.#list.peek() !== undefined) {
      const reason =
        this.#ended ?? (this.#doubtful === undefined && this.#tools.log.connected ? undefined : away);
      if (reason !== undefined) return this.#denyAll(reason);
      await this.#commit(this.#gather());
    }
  }

  #start(): { range: CompactRange; first_sequence: number; leaf: LeafEnvelope } {
    return { range: this.#range, first_sequence: this.#sequence, leaf: this.#leaf };
  }

  /** What waits, up to a group's size, sealed. */
  #gather(): Sent {
    this.#builder.reset(this.#start());
    let appends = 0;
    for (let next = this.#list.peek(); next !== undefined; next = this.#list.peek()) {
      if (appends > 0 && this.#builder.bytes >= this.#setup.group_bytes_max) break;
      readAppend(next.bytes, (record, payload) => this.#builder.add(record, payload));
      appends += 1;
      this.#list.take();
    }
    const begun = this.#segmentForNext();
    const segment = this.#segment!;
    this.#counter += 1n;
    const range = this.#builder.range;
    const group: NewGroup = {
      segment: segment.name,
      header: begun ? segment.header : undefined,
      first_index: this.#range.size,
      place: segment.offset,
      frame: Buffer.from(this.#builder.finish(segment.key, this.#counter)),
      size: range.size,
      peaks: Buffer.from(range.peaks.join(''), 'latin1'),
    };
    return { group, appends, range, count: this.#builder.count };
  }

  /** Whether the next group begins a segment. One that was begun and never committed is begun again. */
  #segmentForNext(): boolean {
    const open = this.#segment;
    const { rolls } = this.#list;
    const goesOn = open !== undefined && open.offset < this.#setup.segment_bytes_max && rolls === this.#rolls;
    if (goesOn) return open.offset === open.header.length;
    this.#rolls = rolls;
    const { origin, source, epoch } = this.#setup;
    const salt = Buffer.from(this.#tools.random(32)).toString('base64');
    const header = encodeHeader({
      format: 1,
      origin,
      source,
      epoch,
      first_index: this.#range.size,
      first_sequence: this.#sequence,
      range: encodeRange(this.#range),
      salt,
    });
    const name = segmentName(this.#range.size, epoch);
    this.#segment = { name, header, offset: header.length, key: this.#tools.payloadKey({ salt }) };
    return true;
  }

  async #commit(sent: Sent): Promise<void> {
    try {
      if (!(await this.#tools.log.commit(sent.group))) {
        this.#tools.events.denied(sent.appends, takenOver, false);
        return this.#fail(takenOver);
      }
    } catch (error) {
      if (error instanceof Fault && error.code === 'database_unavailable') return this.#await(sent);
      return this.#tools.events.denied(sent.appends, reasonOf(error), false);
    }
    this.#keep(sent, sent.appends);
  }

  /** The group is durable: into the folder, and then its appends may hear of it. */
  #keep({ group, range, count }: Sent, appends: number): void {
    const firstSequence = this.#sequence;
    const segment = this.#segment!;
    const offset = group.place + group.frame.length;
    this.#range = range;
    this.#sequence += count;
    segment.offset = offset;
    try {
      this.#mirror(group);
    } catch (error) {
      // What is in the database is not lost; a start makes the folder anew.
      this.#tools.events.denied(appends, reasonOf(error), false);
      return this.#fail(`the folder beside the database cannot be written: ${reasonOf(error)}`);
    }
    this.#tools.events.durable(appends, firstSequence, {
      size: range.size,
      peaks: range.peaks.join(''),
      segment: segment.name,
      offset,
    });
  }

  /** Not synced: the database is the record, and a start compares. */
  #mirror({ segment, header, place, frame }: NewGroup): void {
    const file = fs.openSync(
      segmentPath(this.#setup.folder, segment),
      header === undefined ? 'r+' : 'w',
      0o600,
    );
    try {
      if (header !== undefined) writeAll(file, header, 0);
      writeAll(file, frame, place);
    } finally {
      fs.closeSync(file);
    }
  }

  /** Waits for the server, so that the group's appends hear what became of it; past the time they are refused. */
  async #await(sent: Sent): Promise<void> {
    this.#doubtful = sent;
    this.#reconnect();
    const until = AbortSignal.timeout(this.#tools.answer_ms);
    while (this.#doubtful !== undefined && !until.aborted && this.#ended === undefined)
      await pause(retry_ms / 4);
    const left = this.#doubtful;
    if (left === undefined || left.appends === 0) return;
    const { appends } = left;
    this.#doubtful = { ...left, appends: 0 };
    this.#tools.events.denied(appends, away, false);
  }

  #reconnect(): void {
    this.#reconnecting ??= this.#connectAgain().finally(() => {
      this.#reconnecting = undefined;
    });
  }

  async #connectAgain(): Promise<void> {
    while (this.#ended === undefined) {
      try {
        await this.#tools.log.connect();
        if (!(await this.#tools.log.isClaimed())) return this.#fail(takenOver);
        return await this.#resolve();
      } catch (error) {
        // Tried again until it is back or the ledger is closed: `status` says that appends are refused.
        if (!(error instanceof Fault)) return this.#fail(reasonOf(error));
        await pause(retry_ms);
      }
    }
  }

  /** What became of the group that was on its way. One that is not there is not sent again once its appends were refused. */
  async #resolve(): Promise<void> {
    const sent = this.#doubtful;
    if (sent === undefined) return;
    const state = await this.#tools.log.state();
    let isThere = state?.size === sent.group.size && state.peaks.equals(sent.group.peaks);
    const appends = this.#doubtful?.appends ?? 0;
    if (!isThere && appends > 0) isThere = await this.#tools.log.commit(sent.group);
    const heard = this.#doubtful?.appends ?? 0;
    this.#doubtful = undefined;
    if (isThere) this.#keep(sent, heard);
    else if (heard > 0) this.#tools.events.denied(heard, away, false);
  }

  #fail(reason: string): void {
    this.#ended = reason;
    this.#doubtful = undefined;
    this.#tools.events.failed(reason);
  }

  #denyAll(reason: string): void {
    let appends = 0;
    for (; this.#list.peek() !== undefined; this.#list.take()) appends += 1;
    if (appends > 0) this.#tools.events.denied(appends, reason, false);
  }
}

const away = "the ledger's database does not answer";
const takenOver = 'another process has taken over the log in the database';

function writeAll(file: number, bytes: Buffer, position: number): void {
  for (let written = 0; written < bytes.length;)
    written += fs.writeSync(file, bytes, written, bytes.length - written, position + written);
}
