/**
 * The body of a group frame: the records that were committed together.
 *
 *   0  8  index of the first record
 *   8  8  its sequence
 *  16  8  counter of the key table's nonce
 *  24  4  number of records
 *  28  4  number of sealed payloads
 *  32  4  length of the entries
 *  36     entries, each: u16 length of the record, 0x00, record, u8 kind of payload
 *         (0 none; 1 sealed, then u32 length, ciphertext, tag)
 *         key table: 32 bytes for each sealed payload, in order, wrapped; tag. Absent without payloads
 *         the tree's compact range after the group: u8 number of hashes, hashes of 32 bytes
 *
 * The 0x00 before a record is the leaf prefix of RFC 6962, so that a leaf is hashed where it lies.
 */
import { hashBytes, type Hash } from '../merkle/hash.ts';
import { keyBytes, tagBytes } from '../keys/payload-seal.ts';

export const groupHeadBytes = 36;
export const payloadKinds = { none: 0, sealed: 1 } as const;

export interface Entry {
  /** 0x00 ‖ record: what the leaf hash is taken of. */
  prefixed: Buffer;
  record: Buffer;
  /** Ciphertext ‖ tag. */
  sealed?: Buffer;
  /** Number of sealed payloads before this entry: the place of its key in the key table. */
  sealed_ordinal: number;
}

export interface Group {
  first_index: number;
  first_sequence: number;
  entries: Entry[];
  /** Wrapped keys of the sealed payloads, in order of the entries. */
  keys: Buffer;
  key_counter: number;
  /** Peaks of the tree after this group. */
  peaks: Hash[];
}

/** Number of leaves after this group. */
export function sizeAfter(group: Group): number {
  return group.first_index + group.entries.length;
}

/** Undefined where the bytes do not have the form above. */
export function decodeGroup(body: Buffer): Group | undefined {
  try {
    return decode(body);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function decode(body: Buffer): Group | undefined {
  const count = body.readUInt32BE(24);
  const sealed = body.readUInt32BE(28);
  const entriesEnd = groupHeadBytes + body.readUInt32BE(32);
  const keysEnd = entriesEnd + (sealed === 0 ? 0 : sealed * keyBytes + tagBytes);
  const entries = decodeEntries(body.subarray(groupHeadBytes, entriesEnd));
  const peaks = decodePeaks(body.subarray(keysEnd));
  if (entries?.length !== count || peaks === undefined) return undefined;
  if (entries.filter((entry) => entry.sealed !== undefined).length !== sealed) return undefined;
  return {
    first_index: Number(body.readBigUInt64BE(0)),
    first_sequence: Number(body.readBigUInt64BE(8)),
    key_counter: Number(body.readBigUInt64BE(16)),
    entries,
    keys: body.subarray(entriesEnd, keysEnd),
    peaks,
  };
}

function decodeEntries(bytes: Buffer): Entry[] | undefined {
  const entries: Entry[] = [];
  let at = 0;
  let ordinal = 0;
  while (at < bytes.length) {
    const recordEnd = at + 3 + bytes.readUInt16BE(at);
    const kind = bytes.readUInt8(recordEnd);
    const prefixed = bytes.subarray(at + 2, recordEnd);
    if (prefixed[0] !== 0) return undefined;
    const entry: Entry = { prefixed, record: prefixed.subarray(1), sealed_ordinal: ordinal };
    at = recordEnd + 1;
    if (kind === payloadKinds.sealed) {
      const end = at + 4 + bytes.readUInt32BE(at);
      if (end > bytes.length) return undefined;
      entry.sealed = bytes.subarray(at + 4, end);
      ordinal += 1;
      at = end;
    } else if (kind !== payloadKinds.none) return undefined;
    entries.push(entry);
  }
  return entries;
}

function decodePeaks(bytes: Buffer): Hash[] | undefined {
  const count = bytes.readUInt8(0);
  if (bytes.length !== 1 + count * hashBytes) return undefined;
  return Array.from({ length: count }, (_, index) =>
    bytes.toString('latin1', 1 + index * hashBytes, 1 + (index + 1) * hashBytes),
  );
}
