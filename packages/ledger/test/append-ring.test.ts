import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppendRing, AppendRingSource, ringMemory } from '../src/threads/append-ring.ts';
import { readAppend } from '../src/writer/append-bytes.ts';
import type { PreparedRecord } from '../src/record/leaf.ts';

const memoryBytes = ringMemory().bytes.byteLength;

function ring() {
  const memory = ringMemory();
  const elsewhere: Uint8Array[] = [];
  return {
    sink: new AppendRing(memory, (bytes) => void elsewhere.push(bytes)),
    source: new AppendRingSource(memory, () => elsewhere.shift()!),
    elsewhere,
  };
}

/** An append of records with so many characters of payload, or none. */
function append(number: number, lengths: readonly (number | undefined)[]): PreparedRecord[] {
  return lengths.map((length, index) => ({
    record: `{"number":"${number}.${index}"}`,
    payload: length === undefined ? undefined : 'é'.repeat(length),
    bytes: 0,
  }));
}

function taken(source: AppendRingSource): { records: [string, string | undefined][]; reserved: boolean } {
  const { bytes, reserved } = source.peek()!;
  const records: [string, string | undefined][] = [];
  readAppend(bytes, (record, payload) => records.push([record.toString(), payload?.toString()]));
  source.take();
  return { records, reserved };
}

describe('the ring between caller and writer', () => {
  test('gives every append that it took once, whole, in order, however often its memory goes round', () => {
    const length = fc.option(fc.nat(60_000), { nil: undefined });
    const step = fc.oneof(fc.array(length, { minLength: 1, maxLength: 3 }), fc.constant('take' as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const { sink, source } = ring();
        const waiting: PreparedRecord[][] = [];
        const takeOne = () => {
          const expected = waiting.shift();
          if (expected === undefined) return expect(source.peek()).toBeUndefined();
          const records = expected.map(({ record, payload }) => [record, payload]);
          expect(taken(source)).toEqual({ records, reserved: expected.length === 3 });
        };
        steps.forEach((lengths, number) => {
          if (lengths === 'take') return takeOne();
          const records = append(number, lengths);
          while (!sink.offer(records, records.length === 3)) takeOne();
          waiting.push(records);
          sink.publish(false);
        });
        while (waiting.length > 0) takeOne();
        expect(source.peek()).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  test('an append that is large beside it goes another way, in its turn', () => {
    const { sink, source, elsewhere } = ring();
    const large = append(1, [memoryBytes]);
    expect(sink.offer(append(0, [1]), false)).toBe(true);
    expect(sink.offer(large, true)).toBe(true);
    expect(sink.offer(append(2, [1]), false)).toBe(true);
    expect(elsewhere).toHaveLength(1);
    sink.publish(false);
    expect(taken(source).records[0]![0]).toContain('0.0');
    expect(taken(source)).toEqual({ records: [[large[0]!.record, large[0]!.payload]], reserved: true });
    expect(taken(source).records[0]![0]).toContain('2.0');
  });

  test('shows nothing before it is published, and has no room before something is taken', () => {
    const { sink, source } = ring();
    const records = append(0, [80_000]);
    let offered = 0;
    while (sink.offer(records, false)) offered += 1;
    expect(offered).toBeGreaterThan(10);
    expect(source.peek()).toBeUndefined();
    sink.publish(true);
    expect(source.more).toBe(true);
    expect(sink.offer(records, false)).toBe(false);
    for (let take = 0; take < 2; take += 1) taken(source);
    expect(sink.offer(records, false)).toBe(true);
    sink.publish(false);
    expect(source.more).toBe(false);
  });

  test('does not let the writer sleep over what was published before it lay down', () => {
    const { sink, source } = ring();
    const { wakings } = source;
    sink.publish(false);
    // Would block for ever.
    source.sleep(wakings);
    expect(source.wakings).toBeGreaterThan(wakings);
    expect(source.closed).toBe(false);
    sink.close();
    expect(source.closed).toBe(true);
  });
});
