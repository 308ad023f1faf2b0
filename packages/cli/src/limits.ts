/** The limits of a start: taken up from snapshot and ledger, and written down again while they change. */
import { bounds } from '@remit/contracts';
import { LimitCounters, restoreState, SnapshotKeeper, type Approvals } from '@remit/enforce';
import type { Ledger } from '@remit/ledger';
import { longestWindow, type CompiledPolicy } from '@remit/policy';
import type { Logger } from 'pino';
import { limitsKeyOf, limitsSnapshotOf } from './data/layout.ts';
import { SealedSnapshot } from './data/limits-snapshot.ts';
import type { Machine } from './machine.ts';

export interface LimitsOptions {
  machine: Machine;
  /** The data folder. */
  data: string;
  ledger: Ledger;
  approvals: Approvals;
  policy: CompiledPolicy;
  log: Logger;
}

/** Restores approvals and limits; from then on the snapshot is kept, until everything is closed. */
export async function openLimits(
  options: LimitsOptions,
  opened: AsyncDisposableStack,
): Promise<{ limits: LimitCounters; snapshot: SnapshotKeeper }> {
  const { machine, data, ledger, log } = options;
  const limits = new LimitCounters();
  const store = new SealedSnapshot({
    file: limitsSnapshotOf(data),
    key_file: limitsKeyOf(data),
    newKey: () => machine.newKey(),
  });
  const { from_snapshot } = await restoreState(ledger, options.approvals, limits, {
    now: machine.clock.now(),
    longest_window_ms: longestWindow(options.policy),
    snapshot: await readable(store, log),
  });
  const snapshot = new SnapshotKeeper(limits, ledger, store, machine.clock, from_snapshot);
  keepSnapshot(snapshot, log, opened);
  return { limits, snapshot };
}

/** Without a snapshot the start takes longer, and that is all. */
async function readable(store: SealedSnapshot, log: Logger): Promise<string | undefined> {
  try {
    return await store.read();
  } catch (error) {
    log.warn({ error }, 'the snapshot of the limits is not used');
    return undefined;
  }
}

function keepSnapshot(keeper: SnapshotKeeper, log: Logger, opened: AsyncDisposableStack): void {
  const failed = (error: unknown): void => log.warn({ error }, 'no snapshot of the limits was written');
  const timer = setInterval(() => void keeper.keep().catch(failed), bounds.limit_snapshot_interval_ms);
  timer.unref();
  // Without one every start reads the log as far back as a limit counts.
  void keeper.keep().catch(failed);
  opened.defer(async () => {
    clearInterval(timer);
    await keeper.close().catch(failed);
  });
}
