/** Folders, clocks and records for the ledger's tests. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { NewRecord } from '@remit/contracts';
import type { LedgerOptions } from '@remit/ledger';

export const time = '2026-03-03T14:32:15.000Z';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'remit-ledger-'));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Options for a ledger in a folder of its own, checkpoints beside it; no periodic checkpoints. */
export function optionsIn(folder: string): LedgerOptions & { checkpoint_folder: string } {
  return {
    folder: path.join(folder, 'data'),
    checkpoint_folder: path.join(folder, 'checkpoints'),
    origin: 'remit.example/log',
    source: 'local',
    clock: { now: () => Date.parse(time), monotonic: () => 0 },
    newId: (prefix) => `${prefix}_${randomUUID()}`,
    bounds: { checkpoint_interval_ms: 3_600_000, reserve_bytes: 64 * 1024 },
  };
}

export function intent(id: string, more: Partial<NewRecord> = {}): NewRecord {
  return {
    phase: 'intent',
    id,
    event: 'tool_invoke',
    time,
    meta: { agent: 'customer-support', server: 'desk', tool: 'ticket-update' },
    payload: {
      parameters: { ticket_id: 'TKT-12345', status: 'resolved' },
      context: { conversation_id: 'conv-789', customer_id: 'cust-456' },
      user: 'jo@example.com',
    },
    ...more,
  };
}

export function outcome(id: string, more: Partial<NewRecord> = {}): NewRecord {
  return {
    phase: 'outcome',
    id,
    event: 'tool_invoke',
    time: '2026-03-03T14:32:16.000Z',
    meta: {
      agent: 'customer-support',
      server: 'desk',
      tool: 'ticket-update',
      result: 'success',
      duration_ms: 12,
    },
    payload: { output: { ok: true } },
    ...more,
  };
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Published vectors live beside the checkout; undefined where they are missing, with a line that says so. */
export function vectorFolder(name: string): string | undefined {
  const folder = path.resolve(import.meta.dirname, '../../../../shared/vectors', name);
  if (fs.existsSync(folder)) return folder;
  console.log(`skipped: no vectors in ../shared/vectors/${name}`);
  return undefined;
}
