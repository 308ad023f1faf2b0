/** The narrow port behind which every ledger lives (architecture.md, "Cluster"). */
import type { AuditEvent, EventKind, NewRecord, Position, RecordPhase, StoredRecord } from '@remit/contracts';

/** What everybody who records needs. */
export interface Appender {
  /**
   * Makes the records durable, all or none, in order; resolves when they are on disk.
   * @throws Fault `ledger_unavailable` when the ledger cannot write now (disk full, queue full, closing).
   */
  append(records: readonly NewRecord[]): Promise<Position[]>;
}

export interface SearchQuery {
  agent?: string;
  tool?: string;
  server?: string;
  action?: EventKind;
  result?: string;
  /** The agent's `conversation_id`. */
  conversation?: string;
  /** RFC 3339, inclusive. */
  since?: string;
  /** RFC 3339, exclusive. */
  until?: string;
  /** 1 to 1,000; newest first. */
  limit: number;
  cursor?: string;
}

export interface SearchPage {
  events: AuditEvent[];
  cursor?: string;
}

export interface RecordFilter {
  since?: string;
  events?: readonly EventKind[];
  phases?: readonly RecordPhase[];
}

export interface LedgerStatus {
  /** Leaves in the tree. */
  size: number;
  root: string;
  origin: string;
  /** Size and time of the last signed checkpoint. */
  checkpoint?: { size: number; time: string };
  writable: boolean;
  queued_records: number;
}

export interface Ledger extends Appender {
  search(query: SearchQuery): Promise<SearchPage>;
  /** One event by action id; undefined where there is none. */
  show(id: string): Promise<AuditEvent | undefined>;
  /** Stored records in the order of the tree, payloads opened; for folds at start. */
  records(filter: RecordFilter): AsyncIterable<StoredRecord>;
  /** Events as they become durable; returns the function that ends it. Listeners must not throw. */
  subscribe(listener: (event: AuditEvent) => void): () => void;
  /** A `.tlog-proof` (C2SP tlog-proof) of the last record of this action. */
  proof(id: string): Promise<string | undefined>;
  /** Signs a checkpoint of everything durable and returns the signed note. */
  checkpoint(): Promise<string>;
  /** A static file of the log (`checkpoint`, `tile/…`) as tlog-tiles lays them out. */
  file(path: string): Promise<Uint8Array | undefined>;
  status(): LedgerStatus;
  close(): Promise<void>;
}
