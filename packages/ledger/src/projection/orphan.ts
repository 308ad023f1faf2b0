/** What ends an intent of an earlier epoch. */
import type { NewRecord, StoredRecord } from '@remit/contracts';

/** ledger.md, 9: an intent without an outcome ends as `unknown`; it is never said to have failed. */
export function outcomeOfOrphan(intent: StoredRecord, time: string): NewRecord {
  const { agent, server, tool, trace_id, tool_digest, approval_id } = intent.meta;
  const repeated = { agent, server, tool, trace_id, tool_digest, approval_id };
  const meta: NewRecord['meta'] = {
    ...Object.fromEntries(Object.entries(repeated).filter(([, value]) => value !== undefined)),
    result: 'unknown',
    reason: `Remit ended before the outcome was recorded (source ${intent.position.source}, epoch ${intent.position.epoch}).`,
  };
  return { phase: 'outcome', id: intent.id, event: intent.event, time, meta };
}
