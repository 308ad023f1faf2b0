/** A ledger that keeps nothing on disk, for tests that are about something else. */
import {
  auditEventSchema,
  Fault,
  matchesFilter,
  type AuditEvent,
  type NewRecord,
  type Position,
  type StoredRecord,
} from '@remit/contracts';
import type { Ledger, LedgerStatus, RecordFilter, SearchQuery } from '@remit/ledger';

export class InMemoryLedger implements Ledger {
  readonly appended: NewRecord[] = [];
  readonly listeners = new Set<(event: AuditEvent) => void>();
  writable = true;
  /** Appends wait for it. */
  gate: Promise<void> = Promise.resolve();
  lastQuery: SearchQuery | undefined;

  async append(records: readonly NewRecord[]): Promise<Position[]> {
    await this.gate;
    if (!this.writable) throw new Fault('ledger_unavailable', 'The disk is full.');
    const first = this.appended.length;
    this.appended.push(...records);
    for (const event of this.#events().slice(first)) for (const listener of this.listeners) listener(event);
    return records.map((_record, offset) => ({ source: 'test', epoch: 1, sequence: first + offset }));
  }

  search(query: SearchQuery) {
    this.lastQuery = query;
    const events = this.#events()
      .filter((event) => query.agent === undefined || event.agent === query.agent)
      .filter((event) => query.action === undefined || event.action === query.action)
      .filter((event) => query.since === undefined || event.timestamp >= query.since)
      .filter((event) => matchesFilter(event, query.filter ?? []))
      .reverse();
    return Promise.resolve({ events: events.slice(0, query.limit) });
  }

  show(id: string): Promise<AuditEvent | undefined> {
    return Promise.resolve(this.#events().find((event) => event.id === id));
  }

  #events(): AuditEvent[] {
    return this.appended.map((record, index) => ({
      ...eventOf(record),
      ledger: { outcome: { source: 'test', epoch: 1, sequence: index, index } },
    }));
  }

  async *records({ from = 0 }: RecordFilter): AsyncGenerator<StoredRecord> {
    await this.gate;
    for (const [index, record] of this.appended.entries()) {
      if (index >= from) yield { ...record, index, position: { source: 'test', epoch: 1, sequence: index } };
    }
  }

  /** Nothing that uses it is tested without a disk. */
  readonly payloads: Ledger['payloads'] = {
    find: () => Promise.reject(new Error('this ledger finds no payloads')),
    read: () => this.records({}),
    clear: () => Promise.reject(new Error('this ledger clears no payloads')),
  };

  subscribe(listener: (event: AuditEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async proof(id: string): Promise<string | undefined> {
    return (await this.show(id)) && `c2sp.org/tlog-proof@v1\nindex 0\n\nproof of ${id}\n`;
  }

  evidence(ids: readonly string[]) {
    return Promise.resolve(ids.map((id, index) => ({ index, record: JSON.stringify({ id }), proof: [] })));
  }

  keys() {
    return { log_keys: ['test+00000000+AA=='], witness_keys: [] };
  }

  checkpoint(): Promise<string> {
    return Promise.resolve('test\n1\nAAAA\n');
  }

  copy(): ReturnType<Ledger['copy']> {
    return Promise.resolve({ size: this.appended.length, files: [] });
  }

  file(path: string): Promise<Uint8Array | undefined> {
    const known = path === 'checkpoint' || path === 'tile/0/000.p/5';
    return Promise.resolve(known ? Buffer.from(`file ${path}\n`) : undefined);
  }

  status(): LedgerStatus {
    return {
      size: this.appended.length,
      root: 'AAAA',
      origin: 'test',
      writable: this.writable,
      queued_records: 0,
      witnesses: [],
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function eventOf({ id, event, time, meta, payload }: NewRecord): AuditEvent {
  return auditEventSchema.parse({ ...payload, ...meta, id, action: event, timestamp: time });
}
