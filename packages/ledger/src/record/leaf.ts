/**
 * The public record, which is the leaf of the tree: canonical JSON with at most four members,
 *   {"payload": commitment, "position": {epoch, sequence, source}, "record": {…}, "v": 1}
 * `record` is what the caller gave (without the payload), made by the caller's side, so that the writer
 * only puts bytes together; the members stand in canonical order.
 */
import { bounds, Fault, type NewRecord, type Position, type StoredRecord } from '@remit/contracts';
import { canonicalJson, canonicalString } from './canonical-json.ts';

/** A record on its way to the writer: canonical text, and the payload's text where there is one. */
export interface PreparedRecord {
  record: string;
  payload: string | undefined;
  /** Bytes that it takes of the queue's bound, at least. */
  bytes: number;
}

/** Characters that the writer adds at most: commitment, source, epoch and sequence. */
const envelopeBytes = 512;
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** @throws Fault `record_invalid`, `record_too_large`, `payload_too_large`. */
export function prepareRecord(given: NewRecord, payloadBytesMax: number): PreparedRecord {
  if (!timePattern.test(given.time)) {
    throw new Fault('record_invalid', `\`${given.time}\` is not a time in UTC with milliseconds`);
  }
  const record = `{"event":"${given.event}","id":${canonicalString(given.id)},"meta":${canonicalJson(given.meta)},"phase":"${given.phase}","time":"${given.time}"}`;
  const recordBytes = bytesOf(record, bounds.record_bytes_max - envelopeBytes);
  if (recordBytes > bounds.record_bytes_max - envelopeBytes) {
    throw tooLarge('record', recordBytes, bounds.record_bytes_max - envelopeBytes);
  }
  const payload = given.payload === undefined ? undefined : payloadText(given.payload);
  const payloadBytes = payload === undefined ? 0 : bytesOf(payload, payloadBytesMax);
  if (payloadBytes > payloadBytesMax) throw tooLarge('payload', payloadBytes, payloadBytesMax);
  return { record, payload, bytes: recordBytes + payloadBytes };
}

/** Plain JSON: it is committed to by its bytes, and has to hold whatever an upstream answered. */
function payloadText(payload: object): string {
  try {
    return JSON.stringify(payload);
  } catch (cause) {
    throw new Fault('record_invalid', 'the payload of a record is not JSON', { cause });
  }
}

/** Bytes as UTF-8; the cheap upper bound of three a character where that is certainly within `max`. */
function bytesOf(text: string, max: number): number {
  return text.length * 3 <= max ? text.length : Buffer.byteLength(text);
}

function tooLarge(what: 'record' | 'payload', bytes: number, max: number): Fault {
  return new Fault(
    `${what}_too_large`,
    `a ${what} of ${bytes} bytes is more than the ${max} that the ledger takes`,
    {
      remedy: 'Shorten it and say in it that it was shortened.',
    },
  );
}

/** The bytes around a record's own, for one source and epoch. */
export class LeafEnvelope {
  readonly #beforeSequence: string;
  readonly #afterSequence: string;

  constructor(source: string, epoch: number) {
    this.#beforeSequence = `"position":{"epoch":${epoch},"sequence":`;
    this.#afterSequence = `,"source":${canonicalString(source)}},"record":`;
  }

  /** What stands before the record; ASCII. */
  before(sequence: number, commitment: string | undefined): string {
    const payload = commitment === undefined ? '' : `"payload":"${commitment}",`;
    return `{${payload}${this.#beforeSequence}${sequence}${this.#afterSequence}`;
  }

  /** What stands after it; ASCII. */
  readonly after = ',"v":1}';
}

/** A leaf as parsed from its bytes. */
export interface Leaf {
  payload?: string;
  position: Position;
  record: Omit<NewRecord, 'payload'>;
  v: 1;
}

/** The leaf is trusted to have been checked against the tree: this only reads it. */
export function parseLeaf(record: Buffer): Leaf {
  return JSON.parse(record.toString()) as Leaf;
}

/** Without the payload, which is sealed beside it. */
export function storedRecord(leaf: Leaf, index: number): StoredRecord {
  const { phase, id, event, time, meta } = leaf.record;
  return { phase, id, event, time, meta, position: leaf.position, index };
}
