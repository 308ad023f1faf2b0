import { createSecretKey, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { machineFileSystem } from '../src/disk/file-system.ts';
import { Reserve } from '../src/disk/reserve.ts';
import { prepareRecord } from '../src/record/leaf.ts';
import { AppendRing, AppendRingSource, ringMemory } from '../src/threads/append-ring.ts';
import { Writer } from '../src/writer/writer.ts';
import { intent, temporaryFolder } from './support.ts';

/** A writer that takes from a ring whose callers have had so many turns. */
function writerAfter(turns: number) {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'segments'));
  const memory = ringMemory();
  new Int32Array(memory.words).set([turns], 3);
  const sink = new AppendRing(memory, () => expect.unreachable('these appends are small'));
  const source = new AppendRingSource(memory, () => expect.unreachable('these appends are small'));
  const told = { durable: 0, waits: [] as boolean[] };
  let now = 0;
  const setup = { folder, origin: 'x.example/log', source: 'local', epoch: 1, size: 0, peaks: [] };
  const disk = {
    ...machineFileSystem,
    // Only a sync takes time, so that a group with others behind it has them wait for a turn.
    datasync: () => void (now += 1),
  };
  const writer = new Writer(
    { ...setup, group_bytes_max: 1, segment_bytes_max: 1 << 20 },
    {
      disk,
      reserve: new Reserve(machineFileSystem, folder, 4096),
      random: randomBytes,
      payloadKey: (salt) => createSecretKey(salt),
      monotonic: () => now,
      source,
      events: {
        durable(appends, _first, _end, waits) {
          told.durable += appends;
          told.waits.push(waits);
        },
        denied: (_appends, reason) => expect.unreachable(reason),
        failed: (reason) => expect.unreachable(reason),
      },
    },
  );
  const offer = (): void => void sink.offer([prepareRecord(intent('act_1'), 1000)], false);
  return { sink, writer, told, offer };
}

describe('a writer', () => {
  test.each([0, 2 ** 31 - 1, -1])('goes on where the count of turns begins anew, after %i turns', (turns) => {
    const { sink, writer, told, offer } = writerAfter(turns);
    offer();
    sink.publish(false);
    writer.run();
    expect(told).toEqual({ durable: 1, waits: [false] });
  });

  test.each([0, 2 ** 31 - 3, 2 ** 31 - 2, 2 ** 31 - 1, -2])(
    'has the next group wait for one turn of the callers, and no longer, after %i turns',
    (turns) => {
      const { sink, writer, told, offer } = writerAfter(turns);
      offer();
      offer();
      sink.publish(false);
      writer.run();
      expect(told).toEqual({ durable: 1, waits: [true] });
      writer.run();
      expect(told.durable).toBe(1);
      sink.publish(false);
      writer.run();
      expect(told).toEqual({ durable: 2, waits: [true, false] });
      for (let more = 0; more < 4; more += 1) {
        offer();
        sink.publish(false);
        writer.run();
      }
      expect(told.durable).toBe(6);
      writer.close();
    },
  );
});
