/** An erasure, crashed at any point: the next start carries it out, and nothing else is lost. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openLedger, type LedgerOptions } from '@remit/ledger';
import { verifyLedger } from '@remit/ledger/verify';
import { filesAfterCrash, RecordingDisk, seededRandom } from './recording-disk.ts';
import { idsIn, layOut, unsyncedDisk } from './crash-points.ts';
import { isNamed } from './payload-bytes.ts';
import { intent, optionsIn, temporaryFolder } from './support.ts';

const gone = 'gone@example.com';
const stays = 'stays@example.com';
const note = (id: string, who: string) =>
  intent(id, { payload: { parameters: { note: who.repeat(9), who } } });

function smallSegments(
  folder: string,
  disk: NonNullable<LedgerOptions['in_process']>['disk'],
): LedgerOptions {
  const options = optionsIn(folder);
  return {
    ...options,
    bounds: { ...options.bounds, segment_bytes_max: 2500, reserve_bytes: 4096 },
    in_process: { disk, random: randomBytes },
  };
}

test('an erasure that a crash interrupts anywhere is carried out at the next start, and nothing else is lost', async () => {
  const folder = temporaryFolder();
  const disk = new RecordingDisk();
  const ledger = await openLedger(smallSegments(folder, disk));
  const acknowledged: { at: number; id: string }[] = [];
  for (let number = 0; number < 12; number += 1) {
    const id = `act_${number}`;
    await ledger.append([note(id, number % 3 === 0 ? gone : stays)]);
    acknowledged.push({ at: disk.operations.length, id: `${id} intent` });
  }
  await ledger.checkpoint();
  const begun = disk.operations.length;
  await ledger.payloads.clear({
    event: 'erasure',
    query: { any: [{ subject: gone }], holds: [] },
    meta: {},
    held: 'refuse',
    record_nothing: true,
  });
  const erased = disk.operations.length;
  await ledger.append([note('act_after', stays)]);
  await ledger.close();
  expect(erased - begun).toBeGreaterThan(30);

  const place = temporaryFolder();
  const recorded = new Set<boolean>();
  for (let point = begun; point <= disk.operations.length; point += 1) {
    const crashed = path.join(place, String(point));
    layOut(filesAfterCrash(disk.operations, point, seededRandom(point)), folder, crashed);
    const what = `crash before operation ${point} of ${disk.operations.length}`;
    const again = await openLedger(smallSegments(crashed, unsyncedDisk));
    const { events } = await again.search({ limit: 10, action: 'erasure' });
    recorded.add(events.length > 0);
    if (point >= erased) expect(events, what).toHaveLength(1);
    if (events.length > 0) expect(isNamed(crashed, gone), what).toBe(false);
    expect((await again.show('act_1'))?.parameters, what).toMatchObject({ who: stays });
    await again.close();
    const { folder: data, checkpoint_folder } = optionsIn(crashed);
    const found = idsIn(data);
    for (const { at, id } of acknowledged) if (at <= point) expect(found, what).toContain(id);
    expect(verifyLedger({ folder: data, checkpoint_folder }).findings, what).toEqual([]);
    expect(
      fs.readdirSync(path.join(data, 'segments')).filter((name) => !name.endsWith('.segment')),
      what,
    ).toEqual([]);
    fs.rmSync(crashed, { recursive: true });
  }
  // Crashes before the event are among them, and after it.
  expect([...recorded].sort()).toEqual([false, true]);
}, 120_000);
