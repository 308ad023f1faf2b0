/** Approvals and limits after a restart: a fold of what the ledger holds (architecture.md, "Who owns which state"). */
import { bounds, type StoredRecord } from '@remit/contracts';
import type { Ledger, RecordFilter } from '@remit/ledger';
import { approvalEvents, foldApproval } from './approval-records.ts';
import type { Approvals } from './approvals.ts';
import type { LimitCounters } from './limit/limit-counters.ts';
import { readSnapshot, type Snapshot } from './limit/snapshot.ts';
import type { Approval } from './ports.ts';

export interface RestoreOptions {
  /** Milliseconds since the epoch. */
  now: number;
  /** The longest that a use counts under any limit of the policy; older intents cannot count any more. */
  longest_window_ms: number;
  /** What a `SnapshotStore` gave. Where it is not of this log, everything is read from the log. */
  snapshot?: string | undefined;
}

type LimitLedger = Pick<Ledger, 'records' | 'show' | 'status'>;

/**
 * To be called once, before the first action. Says from which record on the log was read for the limits, and
 * whether a snapshot was taken up.
 */
export async function restoreState(
  ledger: LimitLedger,
  approvals: Approvals,
  limits: LimitCounters,
  options: RestoreOptions,
): Promise<{ limits_from: number; from_snapshot: boolean }> {
  await restoreApprovals(ledger, approvals, options.now);
  const snapshot = options.snapshot === undefined ? undefined : readSnapshot(options.snapshot, ledger);
  if (snapshot === undefined) {
    if (options.longest_window_ms > 0) await restoreLimits(ledger, limits, { since: sinceOf(options) });
    return { limits_from: 0, from_snapshot: false };
  }
  return { limits_from: await restoreFrom(snapshot, ledger, limits), from_snapshot: true };
}

async function restoreApprovals(ledger: Pick<Ledger, 'records'>, approvals: Approvals, now: number) {
  const since = rfc3339(now - bounds.approval_pending_ms - bounds.approval_redeem_ms);
  const known = new Map<string, Approval>();
  for await (const stored of ledger.records({ events: approvalEvents, since })) foldApproval(known, stored);
  for (const approval of known.values()) approvals.restore(approval);
}

/** What a record's time says is when its call arrived, which is before it reserved. */
function sinceOf({ now, longest_window_ms }: RestoreOptions): string {
  return rfc3339(now - longest_window_ms - bounds.limit_reservation_delay_ms);
}

async function restoreFrom(snapshot: Snapshot, ledger: LimitLedger, limits: LimitCounters): Promise<number> {
  const sizes = new Map(snapshot.agents.map(({ agent, size }) => [agent, size]));
  for (const saved of snapshot.agents) limits.load(saved);
  const from = Math.min(snapshot.size, ...sizes.values());
  const isNew = ({ index, meta }: StoredRecord) => index >= (sizes.get(meta.agent ?? '') ?? snapshot.size);
  const recorded = await restoreLimits(ledger, limits, { from }, isNew);
  await forgetUnrecorded(snapshot, recorded, ledger, limits);
  return from;
}

/** Folds intents and outcomes into the limits; gives the actions that it has seen. */
async function restoreLimits(
  ledger: Pick<Ledger, 'records'>,
  limits: LimitCounters,
  filter: RecordFilter,
  isNew: (stored: StoredRecord) => boolean = () => true,
): Promise<Set<string>> {
  const open = new Set<string>();
  const ended = new Set<string>();
  for await (const stored of ledger.records({ ...filter, phases: ['intent', 'outcome'] })) {
    if (!isNew(stored)) continue;
    if (stored.phase === 'intent') {
      restoreIntent(stored, limits);
      open.add(stored.id);
    } else {
      limits.settle(stored.id, stored.meta.released !== true);
      ended.add(stored.id);
      open.delete(stored.id);
    }
  }
  // An action whose outcome is not there may have been sent.
  for (const id of open) limits.settle(id, true);
  return new Set([...ended, ...open]);
}

function restoreIntent({ id, time, meta, payload }: StoredRecord, limits: LimitCounters): void {
  const { reservations, reserved_at } = payload ?? {};
  if (reservations === undefined) return;
  limits.restore({
    action_id: id,
    agent: meta.agent ?? '',
    at: Date.parse(reserved_at ?? time),
    reservations,
  });
}

/** Calls that were open when the snapshot was taken: one whose intent never became durable was never sent. */
async function forgetUnrecorded(
  { agents }: Snapshot,
  recorded: ReadonlySet<string>,
  ledger: Pick<Ledger, 'show'>,
  limits: LimitCounters,
): Promise<void> {
  for (const { action_id } of agents.flatMap(({ open }) => open)) {
    if (recorded.has(action_id)) continue;
    const event = await ledger.show(action_id);
    limits.settle(action_id, event?.ledger?.intent !== undefined);
  }
}

function rfc3339(time_ms: number): string {
  return new Date(Math.max(0, time_ms)).toISOString();
}
