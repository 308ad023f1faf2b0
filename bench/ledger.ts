/**
 * performance.md, "ledger append": durable appends of 600-byte events against raw append + group
 * fdatasync of the same events, in the same run, in turns.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { randomUUID } from 'node:crypto';
import type { NewRecord } from '@remit/contracts';
import { openLedger } from '@remit/ledger';
import type { BenchRow } from './row.ts';

/** Makes one event durable. */
type Append = () => Promise<unknown>;
interface Side {
  append: Append;
  close(): Promise<void> | void;
}

const eventBytes = 600;
const rounds = 5;

/** Writes what has gathered, again and again: no timer, as in the ledger. */
class RawGroups {
  readonly #commit: (group: Buffer[], done: () => void) => void;
  #waiting: { bytes: Buffer; resolve: (value: undefined) => void }[] = [];
  #busy = false;

  constructor(commit: (group: Buffer[], done: () => void) => void) {
    this.#commit = commit;
  }

  append(bytes: Buffer): Promise<undefined> {
    return new Promise((resolve) => {
      this.#waiting.push({ bytes, resolve });
      if (!this.#busy) setImmediate(() => this.#pump());
    });
  }

  #pump(): void {
    if (this.#busy || this.#waiting.length === 0) return;
    this.#busy = true;
    const group = this.#waiting;
    this.#waiting = [];
    this.#commit(
      group.map((entry) => entry.bytes),
      () => {
        this.#busy = false;
        for (const entry of group) entry.resolve(undefined);
        setImmediate(() => this.#pump());
      },
    );
  }
}

/** `bytes` gives what is appended: the events of the ledger's side as JSON lines, or ready bytes. */
function rawSide(folder: string, name: string, bytes: () => Buffer): Side {
  const file = fs.openSync(path.join(folder, name), 'w');
  const groups = new RawGroups((group, done) => {
    fs.write(file, Buffer.concat(group), (error) => {
      if (error !== null) throw error;
      fs.fdatasync(file, (failure) => {
        if (failure !== null) throw failure;
        done();
      });
    });
  });
  return { append: () => groups.append(bytes()), close: () => fs.closeSync(file) };
}

/** The other commit unit that was considered: a blob row for each group. */
function blobRowSide(folder: string): Side {
  const database = new DatabaseSync(path.join(folder, 'blob.sqlite'));
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE groups (id INTEGER PRIMARY KEY, body BLOB)',
  );
  const insert = database.prepare('INSERT INTO groups (body) VALUES (?)');
  const bytes = Buffer.alloc(eventBytes, 'x');
  const groups = new RawGroups((group, done) => {
    insert.run(Buffer.concat(group));
    done();
  });
  return { append: () => groups.append(bytes), close: () => database.close() };
}

/** The unit that was chosen, without anything around it: one write and one fdatasync for each group. */
function segmentSide(folder: string): Side {
  const file = fs.openSync(path.join(folder, 'segment'), 'w');
  const bytes = Buffer.alloc(eventBytes, 'x');
  let offset = 0;
  const groups = new RawGroups((group, done) => {
    offset += fs.writeSync(file, Buffer.concat(group), 0, undefined, offset);
    fs.fdatasync(file, (failure) => {
      if (failure !== null) throw failure;
      done();
    });
  });
  return { append: () => groups.append(bytes), close: () => fs.closeSync(file) };
}

/** An intent whose canonical record and payload are about 600 bytes together. */
function event(number: number): NewRecord {
  return {
    phase: 'event',
    id: `act_${String(number).padStart(22, '0')}`,
    event: 'tool_invoke',
    time: '2026-03-03T14:32:15.000Z',
    // In canonical order, as enforcement sets them.
    meta: {
      agent: 'customer-support',
      decision: { effect: 'allow', id: `dec_${String(number).padStart(22, '0')}`, tier: 'logged' },
      result: 'success',
      server: 'support-desk',
      tool: 'ticket-update',
    },
    payload: {
      parameters: { ticket_id: 'TKT-12345', status: 'resolved', resolution: 'Password reset completed' },
      context: {
        conversation_id: `conv-${number}`,
        customer_id: 'cust-456',
        triggered_by: 'customer-request',
      },
      user: 'jo.doe@example.com',
    },
  };
}

