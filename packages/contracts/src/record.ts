import type { Reservation } from './decision.ts';
import type { EventKind, Result } from './event.ts';
import type { JsonObject } from './json.ts';

/**
 * What is appended to the ledger. An `intent` comes before an action, an `outcome` after it, an
 * `event` stands alone (refusals, holds, administration).
 */
export type RecordPhase = 'intent' | 'outcome' | 'event';

/**
 * `meta` becomes part of the public leaf: nothing in it may identify a person (ledger.md, "How it is
 * kept", 2). Whatever might goes into `payload`, which is sealed and only committed to.
 */
export interface NewRecord {
  phase: RecordPhase;
  /** The action that this belongs to, or the event's own random id. */
  id: string;
  event: EventKind;
  /** RFC 3339, UTC, milliseconds. */
  time: string;
  meta: RecordMeta;
  payload?: RecordPayload;
}

export interface RecordMeta {
  agent?: string;
  server?: string;
  tool?: string;
  result?: Result;
  /** The decision without anything that could identify a person. */
  decision?: JsonObject;
  approval_id?: string;
  /** True in an outcome whose call was provably never sent: what its intent reserved is free again. */
  released?: boolean;
  duration_ms?: number;
  /** Of the answer, as JSON. */
  bytes?: number;
  /** Classes of data that the call has read or changed, and labels that it has left on its conversation. */
  classes?: string[];
  labels?: string[];
  trace_id?: string;
  tool_digest?: string;
  [key: string]: unknown;
}

export interface RecordPayload {
  parameters?: JsonObject;
  context?: JsonObject;
  user?: string;
  rationale?: string;
  target?: string;
  /** Why it was decided so; sentences may quote arguments. */
  reasons?: string[];
  /** What an intent has reserved: keys can name a person or a conversation. Folded at start. */
  reservations?: Reservation[];
  /** When it reserved them, RFC 3339: the instant that their periods start from, live and restored. */
  reserved_at?: string;
  output?: unknown;
  /** Sealed, since the plain digest of a small value can be guessed. */
  output_digest?: string;
  [key: string]: unknown;
}

/** Where a durable record stands in its source's order. */
export interface Position {
  source: string;
  epoch: number;
  sequence: number;
}

/** A record read back: its position in the tree, and the payload if it can still be opened. */
export interface StoredRecord extends NewRecord {
  position: Position;
  /** Index of the leaf in the Merkle tree. */
  index: number;
}
