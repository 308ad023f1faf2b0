/** A recorded run of the ledger, crashed at many points and judged each time. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { openLedger } from '@remit/ledger';
import { verifyLedger } from '@remit/ledger/verify';
import { machineFileSystem } from '../src/disk/file-system.ts';
import { decodeGroup } from '../src/segment/group.ts';
import { parseLeaf } from '../src/record/leaf.ts';
import { readHeader } from '../src/segment/header.ts';
import { framesOf } from '../src/segment/segment-reader.ts';
import { listSegments, segmentPath } from '../src/segment/segment-names.ts';
import { dropTornTail, inspectLog } from '../src/writer/recovery.ts';
import { filesAfterCrash, RecordingDisk, seededRandom } from './recording-disk.ts';
import { intent, optionsIn, outcome, temporaryFolder } from './support.ts';

interface Acknowledged {
  /** Number of recorded operations when it was acknowledged. */
  at: number;
  ids: string[];
}

export interface Recorded {
  folder: string;
  disk: RecordingDisk;
  acknowledged: Acknowledged[];
}

/** What is judged need not survive a crash of the machine that judges. */
export const unsyncedDisk = { ...machineFileSystem, sync: () => undefined, syncFolder: () => undefined };

/** Three starts of a ledger with several writers, small segments and frequent checkpoints. */
export async function recordRun(): Promise<Recorded> {
  const folder = temporaryFolder();
  const disk = new RecordingDisk();
  const acknowledged: Acknowledged[] = [];
  const options = optionsIn(folder);
  for (let start = 0; start < 3; start += 1) {
    const ledger = await openLedger({
      ...options,
      bounds: { ...options.bounds, segment_bytes_max: 12_000, reserve_bytes: 4096 },
      in_process: { disk, random: randomBytes },
    });
    const writer = async (name: number): Promise<void> => {
      for (let number = 0; number < 6; number += 1) {
        const id = `act_${start}_${name}_${number}`;
        await ledger.append([intent(id)]);
        acknowledged.push({ at: disk.operations.length, ids: [`${id} intent`] });
        await ledger.append([outcome(id, { payload: { output: 'x'.repeat(name * 300) } })]);
        acknowledged.push({ at: disk.operations.length, ids: [`${id} outcome`] });
        if (number % 4 === 0) await ledger.checkpoint();
      }
    };
    await Promise.all([0, 1, 2].map(writer));
    await ledger.close();
  }
  return { folder, disk, acknowledged };
}

/** Crashes the run at `points` places; every one has to leave a log that opens, verifies and has all that was acknowledged. */
export async function judgeCrashes({ folder, disk, acknowledged }: Recorded, points: number): Promise<void> {
  const place = temporaryFolder();
  for (let seed = 0; seed < points; seed += 1) {
    const random = seededRandom(seed * 7919);
    const point = Math.floor(random() * (disk.operations.length + 1));
    const crashed = path.join(place, String(seed));
    layOut(filesAfterCrash(disk.operations, point, random), folder, crashed);
    const promised = acknowledged.filter(({ at }) => at <= point).flatMap(({ ids }) => ids);
    judge(crashed, promised, `seed ${seed}, crash before operation ${point}`);
    if (seed % 50 === 0) await judgeStart(crashed);
    fs.rmSync(crashed, { recursive: true });
  }
}

export function layOut(files: Map<string, Buffer>, from: string, to: string): void {
  for (const folder of ['data/segments', 'checkpoints'])
    fs.mkdirSync(path.join(to, folder), { recursive: true });
  for (const [name, bytes] of files) {
    const target = path.join(to, path.relative(from, name));
    fs.writeFileSync(target, bytes, { mode: 0o600 });
  }
}

function judge(crashed: string, promised: string[], what: string): void {
  const { folder, checkpoint_folder, origin } = optionsIn(crashed);
  const recovered = inspectLog(folder, origin);
  dropTornTail(folder, recovered, unsyncedDisk);
  const found = idsIn(folder);
  expect(found.slice(0, new Set(found).size), what).toEqual(found);
  for (const id of promised) expect(found, `${what}: ${id} was acknowledged`).toContain(id);
  const { findings } = verifyLedger({ folder, checkpoint_folder });
  // Before the first checkpoint there is none, and a reserve that was being written is made again.
  const expected = new Set(['checkpoint_missing']);
  expect(
    findings.filter(({ code }) => !expected.has(code)),
    what,
  ).toEqual([]);
}

export function idsIn(folder: string): string[] {
  return listSegments(folder).flatMap(({ name }) => {
    const file = segmentPath(folder, name);
    const length = fs.statSync(file).size;
    return [...framesOf(file, readHeader(file, length).end, length)].flatMap((frame) =>
      decodeGroup(frame.body)!.entries.map(({ record }) => {
        const { id, phase } = parseLeaf(record).record;
        return `${id} ${phase}`;
      }),
    );
  });
}

async function judgeStart(crashed: string): Promise<void> {
  const ledger = await openLedger({
    ...optionsIn(crashed),
    in_process: { disk: machineFileSystem, random: randomBytes },
  });
  const { events } = await ledger.search({ limit: 1000 });
  expect(events.filter(({ result }) => result === undefined)).toEqual([]);
  await ledger.append([intent('act_after'), outcome('act_after')]);
  await ledger.close();
  const { folder, checkpoint_folder } = optionsIn(crashed);
  expect(verifyLedger({ folder, checkpoint_folder }).findings).toEqual([]);
}
