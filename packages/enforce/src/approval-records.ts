/** The `approval_*` events, and the fold that makes approvals of them again. */
import type { NewRecord, RecordMeta, RecordPayload, StoredRecord } from '@remit/contracts';
import type { Approval, Verdict } from './ports.ts';

interface Stamp {
  id: string;
  time: string;
}

/** Event kinds that `foldApproval` understands, for `records()`. */
export const approvalEvents = [
  'approval_requested',
  'approval_granted',
  'approval_denied',
  'approval_expired',
  'approval_redeemed',
] as const;

export function requestedRecord(approval: Approval, stamp: Stamp): NewRecord {
  return record('approval_requested', approval, stamp, {}, { approval: { ...approval } });
}

/** `needed` is how many more people have to agree: with some still needed it stays pending. */
export function decidedRecord(
  approval: Approval,
  verdict: 'approve' | 'deny',
  needed: number,
  stamp: Stamp,
): NewRecord {
  const event = verdict === 'approve' ? 'approval_granted' : 'approval_denied';
  const { expires_at, given } = approval;
  const decided = verdict === 'approve' ? given?.at(-1) : approval.decided;
  return record(event, approval, stamp, { expires_at, ...(needed > 0 && { needed }) }, { decided });
}

export function expiredRecord(approval: Approval, stamp: Stamp): NewRecord {
  return record('approval_expired', approval, stamp, {}, {});
}

/** Durable together with the intent of the action that redeems it. */
export function redeemedRecord(approval: Approval, stamp: Stamp): NewRecord {
  return record('approval_redeemed', approval, stamp, { action_id: approval.redeemed_by }, {});
}

/** Folds one stored event into the approvals known so far (by id). */
export function foldApproval(approvals: Map<string, Approval>, stored: StoredRecord): void {
  const { event, meta, payload } = stored;
  if (event === 'approval_requested') {
    const approval = payload?.['approval'] as Approval | undefined;
    if (approval) approvals.set(approval.id, { ...approval, status: 'pending' });
    return;
  }
  const approval = approvals.get(meta.approval_id ?? '');
  if (!approval) return;
  if (event === 'approval_granted' || event === 'approval_denied') {
    const decided = payload?.['decided'] as Verdict;
    if (event === 'approval_granted') approval.given = [...(approval.given ?? []), decided];
    if (meta['needed'] !== undefined) return;
    approval.status = event === 'approval_granted' ? 'approved' : 'denied';
    approval.decided = decided;
    approval.expires_at = meta['expires_at'] as string;
  } else if (event === 'approval_expired') {
    approval.status = 'expired';
  } else if (event === 'approval_redeemed') {
    approval.status = 'redeemed';
    approval.redeemed_by = meta['action_id'] as string;
    approval.redeemed_at = stored.time;
  }
}

function record(
  event: (typeof approvalEvents)[number],
  approval: Approval,
  stamp: Stamp,
  meta: RecordMeta,
  payload: RecordPayload,
): NewRecord {
  const subject: RecordMeta = {
    agent: approval.agent,
    server: approval.server,
    approval_id: approval.id,
    result: 'success',
  };
  return { phase: 'event', id: stamp.id, event, time: stamp.time, meta: { ...subject, ...meta }, payload };
}
