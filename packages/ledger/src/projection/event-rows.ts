/**
 * The search rows, one for each event. Most calls begin and end within one step of the projector: their
 * row is completed in memory and written once, instead of being found and changed again in every index.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RecordPayload, StoredRecord } from '@remit/contracts';
import type { BlindIndex } from './blind-index.ts';
import type { EventRow } from './database.ts';

export class EventRows {
  readonly #blind: BlindIndex;
  readonly #insert: StatementSync;
  readonly #finish: StatementSync;
  /** Intents of this transaction that are not written yet, in their order. */
  readonly #begun = new Map<string, EventRow>();

  constructor(database: DatabaseSync, blind: BlindIndex) {
    this.#blind = blind;
    this.#insert = database.prepare(
      `INSERT INTO event VALUES (:key, :id, :time, :agent, :server, :tool, :action, :result, :conversation,
         :intent, :outcome, :epoch)
       ON CONFLICT (id) DO UPDATE SET result = coalesce(excluded.result, result),
         intent = coalesce(intent, excluded.intent), outcome = coalesce(excluded.outcome, outcome),
         conversation = coalesce(conversation, excluded.conversation)`,
    );
    this.#finish = database.prepare(
      'UPDATE event SET result = ?, outcome = ? WHERE id = ? AND intent IS NOT NULL',
    );
  }

  /** `record` without its payload, which is opened only where something in it is searched for. */
  add(record: StoredRecord, time: number, payload: () => RecordPayload | undefined): void {
    if (record.phase === 'outcome' && this.#end(record)) return;
    this.#writeBegun(record.id);
    const row = this.#rowOf(record, time, payload());
    if (record.phase === 'intent') this.#begun.set(record.id, row);
    else this.#write(row);
  }

  /** Writes what is still in memory: part of the same transaction. */
  flush(): void {
    for (const row of this.#begun.values()) this.#write(row);
    this.#begun.clear();
  }

  /** The transaction was rolled back. */
  forget(): void {
    this.#begun.clear();
  }

  /** Whether there was an intent that this outcome ends. */
  #end({ id, index, meta }: StoredRecord): boolean {
    const result = meta.result ?? null;
    const begun = this.#begun.get(id);
    if (begun === undefined) return this.#finish.run(result, index, id).changes > 0;
    begun.result = result;
    begun.outcome = index;
    return true;
  }

  /** Records that share an id reach the row in their order. */
  #writeBegun(id: string): void {
    const begun = this.#begun.get(id);
    if (begun === undefined) return;
    this.#begun.delete(id);
    this.#write(begun);
  }

  #write(row: EventRow): void {
    this.#insert.run({ ...row });
  }

  #rowOf(record: StoredRecord, time: number, payload: RecordPayload | undefined): EventRow {
    const { id, index, phase, meta, event, position } = record;
    const conversation = payload?.context?.['conversation_id'];
    return {
      key: index,
      id,
      time,
      agent: meta.agent ?? null,
      server: meta.server ?? null,
      tool: meta.tool ?? null,
      action: event,
      result: meta.result ?? null,
      conversation: typeof conversation === 'string' ? this.#blind.conversation(conversation) : null,
      intent: phase === 'intent' ? index : null,
      outcome: phase === 'intent' ? null : index,
      epoch: position.epoch,
    };
  }
}
