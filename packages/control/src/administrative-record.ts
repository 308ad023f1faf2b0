import type { Clock, EventKind, NewId, NewRecord, RecordMeta, RecordPayload } from '@remit/contracts';
import type { Appender } from '@remit/ledger';
import type { Actor } from './ports.ts';

/** What everybody needs who records what people and Remit itself do. */
export interface Recording {
  ledger: Appender;
  clock: Clock;
  newId: NewId;
}

export interface AdministrativeEvent {
  event: EventKind;
  /** Becomes public: nothing here may identify a person. */
  meta: RecordMeta;
  payload?: RecordPayload;
}

/** One administrative event: who did it is in `meta` as a random id, and by name in the sealed payload. */
export function administrativeRecord(
  { clock, newId }: Pick<Recording, 'clock' | 'newId'>,
  by: Actor,
  { event, meta, payload }: AdministrativeEvent,
): NewRecord {
  const record: NewRecord = {
    phase: 'event',
    id: newId('evt'),
    event,
    time: new Date(clock.now()).toISOString(),
    meta: { result: 'success', ...meta, by: by.id },
  };
  const sealed: RecordPayload = { ...payload, ...(by.name !== undefined && { by_name: by.name }) };
  return Object.keys(sealed).length === 0 ? record : { ...record, payload: sealed };
}
