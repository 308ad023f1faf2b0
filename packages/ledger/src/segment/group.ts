/**
 * The body of a group frame: the records that were committed together.
 *
 *   0  8  index of the first record
 *   8  8  its sequence
 *  16  8  counter of the nonces
 *  24  4  number of records, at least one
 *  28  4  number of sealed blocks
 *  32  4  length of the entries
 *  36     entries, each: u16 length of the record, 0x00, record, u32 length of the salted payload (0: none)
 *         blocks, each: u32 length, ciphertext, tag. The salted payloads, in the order of the entries, none
 *         of them divided between two blocks
 *         the tree's compact range after the group: u8 number of hashes, hashes of 32 bytes
 *
 * The 0x00 before a record is the leaf prefix of RFC 6962, so that a leaf is hashed where it lies.
 */
import { hashBytes, type Hash } from '../merkle/hash.ts';
import { tagBytes } from '../keys/payload-seal.ts';

export const groupHeadBytes = 36;

/** Where a salted payload lies in the opened blocks of its group. */
export interface PayloadPlace {
  block: number;
  from: number;
  to: number;
}

export interface Entry {
  /** 0x00 ‖ record: what the leaf hash is taken of. */
  prefixed: Buffer;
  record: Buffer;
  payload: PayloadPlace | undefined;
}

export interface Group {
  first_index: number;
  first_sequence: number;
  entries: Entry[];
  /** Ciphertext ‖ tag, each. */
  blocks: Buffer[];
  nonce_counter: bigint;
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
  const entriesEnd = groupHeadBytes + body.readUInt32BE(32);
  const { blocks, end } = decodeBlocks(body, entriesEnd, body.readUInt32BE(28));
  const entries = decodeEntries(body.subarray(groupHeadBytes, entriesEnd), blocks);
  const peaks = decodePeaks(body.subarray(end));
  if (entries === undefined || entries.length === 0 || peaks === undefined) return undefined;
  if (entries.length !== body.readUInt32BE(24)) return undefined;
  return {
    first_index: Number(body.readBigUInt64BE(0)),
    first_sequence: Number(body.readBigUInt64BE(8)),
    nonce_counter: body.readBigUInt64BE(16),
    entries,
    blocks,
    peaks,
  };
}

/** @throws RangeError where they reach beyond the body. */
function decodeBlocks(body: Buffer, start: number, count: number): { blocks: Buffer[]; end: number } {
  const blocks: Buffer[] = [];
  let at = start;
  for (let block = 0; block < count; block += 1) {
    const end = at + 4 + body.readUInt32BE(at);
    if (end > body.length) throw new RangeError('a block reaches beyond its group');
    blocks.push(body.subarray(at + 4, end));
    at = end;
  }
  return { blocks, end: at };
}

function decodeEntries(bytes: Buffer, blocks: readonly Buffer[]): Entry[] | undefined {
  const entries: Entry[] = [];
  const places = new PayloadPlaces(blocks);
  let at = 0;
  while (at < bytes.length) {
    const recordEnd = at + 3 + bytes.readUInt16BE(at);
    const prefixed = bytes.subarray(at + 2, recordEnd);
    if (prefixed[0] !== 0) return undefined;
    const payload = places.next(bytes.readUInt32BE(recordEnd));
    entries.push({ prefixed, record: prefixed.subarray(1), payload });
    at = recordEnd + 4;
  }
  return places.finished ? entries : undefined;
}

/** Deals the space in the blocks out to the payloads, in order. */
class PayloadPlaces {
  readonly #lengths: number[];
  #block = 0;
  #at = 0;

  constructor(blocks: readonly Buffer[]) {
    this.#lengths = blocks.map((block) => block.length - tagBytes);
  }

  /** @throws RangeError where the blocks have no place for it. */
  next(length: number): PayloadPlace | undefined {
    if (length === 0) return undefined;
    const from = this.#at;
    const to = from + length;
    const space = this.#lengths[this.#block] ?? 0;
    if (to > space) throw new RangeError('a payload reaches beyond its block');
    const place = { block: this.#block, from, to };
    this.#at = to === space ? 0 : to;
    if (to === space) this.#block += 1;
    return place;
  }

  /** Whether every block was used up. */
  get finished(): boolean {
    return this.#block === this.#lengths.length && this.#at === 0;
  }
}

function decodePeaks(bytes: Buffer): Hash[] | undefined {
  const count = bytes.readUInt8(0);
  if (bytes.length !== 1 + count * hashBytes) return undefined;
  return Array.from({ length: count }, (_, index) =>
    bytes.toString('latin1', 1 + index * hashBytes, 1 + (index + 1) * hashBytes),
  );
}
