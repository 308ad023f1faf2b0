/** Which records `records` gives. */
import { actionKinds, type EventKind, type StoredRecord } from '@remit/contracts';
import type { RecordFilter } from '../port.ts';

/** Events that are no actions are one record each, under an id of its own. */
export function isSingleRecord(kind: EventKind): boolean {
  return !actionKinds.some((action) => action === kind);
}

export function isWanted(record: StoredRecord, filter: RecordFilter): boolean {
  if (filter.since !== undefined && Date.parse(record.time) < Date.parse(filter.since)) return false;
  if (filter.events !== undefined && !filter.events.includes(record.event)) return false;
  return filter.phases === undefined || filter.phases.includes(record.phase);
}
