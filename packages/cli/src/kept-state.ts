/**
 * Limits, and what conversations have read: taken up from snapshot and ledger at a start, and written down
 * again while they change.
 */
import { bounds } from '@remit/contracts';
import {
  FlowState,
  keptFlows,
  keptLimits,
  LimitCounters,
  restoreFlows,
  restoreState,
  SnapshotKeeper,
  type Approvals,
} from '@remit/enforce';
import type { Ledger } from '@remit/ledger';
import { longestWindow, type CompiledPolicy } from '@remit/policy';
import type { Logger } from 'pino';
import { flowsKeyOf, flowsSnapshotOf, limitsKeyOf, limitsSnapshotOf } from './data/layout.ts';
import { SealedSnapshot } from './data/sealed-snapshot.ts';
import type { Machine } from './machine.ts';

export interface KeptStateOptions {
  machine: Machine;
  /** The data folder. */
  data: string;
  ledger: Ledger;
  approvals: Approvals;
  /** The policy of this start, and from the first call on the one in force. */
  policy: () => CompiledPolicy;
  log: Logger;
}

export interface KeptState {
  limits: LimitCounters;
  flows: FlowState;
  snapshots: SnapshotKeeper[];
}

interface Opened<State> {
  kept: State;
  keeper: SnapshotKeeper;
}

/** Restores approvals, limits and flows; from then on their snapshots are kept, until everything is closed. */
export async function openKeptState(
  options: KeptStateOptions,
  opened: AsyncDisposableStack,
): Promise<KeptState> {
  const limits = await openLimits(options, opened);
  const flows = await openFlows(options, opened);
  return { limits: limits.kept, flows: flows.kept, snapshots: [limits.keeper, flows.keeper] };
}

async function openLimits(
  options: KeptStateOptions,
  opened: AsyncDisposableStack,
): Promise<Opened<LimitCounters>> {
  const { machine, data, ledger, log } = options;
  const limits = new LimitCounters();
  const store = storeOf(machine, limitsSnapshotOf(data), limitsKeyOf(data));
  const { from_snapshot } = await restoreState(ledger, options.approvals, limits, {
    now: machine.clock.now(),
    longest_window_ms: longestWindow(options.policy()),
    snapshot: await readable(store, 'limits', log),
  });
  const keeper = new SnapshotKeeper(keptLimits(limits, ledger, machine.clock), store, from_snapshot);
  keepSnapshot(keeper, 'limits', log, opened);
  return { kept: limits, keeper };
}

async function openFlows(
  options: KeptStateOptions,
  opened: AsyncDisposableStack,
): Promise<Opened<FlowState>> {
  const { machine, data, ledger, log, policy } = options;
  const flows = new FlowState(policy);
  const store = storeOf(machine, flowsSnapshotOf(data), flowsKeyOf(data));
  const { from_snapshot } = await restoreFlows(ledger, flows, await readable(store, 'flows', log));
  const keeper = new SnapshotKeeper(keptFlows(flows, ledger), store, from_snapshot);
  keepSnapshot(keeper, 'flows', log, opened);
  return { kept: flows, keeper };
}

function storeOf(machine: Machine, file: string, key_file: string): SealedSnapshot {
  return new SealedSnapshot({ file, key_file, newKey: () => machine.newKey() });
}

/** Without a snapshot the start takes longer, and that is all. */
async function readable(store: SealedSnapshot, what: string, log: Logger): Promise<string | undefined> {
  try {
    return await store.read();
  } catch (error) {
    log.warn({ error }, `the snapshot of the ${what} is not used`);
    return undefined;
  }
}

function keepSnapshot(keeper: SnapshotKeeper, what: string, log: Logger, opened: AsyncDisposableStack): void {
  const failed = (error: unknown): void => log.warn({ error }, `no snapshot of the ${what} was written`);
  const timer = setInterval(() => void keeper.keep().catch(failed), bounds.snapshot_interval_ms);
  timer.unref();
  opened.defer(async () => {
    clearInterval(timer);
    await keeper.close().catch(failed);
  });
}
