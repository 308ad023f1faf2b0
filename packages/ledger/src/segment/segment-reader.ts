/** Reads a segment's frames in order, in blocks, so that a long log never has to fit into memory. */
import fs from 'node:fs';
import { frameHeaderBytes, frameLength, readFrame, type Frame } from './frame.ts';

const blockBytes = 1024 * 1024;

/** Bytes `from` to `to` of an open file; fewer where it ends before. */
export function readBytes(file: number, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
  let filled = 0;
  while (filled < bytes.length) {
    const read = fs.readSync(file, bytes, filled, bytes.length - filled, from + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

/** One frame at a known place; undefined where none begins there or it does not check. */
export function frameAt(file: number, offset: number, to: number): Frame | undefined {
  const head = readBytes(file, offset, Math.min(to, offset + frameHeaderBytes));
  const length = frameLength(head);
  if (length === undefined || offset + length > to) return undefined;
  return readFrame(readBytes(file, offset, offset + length), offset);
}

/**
 * The frames between two offsets. Ends before the first one that does not check: the caller compares
 * the last `end` with what it expected.
 */
export function* framesOf(path: string, from: number, to: number): Generator<Frame> {
  const file = fs.openSync(path, 'r');
  try {
    for (let at = from; at < to;) {
      const block = readBytes(file, at, Math.min(to, at + blockBytes));
      const end = yield* framesOfBlock(block, at);
      if (end > at) {
        at = end;
        continue;
      }
      const large = frameAt(file, at, to);
      if (large === undefined) return;
      yield large;
      at = large.end;
    }
  } finally {
    fs.closeSync(file);
  }
}

/** The whole frames of a block; returns where the first one begins that is not whole. */
function* framesOfBlock(block: Buffer, start: number): Generator<Frame, number> {
  let at = start;
  for (;;) {
    const frame = readFrame(block.subarray(at - start), at);
    if (frame === undefined) return at;
    yield frame;
    at = frame.end;
  }
}
