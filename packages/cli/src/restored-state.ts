/** What a start restores from the ledger's payloads, and so has to be kept or forgotten when an erasure takes them out. */
import type { RestoredState } from '@remit/control';
import type { Approvals, FlowState, LimitCounters, SnapshotKeeper } from '@remit/enforce';

interface Kept {
  approvals: Approvals;
  limits: LimitCounters;
  flows: FlowState;
  snapshots: readonly SnapshotKeeper[];
}

export function restoredState({ approvals, limits, flows, snapshots }: Kept): RestoredState {
  const keep = async (): Promise<void> => {
    for (const snapshot of snapshots) await snapshot.keep();
  };
  return {
    // What else the payloads have reserved, for limits that count by an agent or a tool, goes on counting.
    keep,
    forget: async (person) => {
      approvals.forget((approval) => person.in(approval));
      limits.forget((text) => person.in(text));
      flows.forget((text) => person.in(text));
      await keep();
    },
  };
}
