/**
 * The search rows, one for each event. Most calls begin and end within one step of the projector: their
 * row is completed in memory and written once, instead of being found and changed again in every index.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RecordPayload, StoredRecord } from '@remit/contracts';
import type { EventRow } from './database.ts';
import { columnsOf, marksOfRecord } from './event-columns.ts';
import type { EventMarks, Mark } from './event-marks.ts';

type RowPlace = Pick<EventRow, 'time' | 'key'>;

/** An intent that is not written yet. */
interface Begun {
  row: EventRow;
  marks: Mark[];
}

export class EventRows {
  readonly #marks: EventMarks;
  readonly #insert: StatementSync;
  readonly #finish: StatementSync;
  /** Intents of this transaction, in their order. */
  readonly #begun = new Map<string, Begun>();

  constructor(database: DatabaseSync, marks: EventMarks) {
    this.#marks = marks;
    this.#insert = database.prepare(
      `INSERT INTO event VALUES (:key, :id, :time, :agent, :server, :tool, :action, :result, :decision, :tier, :rule,
         :duration_ms, :bytes, :intent, :outcome, :epoch)
       ON CONFLICT (id) DO UPDATE SET result = coalesce(excluded.result, result),
         duration_ms = coalesce(excluded.duration_ms, duration_ms), bytes = coalesce(excluded.bytes, bytes),
         intent = coalesce(intent, excluded.intent), outcome = coalesce(excluded.outcome, outcome)
       RETURNING time, key`,
    );
    this.#finish = database.prepare(
      `UPDATE event SET result = ?, duration_ms = ?, bytes = ?, outcome = ? WHERE id = ? AND intent IS NOT NULL
       RETURNING time, key`,
    );
  }

  /** `record` without its payload, which is opened only where something in it is searched for. */
  add(record: StoredRecord, time: number, payload: () => RecordPayload | undefined): void {
    if (record.phase === 'outcome' && this.#end(record)) return;
    this.#writeBegun(record.id);
    const begun = { row: rowOf(record, time), marks: marksOfRecord(record, payload()) };
    if (record.phase === 'intent') this.#begun.set(record.id, begun);
    else this.#write(begun);
  }

  /** Writes what is still in memory: part of the same transaction. */
  flush(): void {
    for (const begun of this.#begun.values()) this.#write(begun);
    this.#begun.clear();
  }

  /** The transaction was rolled back. */
  forget(): void {
    this.#begun.clear();
    this.#marks.forget();
  }

  /** Whether there was an intent that this outcome ends. Outcomes are found by their open part alone. */
  #end(record: StoredRecord): boolean {
    const { id, index } = record;
    const { result, duration_ms, bytes } = columnsOf(record);
    const marks = marksOfRecord(record, undefined);
    const begun = this.#begun.get(id);
    if (begun === undefined) {
      const ended = this.#finish.get(result, duration_ms, bytes, index, id) as RowPlace | undefined;
      if (ended !== undefined) this.#marks.add(marks, ended.time, ended.key);
      return ended !== undefined;
    }
    Object.assign(begun.row, { result, duration_ms, bytes, outcome: index });
    begun.marks.push(...marks);
    return true;
  }

  /** Records that share an id reach the row in their order. */
  #writeBegun(id: string): void {
    const begun = this.#begun.get(id);
    if (begun === undefined) return;
    this.#begun.delete(id);
    this.#write(begun);
  }

  /** Marked under the time and key of the row, which an earlier record of the same event may have set. */
  #write({ row, marks }: Begun): void {
    const { time, key } = this.#insert.get({ ...row }) as unknown as RowPlace;
    this.#marks.add(marks, time, key);
  }
}

function rowOf(record: StoredRecord, time: number): EventRow {
  const { id, index, phase, event, position } = record;
  return {
    key: index,
    id,
    time,
    action: event,
    ...columnsOf(record),
    intent: phase === 'intent' ? index : null,
    outcome: phase === 'intent' ? null : index,
    epoch: position.epoch,
  };
}
