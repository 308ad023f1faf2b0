/**
 * A segment file is a sequence of frames: one header, then one frame per committed group.
 *
 *   0  4  magic "RMT1"
 *   4  1  type: 1 header, 2 group
 *   5  3  zero
 *   8  4  length of the body
 *  12  4  CRC-32 of bytes 4 to 12 and of the body
 *  16     body
 *
 * Integers are big-endian. The checksum tells a torn or flipped frame from a whole one; that nobody
 * changed a record on purpose is what the Merkle tree and its signed checkpoints are for.
 */
import { crc32 } from 'node:zlib';

export const frameHeaderBytes = 16;
export const frameTypes = { header: 1, group: 2 } as const;
export type FrameType = (typeof frameTypes)[keyof typeof frameTypes];

const magic = 0x524d5431;

export interface Frame {
  type: FrameType;
  body: Buffer;
  /** Where the frame begins in its segment, and where the next one begins. */
  offset: number;
  end: number;
}

/** Fills in the first 16 bytes of `frame`, whose body begins at byte 16. */
export function sealFrame(frame: Buffer, type: FrameType): Buffer {
  frame.writeUInt32BE(magic, 0);
  frame.writeUInt32BE(type * 0x1000000, 4);
  frame.writeUInt32BE(frame.length - frameHeaderBytes, 8);
  frame.writeUInt32BE(checksum(frame), 12);
  return frame;
}

function checksum(frame: Buffer): number {
  return crc32(frame.subarray(frameHeaderBytes), crc32(frame.subarray(4, 12)));
}

/** Bytes of the frame that begins here, by its own account; undefined where no frame begins. */
export function frameLength(bytes: Buffer): number | undefined {
  if (bytes.length < frameHeaderBytes || bytes.readUInt32BE(0) !== magic) return undefined;
  return frameHeaderBytes + bytes.readUInt32BE(8);
}

/** The frame that `bytes` begins with; undefined where it is not whole or its checksum differs. */
export function readFrame(bytes: Buffer, offset: number): Frame | undefined {
  const length = frameLength(bytes);
  if (length === undefined || length > bytes.length) return undefined;
  const frame = bytes.subarray(0, length);
  const type = frame.readUInt32BE(4) / 0x1000000;
  if (type !== frameTypes.header && type !== frameTypes.group) return undefined;
  if (checksum(frame) !== frame.readUInt32BE(12)) return undefined;
  return { type, body: frame.subarray(frameHeaderBytes), offset, end: offset + length };
}

/**
 * Whether `bytes`, which follow a segment's last group, are only room for more: zeros, which a process
 * that was killed could not cut off.
 */
export function isRoom(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Checksums that are computed for one byte of damage, in all. */
const checksumsPerByte = 4;

/**
 * Looks for whole frames behind damage. What only looks like a frame costs a checksum over the length that it claims,
 * and somebody could put many in a file that each claim all the rest: so they are bounded together.
 */
export class FrameSearch {
  readonly #bytes: Buffer;
  #left: number;
  /** True when there was too much that only looked like frames, and the rest was not looked through. */
  gaveUp = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#left = checksumsPerByte * bytes.length;
  }

  /** The next frame that checks, at `from` or after it; undefined where none was found. */
  next(from: number): Frame | undefined {
    const needle = Buffer.from('RMT1');
    for (let at = this.#bytes.indexOf(needle, from); at >= 0; at = this.#bytes.indexOf(needle, at + 1)) {
      const rest = this.#bytes.subarray(at);
      const length = frameLength(rest) ?? 0;
      if (length > rest.length) continue;
      this.gaveUp ||= length > this.#left;
      if (this.gaveUp) return undefined;
      const frame = readFrame(rest, at);
      if (frame !== undefined) return frame;
      this.#left -= length;
    }
    return undefined;
  }
}
