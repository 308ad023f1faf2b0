import { describe, expect, test } from 'vitest';
import { frameHeaderBytes, FrameSearch, frameTypes, readFrame, sealFrame } from '../src/segment/frame.ts';

const whole = (bytes: number): Buffer =>
  sealFrame(Buffer.alloc(frameHeaderBytes + bytes, 7), frameTypes.group);

/** Looks like a frame of this length, and is none. */
function pretended(length: number): Buffer {
  const frame = whole(0);
  frame.writeUInt32BE(length - frameHeaderBytes, 8);
  return frame;
}

describe('the search for frames behind damage', () => {
  test('finds every whole frame, whatever stands between', () => {
    const parts = [
      Buffer.from('RMT1 torn'),
      whole(10),
      pretended(40),
      Buffer.from('RMTRMT1'),
      whole(20),
      whole(0),
    ];
    const bytes = Buffer.concat(parts);
    const search = new FrameSearch(bytes);
    const found: number[] = [];
    for (let frame = search.next(0); frame !== undefined; frame = search.next(frame.end)) {
      expect(readFrame(bytes.subarray(frame.offset), frame.offset)).toEqual(frame);
      found.push(frame.end - frame.offset);
    }
    expect(found).toEqual([26, 36, 16]);
    expect(search.gaveUp).toBe(false);
  });

  test('gives up where very much only looks like frames, whether or not whole ones stand between', () => {
    const length = 4 * 1024 * 1024;
    for (const between of [Buffer.alloc(0), whole(0)]) {
      const step = frameHeaderBytes + between.length;
      const count = Math.floor(length / step);
      const parts = Array.from({ length: count }, (_, at) => [pretended(length - at * step), between]).flat();
      const bytes = Buffer.concat([...parts, Buffer.alloc(length - count * step)]);
      const search = new FrameSearch(bytes);
      let frames = 0;
      for (let frame = search.next(0); frame !== undefined; frame = search.next(frame.end)) frames += 1;
      expect(search.gaveUp).toBe(true);
      expect(frames).toBeLessThan(10);
    }
  });
});
