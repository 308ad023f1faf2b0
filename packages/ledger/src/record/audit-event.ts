/** Folds what was recorded of one action into one audit event (ledger.md, "What is recorded"). */
import type { AuditEvent, StoredRecord } from '@remit/contracts';

/**
 * `first` is the intent, or the record of an event that stands alone; `outcome` is the record that
 * ended the action. The fields of the outcome win: it repeats those of the intent.
 */
export function foldEvent(first: StoredRecord | undefined, outcome: StoredRecord | undefined): AuditEvent {
  const base = first ?? outcome;
  if (base === undefined) throw new TypeError('an audit event needs a record');
  const meta = { ...first?.meta, ...outcome?.meta };
  const payload = { ...first?.payload, ...outcome?.payload };
  const { agent, tool, result, ...otherMeta } = meta;
  // How limits are counted is no part of the published shape.
  delete otherMeta.reservations;
  delete otherMeta.released;
  const { parameters, context, ...otherPayload } = payload;
  const event = {
    timestamp: base.time,
    agent,
    action: base.event,
    tool,
    parameters,
    context,
    result,
    ...otherPayload,
    ...otherMeta,
    id: base.id,
    ledger: placesOf(first, outcome),
  };
  return withoutUndefined(event) as AuditEvent;
}

function placesOf(first: StoredRecord | undefined, outcome: StoredRecord | undefined): AuditEvent['ledger'] {
  return {
    ...(first?.phase === 'intent' && { intent: { ...first.position, index: first.index } }),
    ...(first?.phase === 'event' && { outcome: { ...first.position, index: first.index } }),
    ...(outcome !== undefined && { outcome: { ...outcome.position, index: outcome.index } }),
  };
}

function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