async function ledgerSide(folder: string): Promise<Side> {
  const ledger = await openLedger({
    folder: path.join(folder, 'ledger'),
    checkpoint_folder: path.join(folder, 'checkpoints'),
    origin: 'remit.example/bench',
    source: 'bench',
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    newId: (prefix) => `${prefix}_${randomUUID()}`,
  });
  let number = 0;
  return { append: () => ledger.append([event((number += 1))]), close: () => ledger.close() };
}

interface Measured {
  per_second: number;
  p50_ms: number;
}

async function load(append: Append, writers: number, appends: number): Promise<Measured> {
  const times: number[] = [];
  let left = appends;
  const writer = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const start = performance.now();
      await append();
      times.push(performance.now() - start);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: writers }, writer));
  return { per_second: (appends / (performance.now() - start)) * 1000, p50_ms: median(times) };
}

function median(values: number[]): number {
  return values.sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function inTurns(sides: Record<string, Side>, writers: number): Promise<Record<string, Measured>> {
  const appends = writers === 1 ? 200 : writers * 60;
  const results: Record<string, Measured[]> = {};
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, side] of Object.entries(sides)) {
      const measured = await load(side.append, writers, appends);
      // The first round warms up.
      if (round > 0) (results[name] ??= []).push(measured);
    }
  }
  return Object.fromEntries(
    Object.entries(results).map(([name, all]) => [
      name,
      { per_second: median(all.map((one) => one.per_second)), p50_ms: median(all.map((one) => one.p50_ms)) },
    ]),
  );
}

/**
 * What an event costs raw is JSON, append and sync, so that is the side to reach; the others append ready bytes, which no
 * ledger of events can do, and show how far the machine would go.
 */
function rateRows(writers: number, results: Record<string, Measured>): BenchRow[] {
  const rate = (name: string): number => Math.round(results[name]!.per_second);
  const ours = rate('ledger');
  const name = `ledger append, ${writers} writers`;
  const ratio = ours / rate('raw');
  const ready = ['ready bytes', 'segment file', 'SQLite blob row'];
  const peers = Object.fromEntries(ready.map((side) => [side, rate(side)]));
  return [
    {
      name,
      unit: '1/s',
      ours,
      peers: { raw: rate('raw') },
      ratio,
      target: '≥ 70 % of raw',
      pass: ratio >= 0.7,
    },
    { name: `${name}, beside ready bytes`, unit: '1/s', ours, peers, ratio: ours / rate('ready bytes') },
  ];
}

function latencyRow(results: Record<string, Measured>): BenchRow {
  const p50 = (name: string): number => Number(results[name]!.p50_ms.toFixed(3));
  return {
    name: 'ledger append, 1 writer, p50',
    unit: 'ms',
    ours: p50('ledger'),
    peers: {
      raw: p50('raw'),
      'ready bytes': p50('ready bytes'),
      'segment file': p50('segment file'),
      'SQLite blob row': p50('SQLite blob row'),
    },
    ratio: p50('ledger') / p50('raw'),
    target: '≤ raw + 0.3 ms',
    pass: p50('ledger') <= p50('raw') + 0.3,
  };
}

export async function benchLedger(): Promise<BenchRow[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'remit-bench-ledger-'));
  const ready = Buffer.alloc(eventBytes, 'x');
  let number = 0;
  const sides: Record<string, Side> = {
    raw: rawSide(folder, 'raw', () => Buffer.from(`${JSON.stringify(event((number += 1)))}\n`)),
    'ready bytes': rawSide(folder, 'ready', () => ready),
    'segment file': segmentSide(folder),
    'SQLite blob row': blobRowSide(folder),
    ledger: await ledgerSide(folder),
  };
  try {
    return [
      latencyRow(await inTurns(sides, 1)),
      ...rateRows(64, await inTurns(sides, 64)),
      ...rateRows(512, await inTurns(sides, 512)),
    ];
  } finally {
    for (const side of Object.values(sides)) await side.close();
    fs.rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) console.table(await benchLedger());
