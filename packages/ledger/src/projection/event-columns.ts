/** What a record says for the search row of its event. */
import {
  marksOf,
  numberOf,
  valuesOf,
  type PlainKey,
  type RecordPayload,
  type StoredRecord,
} from '@remit/contracts';
import type { EventRow } from './database.ts';
import type { Mark } from './event-marks.ts';

type Described = Pick<StoredRecord, 'event' | 'id' | 'meta'>;

export type EventColumns = Pick<
  EventRow,
  'agent' | 'server' | 'tool' | 'result' | 'decision' | 'tier' | 'rule' | 'duration_ms' | 'bytes'
>;

/** Of the open part of the record alone: nothing sealed stands in a column. */
export function columnsOf({ meta }: Described): EventColumns {
  const value = (key: PlainKey): string | null => valuesOf(meta, key)[0] ?? null;
  const bytes = numberOf(meta, 'bytes');
  return {
    agent: value('agent'),
    server: value('server'),
    tool: value('tool'),
    result: value('result'),
    decision: value('decision'),
    tier: value('tier'),
    rule: value('rule'),
    duration_ms: numberOf(meta, 'duration_ms') ?? null,
    bytes: bytes === undefined ? null : Math.trunc(bytes),
  };
}

/** Members of the payload go first, as in the event that is made of both. */
export function marksOfRecord({ meta }: Described, payload: RecordPayload | undefined): Mark[] {
  return marksOf({ ...payload, ...meta });
}
