/** What the writer is given, and what it tells. */
import type { FileSystem } from '../disk/file-system.ts';
import type { PayloadKey } from '../keys/key-file.ts';
import type { Reserve } from '../disk/reserve.ts';
import type { PreparedRecord } from '../record/leaf.ts';

/** Where callers put their appends. */
export interface AppendSink {
  /** Takes an append, or says that there is no room now. `reserved`: see `WaitingAppend`. */
  offer(records: readonly PreparedRecord[], reserved: boolean): boolean;
  /** Lets the writer see what was offered. `more`: more follows at once, and is worth waiting for. */
  publish(more: boolean): void;
}

/** What the writer sees of them. */
export interface AppendSource {
  /** The oldest that waits. Its bytes are a view that `take` ends. */
  peek(): WaitingAppend | undefined;
  /** Done with the oldest. */
  take(): void;
  /** Whether more follows at once. */
  readonly more: boolean;
  /** How often a new segment was asked for, modulo 2^32. */
  readonly rolls: number;
}

export interface WaitingAppend {
  /** As `readAppend` reads it. */
  bytes: Buffer;
  /** May use the disk's reserve, because it records that the disk is full. */
  reserved: boolean;
}

/** The end of the log that is known to be on disk. */
export interface DurableEnd {
  size: number;
  /** The tree's peaks, joined: its root costs more than the rest of a group, and is seldom asked for. */
  peaks: string;
  segment: string;
  offset: number;
}

export interface WriterEvents {
  /** The oldest `appends` open appends are durable, their records numbered from `firstSequence`. */
  durable(appends: number, firstSequence: number, end: DurableEnd): void;
  /** The oldest `appends` open appends were not written, and nothing of them remains. */
  denied(appends: number, reason: string, diskFull: boolean): void;
  /** The ledger ended for good: whatever append is open is not acknowledged any more. */
  failed(reason: string): void;
}

export interface WriterSetup {
  folder: string;
  origin: string;
  source: string;
  epoch: number;
  size: number;
  peaks: readonly string[];
  group_bytes_max: number;
  segment_bytes_max: number;
}

export interface WriterTools {
  disk: FileSystem;
  reserve: Reserve;
  random: (length: number) => Uint8Array;
  payloadKey: PayloadKey;
  source: AppendSource;
  events: WriterEvents;
}
