/**
 * An append on its way to the writer, as bytes: cloning its strings from thread to thread would cost both
 * more than everything else that is done with them. For each record: u32 length, u32 length of the payload
 * (or `noPayload`), the canonical record, the payload's JSON.
 */
import type { PreparedRecord } from '../record/leaf.ts';

const noPayload = 0xffffffff;
const headBytes = 8;
/** UTF-8 takes at most so many bytes for a UTF-16 unit. */
const bytesPerUnit = 3;

/** Bytes that an append takes at most. */
export function spaceFor(records: readonly PreparedRecord[]): number {
  let space = 0;
  for (const { record, payload } of records) {
    space += headBytes + (record.length + (payload?.length ?? 0)) * bytesPerUnit;
  }
  return space;
}

/** Bytes that an append takes, to the byte: worth counting where memory is made for it alone. */
export function bytesOf(records: readonly PreparedRecord[]): number {
  let bytes = 0;
  for (const { record, payload } of records) {
    bytes += headBytes + Buffer.byteLength(record) + (payload === undefined ? 0 : Buffer.byteLength(payload));
  }
  return bytes;
}

/** Writes an append at `start`, where `spaceFor` it has to be free; returns where it ends. */
export function writeAppend(records: readonly PreparedRecord[], target: Buffer, start: number): number {
  let at = start;
  for (const { record, payload } of records) {
    const recordBytes = target.write(record, at + headBytes);
    const payloadStart = at + headBytes + recordBytes;
    const payloadBytes = payload === undefined ? 0 : target.write(payload, payloadStart);
    target.writeUInt32LE(recordBytes, at);
    target.writeUInt32LE(payload === undefined ? noPayload : payloadBytes, at + 4);
    at = payloadStart + payloadBytes;
  }
  return at;
}

/** Calls `add` with the bytes of each record and payload, in order. They are views: copy what is kept. */
export function readAppend(bytes: Buffer, add: (record: Buffer, payload: Buffer | undefined) => void): void {
  let at = 0;
  while (at < bytes.length) {
    const recordEnd = at + headBytes + bytes.readUInt32LE(at);
    const payloadBytes = bytes.readUInt32LE(at + 4);
    const record = bytes.subarray(at + headBytes, recordEnd);
    at = payloadBytes === noPayload ? recordEnd : recordEnd + payloadBytes;
    add(record, payloadBytes === noPayload ? undefined : bytes.subarray(recordEnd, at));
  }
}
