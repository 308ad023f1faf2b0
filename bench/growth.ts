/**
 * performance.md, "audit search over 10 million events" and "start of `remit up`": a log is written by the real
 * writer, then asked, started, and appended to. `npm run bench -- growth=10000000`; without a number a million.
 * REMIT_BENCH_FOLDER keeps the log for the next run with the same number (about 2 kB of disk an event).
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openLedger, type Ledger } from '@remit/ledger';
import { Events } from './growth/events.ts';
import { asked, firstPages, pageCosts, someConversations } from './growth/searches.ts';
import { startTimes } from './growth/start.ts';
import { median, quantile } from './measure.ts';
import type { BenchRow } from './row.ts';

const defaultEvents = 1_000_000;
const origin = 'remit.local/growth';
/** Events of one append, and appends on their way at once. */
const eventsPerAppend = 16;
const appendsAtOnce = 96;

export async function benchGrowth(count = defaultEvents): Promise<BenchRow[]> {
  const kept = process.env['REMIT_BENCH_FOLDER'];
  const folder = kept ?? fs.mkdtempSync(path.join(os.tmpdir(), 'remit-bench-growth-'));
  const data = path.join(folder, 'data');
  const rows: BenchRow[] = [];
  try {
    fs.mkdirSync(path.join(folder, 'workspace'), { recursive: true });
    if (!fs.existsSync(path.join(folder, `grown-${count}`))) {
      rows.push(...(await grow(data, count)));
      fs.writeFileSync(path.join(folder, `grown-${count}`), '');
    }
    rows.push(
      ...sizeRows(data, count),
      ...(await searchRows(data, count)),
      ...(await startRows(data, count)),
    );
    return rows;
  } finally {
    if (kept === undefined) fs.rmSync(folder, { recursive: true });
  }
}

/** As `remit up` lays a data folder out. */
function open(data: string): Promise<Ledger> {
  fs.mkdirSync(data, { recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(data, 'log-name'), `${origin}\n`, { mode: 0o600 });
  return openLedger({
    folder: path.join(data, 'ledger'),
    key_file: path.join(data, 'keys', 'ledger.json'),
    origin,
    source: 'embedded',
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    newId: (prefix) => `${prefix}_${randomUUID()}`,
  });
}

async function grow(data: string, count: number): Promise<BenchRow[]> {
  const ledger = await open(data);
  const events = new Events(count, Date.now());
  const started = performance.now();
  const appender = async (): Promise<void> => {
    while (events.made < count) {
      const batch = Math.min(eventsPerAppend, count - events.made);
      await ledger.append(Array.from({ length: batch }, () => events.next()).flat());
      if (events.made % (eventsPerAppend * 4096) < eventsPerAppend) progress(events.made, started);
    }
  };
  await Promise.all(Array.from({ length: appendsAtOnce }, appender));
  const appended_s = (performance.now() - started) / 1000;
  await ledger.search({ limit: 1 });
  const visible_s = (performance.now() - started) / 1000;
  await ledger.close();
  return [
    { name: 'written without a pause', unit: 'events/s', ours: count / appended_s, peers: {} },
    { name: 'searchable', unit: 'events/s', ours: count / visible_s, peers: {} },
  ];
}

function progress(made: number, started: number): void {
  console.error(`${made} events after ${Math.round((performance.now() - started) / 1000)} s`);
}

function sizeRows(data: string, count: number): BenchRow[] {
  const ledger = path.join(data, 'ledger');
  const bytes = (matching: RegExp): number =>
    fs
      .readdirSync(ledger, { recursive: true, encoding: 'utf8' })
      .filter((name) => matching.test(name))
      .reduce((sum, name) => sum + fs.statSync(path.join(ledger, name)).size, 0);
  const row = (name: string, size: number): BenchRow => ({
    name,
    unit: 'bytes/event',
    ours: size / count,
    peers: {},
  });
  return [row('the log on disk', bytes(/\.segment$/)), row('search index and tiles', bytes(/\.sqlite/))];
}

async function searchRows(data: string, count: number): Promise<BenchRow[]> {
  const ledger = await open(data);
  const now_ms = Date.now();
  try {
    const conversations = await someConversations(ledger, now_ms);
    const subject = (random: () => number) => ({
      conversation: conversations[Math.floor(random() * conversations.length)]!,
    });
    const rows: BenchRow[] = [];
    for (const [name, ask] of Object.entries({ ...asked, 'by subject': subject }))
      rows.push(searchRow(name, await firstPages(ledger, ask, now_ms)));
    const { first, last } = await pageCosts(ledger, 400);
    rows.push({
      name: '400th page beside the first ones',
      unit: 'ms',
      ours: last,
      peers: { 'first pages': first },
      ratio: last / first,
      target: 'does not grow',
      pass: last <= 1.5 * first + 1,
    });
    rows.push(await lagRow(ledger, count));
    return rows;
  } finally {
    await ledger.close();
  }
}

function searchRow(name: string, taken: number[]): BenchRow {
  const p95 = quantile(taken, 0.95);
  return {
    name: `first page ${name}, p95`,
    unit: 'ms',
    ours: p95,
    peers: { median: median(taken), longest: Math.max(...taken) },
    target: '≤ 200 ms',
    pass: p95 <= 200,
  };
}

/** From durable to heard by whoever watches, at a thousand events a second for ten seconds. */
async function lagRow(ledger: Ledger, count: number): Promise<BenchRow> {
  const durable = new Map<string, number>();
  const lags: number[] = [];
  const end = ledger.subscribe(({ id, result }) => {
    const since = durable.get(id);
    if (since === undefined || result === undefined) return;
    lags.push(performance.now() - since);
    durable.delete(id);
  });
  const events = new Events(count, Date.now(), 4711);
  const started = performance.now();
  for (let due = 0; due < 10_000; due = Math.min(10_000, Math.floor(performance.now() - started))) {
    const appends: Promise<void>[] = [];
    while (events.made < due) {
      const records = events.next().map((record) => ({ ...record, time: new Date().toISOString() }));
      appends.push(ledger.append(records).then(() => void durable.set(records[0]!.id, performance.now())));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all(appends);
  }
  await ledger.search({ limit: 1 });
  end();
  return {
    name: 'from durable to searchable at 1,000 events/s, p99',
    unit: 'ms',
    ours: quantile(lags, 0.99),
    peers: { median: median(lags), longest: Math.max(...lags) },
  };
}

async function startRows(data: string, count: number): Promise<BenchRow[]> {
  const starts = await startTimes(data, 5);
  const calls = starts.map(({ first_call_ms }) => first_call_ms);
  return [
    {
      name: `start of remit up on ${count.toLocaleString('en-US')} events to the first governed call`,
      unit: 'ms',
      ours: median(calls),
      peers: { ready: median(starts.map(({ ready_ms }) => ready_ms)), longest: Math.max(...calls) },
      target: '≤ 3 s',
      pass: median(calls) <= 3000,
    },
  ];
}
