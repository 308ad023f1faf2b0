/** What the writer is given, and what it tells. */
import type { KeyObject } from 'node:crypto';
import type { FileSystem } from '../disk/file-system.ts';
import type { Reserve } from '../disk/reserve.ts';

/** The end of the log that is known to be on disk. */
export interface DurableEnd {
  size: number;
  /** Root of the tree, base64. */
  root: string;
  segment: string;
  offset: number;
}

export interface WriterEvents {
  /**
   * The oldest `appends` open appends are durable, their records numbered from `first_sequence`. `waits`:
   * the next group waits for a batch, if only an empty one, with what their callers append next.
   */
  durable(appends: number, firstSequence: number, end: DurableEnd, waits: boolean): void;
  /** The oldest `appends` open appends were not written, and nothing of them remains. */
  denied(appends: number, reason: string, diskFull: boolean): void;
  /** The ledger ended for good. Every open append was denied before. */
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
  payloadKey: (salt: Uint8Array) => KeyObject;
  /** Milliseconds that never go backwards. */
  monotonic: () => number;
  /** Submits the batches that have come while the writer was busy. */
  arrived: () => void;
  events: WriterEvents;
}
