/** An approval that nobody touches is recorded as expired all the same. */
import { bounds, type NewRecord } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sweepApprovals } from '../src/approval-sweep.ts';
import { takeDataFolder } from '../src/data/data-folder.ts';
import { openEmbedded, type Embedded } from '../src/embedded.ts';
import { shop, workbench, type Workbench } from './workbench.ts';

function open({ machine, workspace, data }: Workbench): Promise<Embedded> {
  const failed = (error: Error): never => {
    throw error;
  };
  const log = pino({ level: 'silent' });
  return openEmbedded({ machine, workspace, folder: takeDataFolder(data), log, servers: false, failed });
}

/** Asked for two hours ago, and over for one. */
function overdue(): NewRecord {
  const [asked, over] = [2, 1].map((hours) => new Date(Date.now() - hours * 3_600_000).toISOString());
  const subject = { agent: 'support', server: 'desk' };
  const call = {
    kind: 'tool_invoke',
    target: 'record',
    arguments: {},
    digest: 'sha256:call',
    reason: 'large',
  };
  const times = { requested_at: asked, expires_at: over };
  const approval = {
    id: 'apr_1',
    status: 'pending',
    policy_version: 'sha256:1',
    ...subject,
    ...call,
    ...times,
  };
  const meta = { ...subject, approval_id: 'apr_1', result: 'success' } as const;
  const time = asked ?? '';
  return { phase: 'event', id: 'evt_1', event: 'approval_requested', time, meta, payload: { approval } };
}

test('what expired while Remit was down is recorded at the next start', async () => {
  const bench = await workbench(shop);
  try {
    const before = await open(bench);
    await before.core.ledger.append([overdue()]);
    await before.close();
    const after = await open(bench);
    const expired = async () =>
      (await after.core.ledger.search({ action: 'approval_expired', limit: 9 })).events;
    await waitFor(async () => (await expired()).length > 0);
    expect(await expired()).toMatchObject([{ agent: 'support', approval_id: 'apr_1' }]);
    await after.close();
  } finally {
    await bench.remove();
  }
});

describe('while Remit runs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('approvals are looked through at the start, then at intervals, until everything is closed', async () => {
    const expireDue = vi.fn(() => Promise.resolve());
    const opened = new AsyncDisposableStack();
    sweepApprovals({ expireDue }, { warn: vi.fn() }, opened);
    await vi.advanceTimersByTimeAsync(0);
    expect(expireDue).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2 * bounds.approval_sweep_ms);
    expect(expireDue).toHaveBeenCalledTimes(3);
    await opened.disposeAsync();
    await vi.advanceTimersByTimeAsync(2 * bounds.approval_sweep_ms);
    expect(expireDue).toHaveBeenCalledTimes(3);
  });

  test('a ledger that cannot write is told to the log, and tried again', async () => {
    const expireDue = vi.fn(() => Promise.reject(new Error('full')));
    const warn = vi.fn();
    await using opened = new AsyncDisposableStack();
    sweepApprovals({ expireDue }, { warn }, opened);
    await vi.advanceTimersByTimeAsync(bounds.approval_sweep_ms);
    expect(expireDue).toHaveBeenCalledTimes(2);
    expect(warn).toHaveBeenCalledTimes(2);
  });
});
