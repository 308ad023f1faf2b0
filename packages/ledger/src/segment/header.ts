/** The first frame of every segment: which log, source and epoch it belongs to, and where it starts. */
import fs from 'node:fs';
import { Fault } from '@remit/contracts';
import { z } from 'zod';
import { CompactRange } from '../merkle/compact-range.ts';
import { hashFromBase64, hashToBase64 } from '../merkle/hash.ts';
import { frameHeaderBytes, frameTypes, sealFrame } from './frame.ts';
import { frameAt } from './segment-reader.ts';

const headerSchema = z.strictObject({
  format: z.literal(1),
  /** Origin line of the log's checkpoints. */
  origin: z.string(),
  source: z.string(),
  /** Rises with every process that has written; sequences count from 1 within it. */
  epoch: z.number().int().positive(),
  /** Index of the first record of this segment, and the sequence that it has. */
  first_index: z.number().int().nonnegative(),
  first_sequence: z.number().int().positive(),
  /** Roots of the tree before this segment, largest subtree first, base64. */
  range: z.array(z.base64()),
  /** From it and the workspace key comes the key that seals this segment's payloads; base64. */
  salt: z.base64(),
});
export type SegmentHeader = z.infer<typeof headerSchema>;

export function encodeHeader(header: SegmentHeader): Buffer {
  const body = Buffer.from(JSON.stringify(header));
  return sealFrame(Buffer.concat([Buffer.alloc(frameHeaderBytes), body]), frameTypes.header);
}

/** The header of a segment file, and where its first group begins. @throws Fault `ledger_damaged`. */
export function readHeader(path: string, length: number): { header: SegmentHeader; end: number } {
  const file = fs.openSync(path, 'r');
  try {
    const frame = frameAt(file, 0, length);
    if (frame?.type !== frameTypes.header) throw new Error('the first frame is not a whole header');
    return { header: headerSchema.parse(JSON.parse(frame.body.toString())), end: frame.end };
  } catch (cause) {
    throw new Fault('ledger_damaged', `the header of segment \`${path}\` cannot be read`, {
      place: { file: path },
      remedy: 'Restore the data folder from a copy.',
      cause,
    });
  } finally {
    fs.closeSync(file);
  }
}

export function encodeRange(range: CompactRange): string[] {
  return range.peaks.map(hashToBase64);
}

/** @throws Fault `ledger_damaged`. */
export function rangeOf(header: SegmentHeader): CompactRange {
  return new CompactRange(
    header.first_index,
    header.range.map((text) => hashFromBase64(text) ?? ''),
  );
}
