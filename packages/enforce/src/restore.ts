/** Approvals and limits after a restart: a fold of what the ledger holds (architecture.md, "Who owns which state"). */
import { bounds } from '@remit/contracts';
import type { Ledger } from '@remit/ledger';
import { approvalEvents, foldApproval } from './approval-records.ts';
import type { Approvals } from './approvals.ts';
import type { PastUse, SlidingLimits } from './limits.ts';
import type { Approval } from './ports.ts';

export interface RestoreOptions {
  /** Milliseconds since the epoch. */
  now: number;
  /** The longest window of any limit of the policy; older intents cannot count any more. */
  longest_window_ms: number;
}

/** To be called once, before the first action. */
export async function restoreState(
  ledger: Pick<Ledger, 'records'>,
  approvals: Approvals,
  limits: SlidingLimits,
  options: RestoreOptions,
): Promise<void> {
  await restoreApprovals(ledger, approvals, options.now);
  if (options.longest_window_ms > 0) await restoreLimits(ledger, limits, options);
}

async function restoreApprovals(ledger: Pick<Ledger, 'records'>, approvals: Approvals, now: number) {
  const since = rfc3339(now - bounds.approval_pending_ms - bounds.approval_redeem_ms);
  const known = new Map<string, Approval>();
  for await (const stored of ledger.records({ events: approvalEvents, since })) foldApproval(known, stored);
  for (const approval of known.values()) approvals.restore(approval);
}

async function restoreLimits(
  ledger: Pick<Ledger, 'records'>,
  limits: SlidingLimits,
  options: RestoreOptions,
) {
  const since = rfc3339(options.now - options.longest_window_ms);
  const used = new Map<string, PastUse>();
  for await (const stored of ledger.records({ since, phases: ['intent', 'outcome'] })) {
    const reservations = stored.payload?.reservations;
    if (stored.phase === 'intent' && reservations) {
      used.set(stored.id, {
        action_id: stored.id,
        agent: stored.meta.agent ?? '',
        at: Date.parse(stored.time),
        reservations,
      });
    } else if (stored.meta.released === true) {
      used.delete(stored.id);
    }
  }
  for (const past of used.values()) limits.restore(past, options.now);
}

function rfc3339(time_ms: number): string {
  return new Date(Math.max(0, time_ms)).toISOString();
}
