/** The room that a segment keeps behind its last group, so that a small group does not make the file grow. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openLedger, type Ledger } from '@remit/ledger';
import { verifyLedger } from '@remit/ledger/verify';
import { listSegments, segmentPath } from '../src/segment/segment-names.ts';
import { FaultyDisk } from './faulty-disk.ts';
import { intent, optionsIn, temporaryFolder } from './support.ts';

const segment_bytes_max = 8 * 1024 * 1024;

interface Opened {
  folder: string;
  options: ReturnType<typeof optionsIn>;
  disk: FaultyDisk;
  ledger: Ledger;
}

async function opened(bounds = {}): Promise<Opened> {
  const folder = temporaryFolder();
  const disk = new FaultyDisk();
  const base = optionsIn(folder);
  const options = { ...base, bounds: { ...base.bounds, segment_bytes_max, ...bounds } };
  const ledger = await openLedger({ ...options, in_process: { disk, random: randomBytes } });
  return { folder, options, disk, ledger };
}

/** Lengths of the segments, oldest first. */
function lengths({ options }: Opened): number[] {
  return listSegments(options.folder).map(({ name }) => fs.statSync(segmentPath(options.folder, name)).size);
}

/** A copy of the data as a process that is killed now leaves it. */
function killed({ options, folder }: Opened): ReturnType<typeof optionsIn> {
  const copy = { ...options, folder: `${folder}/killed` };
  fs.cpSync(options.folder, copy.folder, { recursive: true });
  return copy;
}

describe('room behind the last group', () => {
  test('a small group does not change the length of the file', async () => {
    const run = await opened();
    await run.ledger.append([intent('act_1')]);
    const [length] = lengths(run);
    await run.ledger.append([intent('act_2')]);
    expect(lengths(run)).toEqual([length]);
    expect(length).toBeGreaterThan(100_000);
    await run.ledger.close();
  });

  test('is cut off when the ledger is closed, and when the next segment begins', async () => {
    const run = await opened({ segment_bytes_max: 3000 });
    for (let number = 0; number < 8; number += 1) await run.ledger.append([intent(`act_${number}`)]);
    await run.ledger.close();
    expect(lengths(run).length).toBeGreaterThan(1);
    for (const { name } of listSegments(run.options.folder)) {
      const bytes = fs.readFileSync(segmentPath(run.options.folder, name));
      expect(bytes.subarray(-16).equals(Buffer.alloc(16))).toBe(false);
    }
  });

  test('a process that was killed leaves it behind: it verifies, and the next start continues', async () => {
    const run = await opened();
    await run.ledger.append([intent('act_1')]);
    const copy = killed(run);
    await run.ledger.close();
    expect(verifyLedger({ folder: copy.folder }).findings.map(({ code }) => code)).toEqual([
      'checkpoint_missing',
    ]);
    const again = await openLedger({ ...copy, checkpoint_folder: `${run.folder}/other` });
    await again.append([intent('act_2')]);
    expect((await again.search({ limit: 10 })).events.map(({ id }) => id).sort()).toEqual(['act_1', 'act_2']);
    await again.close();
    expect(verifyLedger({ folder: copy.folder }).findings).toEqual([]);
  });

  test('a bit that is not zero in it is found', async () => {
    const run = await opened();
    await run.ledger.append([intent('act_1')]);
    const copy = killed(run);
    await run.ledger.close();
    const file = segmentPath(copy.folder, listSegments(copy.folder)[0]!.name);
    const bytes = fs.readFileSync(file);
    bytes[bytes.length - 5000]! ^= 1;
    fs.writeFileSync(file, bytes);
    expect(verifyLedger({ folder: copy.folder }).findings.map(({ code }) => code)).toContain(
      'segment_damaged',
    );
  });

  test('a disk that has room for the group, and none for more, takes the group', async () => {
    const run = await opened();
    run.disk.faults = [{ operation: 'write', code: 'ENOSPC', where: /segment$/, larger_than: 100_000 }];
    await run.ledger.append([intent('act_1')]);
    await run.ledger.append([intent('act_2')]);
    run.disk.faults = [];
    await run.ledger.close();
    expect(verifyLedger({ folder: run.options.folder }).findings).toEqual([]);
  });

  test('a large group gets no room: it would be written twice to no end', async () => {
    const run = await opened();
    await run.ledger.append([intent('act_1', { payload: { output: randomBytes(200_000).toString('hex') } })]);
    expect(lengths(run)[0]).toBeLessThan(450_000);
    await run.ledger.close();
  });
});
