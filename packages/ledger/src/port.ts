/** The narrow port behind which every ledger lives (architecture.md, "Cluster"). */
import type {
  AuditEvent,
  Clock,
  EventKind,
  Fault,
  Filter,
  NewId,
  NewRecord,
  Position,
  RecordPhase,
  StoredRecord,
} from '@remit/contracts';
import type { Payloads } from './clearing/port.ts';
import type { LogCopy } from './backup/log-copy.ts';
import type { FileSystem } from './disk/file-system.ts';
import type { EvidenceRecord } from './offline/evidence.ts';

/** What everybody who records needs. */
export interface Appender {
  /**
   * Makes the records durable, all or none, in order; resolves when they are on disk.
   * @throws Fault `ledger_unavailable` when the ledger cannot write now (disk full, queue full, closing,
   * ended); `record_invalid`, `record_too_large`, `payload_too_large` for a record that it does not take.
   * An append that throws has left nothing behind.
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
  /** All of it has to hold, beside what stands above. */
  filter?: Filter;
  /** 1 to 1,000; newest first. */
  limit: number;
  /** Of an earlier page with the same filter; stays right while the log grows. */
  cursor?: string;
  /** Whether to count what the filter finds. */
  count?: boolean;
}

export interface SearchPage {
  events: AuditEvent[];
  /** Of the next page; absent at the end. */
  cursor?: string;
  /**
   * The page ended before it was full because so much had been looked at (`search_rows_max`,
   * `search_opened_events_max`): back to this time. The cursor goes on from there.
   */
  searched_back_to?: string;
  /** Where it was asked for. Not exact: at least so many, with what can be read of their text not looked at. */
  count?: { events: number; exact: boolean };
}

export interface RecordFilter {
  /** Index in the tree of the first record. */
  from?: number;
  since?: string;
  events?: readonly EventKind[];
  phases?: readonly RecordPhase[];
}

export interface WitnessStatus {
  name: string;
  /** Leaves of the tree that it has cosigned last, and when; 0 where it has not since the start. */
  size: number;
  time?: string;
  /** Why it did not cosign the last checkpoint that it was asked about. */
  problem?: { code: string; message: string };
}

export interface LogKeys {
  log_keys: string[];
  witness_keys: string[];
}

export interface LedgerStatus {
  /** Leaves in the tree. */
  size: number;
  root: string;
  origin: string;
  /** Size and time of the last signed checkpoint. */
  checkpoint?: { size: number; time: string };
  /** Leaves of the largest tree that at least the quorum of the witnesses has cosigned. */
  witnessed?: number;
  witnesses: WitnessStatus[];
  writable: boolean;
  queued_records: number;
  /** Why it is not writable, or why searches and checkpoints lag; in a sentence. */
  problem?: string;
}

export interface Ledger extends Appender {
  search(query: SearchQuery): Promise<SearchPage>;
  /** One event by action id; undefined where there is none. */
  show(id: string): Promise<AuditEvent | undefined>;
  /** Stored records in the order of the tree, payloads opened; for folds at start. */
  records(filter: RecordFilter): AsyncIterable<StoredRecord>;
  /**
   * Events after they became durable, in order: an action comes twice, with its intent (without
   * `result`) and with its outcome. Returns the function that ends it. Listeners must not throw.
   */
  subscribe(listener: (event: AuditEvent) => void): () => void;
  /**
   * The records of these events under the checkpoint of `size` records, with proofs and what can be read of their
   * payloads; those that came later are left out. For evidence bundles.
   */
  evidence(ids: readonly string[], size: number): Promise<EvidenceRecord[]>;
  /** Keys of this log and of its witnesses, as C2SP signed-note writes them. */
  keys(): LogKeys;
  /** A `.tlog-proof` (C2SP tlog-proof) of the last record of this action. */
  proof(id: string): Promise<string | undefined>;
  /**
   * Signs a checkpoint of everything durable and returns the signed note.
   * @throws Fault `checkpoint_inconsistent`, `ledger_truncated`, `checkpoint_invalid` when the log does not
   * continue what was published; nothing is signed then.
   */
  checkpoint(): Promise<string>;
  /** Signs a checkpoint and gives the files of the log up to it, to be read beside further appends. */
  copy(): Promise<LogCopy>;
  /** A static file of the log (`checkpoint`, `tile/…`) as tlog-tiles lays them out. */
  file(path: string): Promise<Uint8Array | undefined>;
  status(): LedgerStatus;
  /** Takes payloads out of the log; proofs stay as they are. */
  readonly payloads: Payloads;
  /** Waits for open appends, signs a last checkpoint and gives the folder back. */
  close(): Promise<void>;
}

export interface LedgerOptions {
  /** Data folder; created with mode 0700. One process at a time. */
  folder: string;
  /** Second folder for checkpoints, where whoever can change `folder` cannot write. */
  checkpoint_folder?: string;
  /**
   * URL of the PostgreSQL database that keeps the log; `folder` then holds what is made from it. Default: the
   * folder itself.
   */
  postgres?: string;
  /** Names the log in its checkpoints for good: a schema-less URL without spaces and plus. */
  origin: string;
  /** Names this writer in positions. */
  source: string;
  /** Workspace key and signing key; created on the first start. Default: `keys.json` in `folder`. */
  key_file?: string;
  /** Who is asked to cosign every checkpoint, and how many of them are enough: the text of a C2SP tlog-policy. */
  witness_policy?: { text: string; file: string };
  clock: Clock;
  newId: NewId;
  bounds?: Partial<LedgerBounds>;
  /**
   * The ledger has ended for good, because what it wrote may not be on disk: the process has to end.
   * A new start checks what is there.
   */
  failed?: (fault: Fault) => void;
  /** For tests of faults: no threads, and this disk and randomness instead of the machine's. */
  in_process?: { disk: FileSystem; random: (length: number) => Uint8Array };
}

/** See `bounds` of contracts for what they mean and for the defaults. */
export interface LedgerBounds {
  queue_records_max: number;
  queue_bytes_max: number;
  payload_bytes_max: number;
  group_bytes_max: number;
  segment_bytes_max: number;
  reserve_bytes: number;
  checkpoint_interval_ms: number;
}
