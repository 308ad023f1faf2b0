/** Issue "Ledger": a log of many events is verified from its bytes at 200,000 events a second; a receipt takes 5 ms at most. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import type { NewRecord } from '@remit/contracts';
import { openLedger, type Ledger } from '@remit/ledger';
import { verifyLedger } from '@remit/ledger/verify';
import { median, quantile } from './measure.ts';
import type { BenchRow } from './row.ts';

const events = 200_000;
const rounds = 3;
const receipts = 200;

function event(number: number): NewRecord {
  return {
    phase: 'event',
    id: `act_${String(number).padStart(22, '0')}`,
    event: 'tool_invoke',
    time: '2026-03-03T14:32:15.000Z',
    meta: {
      agent: 'customer-support',
      decision: { effect: 'allow', id: `dec_${String(number).padStart(22, '0')}`, tier: 'logged' },
      result: 'success',
      server: 'support-desk',
      tool: 'ticket-update',
    },
    payload: {
      parameters: { ticket_id: 'TKT-12345', status: 'resolved', resolution: 'Password reset completed' },
      context: { conversation_id: `conv-${number}`, customer_id: 'cust-456' },
      user: 'jo.doe@example.com',
    },
  };
}

async function filled(folder: string): Promise<Ledger> {
  const ledger = await openLedger({
    folder: path.join(folder, 'ledger'),
    checkpoint_folder: path.join(folder, 'checkpoints'),
    origin: 'remit.example/bench',
    source: 'bench',
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    newId: (prefix) => `${prefix}_${randomUUID()}`,
  });
  for (let number = 0; number < events; number += 1000) {
    await ledger.append(Array.from({ length: 1000 }, (_, offset) => event(number + offset)));
  }
  await ledger.checkpoint();
  return ledger;
}

/** Events a second, of the whole folder: segments, tree, payloads, search rows and checkpoints. */
function verified(folder: string): number {
  const start = performance.now();
  const result = verifyLedger({
    folder: path.join(folder, 'ledger'),
    checkpoint_folder: path.join(folder, 'checkpoints'),
  });
  if (!result.ok || result.size < events) throw new Error('the log does not verify');
  return (result.size / (performance.now() - start)) * 1000;
}

async function receiptTimes(ledger: Ledger): Promise<number[]> {
  const times: number[] = [];
  for (let number = 0; number < receipts; number += 1) {
    const { id } = event(Math.floor((number * events) / receipts));
    const start = performance.now();
    if ((await ledger.proof(id)) === undefined) throw new Error('there is no receipt');
    times.push(performance.now() - start);
  }
  return times;
}

export async function benchVerify(): Promise<BenchRow[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'remit-bench-verify-'));
  try {
    const ledger = await filled(folder);
    const times = await receiptTimes(ledger);
    await ledger.close();
    const rates = Array.from({ length: rounds }, () => verified(folder));
    const [rate, p95] = [median(rates), quantile(times, 0.95)];
    return [
      {
        name: `verify a log of ${events.toLocaleString('en-US')} events`,
        unit: 'events/s',
        ours: Math.round(rate),
        peers: {},
        target: '≥ 200,000',
        pass: rate >= 200_000,
      },
      { name: 'a receipt, p95', unit: 'ms', ours: p95, peers: {}, target: '≤ 5 ms', pass: p95 <= 5 },
    ];
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) console.table(await benchVerify());
