/** What a start restores from the ledger's payloads, and so has to be kept or forgotten when an erasure takes them out. */
import type { RestoredState } from '@remit/control';
import type { Approvals, LimitCounters, SnapshotKeeper } from '@remit/enforce';

export function restoredState(
  approvals: Approvals,
  limits: LimitCounters,
  snapshot: SnapshotKeeper,
): RestoredState {
  return {
    // What else the payloads have reserved, for limits that count by an agent or a tool, goes on counting.
    keep: () => snapshot.keep(),
    forget: async (person) => {
      approvals.forget((approval) => person.in(approval));
      limits.forget((text) => person.in(text));
      await snapshot.keep();
    },
  };
}
