import { createSecretKey, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Fault as LedgerFault } from '@remit/contracts';
import { describe, expect, test } from 'vitest';
import { openLedger, type Ledger } from '@remit/ledger';
import { verifyLedger } from '@remit/ledger/verify';
import { Reserve } from '../src/disk/reserve.ts';
import { prepareRecord } from '../src/record/leaf.ts';
import { AppendList } from '../src/writer/append-list.ts';
import { Writer } from '../src/writer/writer.ts';
import { FaultyDisk, type Fault } from './faulty-disk.ts';
import { collect, intent, optionsIn, outcome, temporaryFolder } from './support.ts';

interface Opened {
  ledger: Ledger;
  disk: FaultyDisk;
  failures: LedgerFault[];
  folder: string;
}

async function open(folder = temporaryFolder()): Promise<Opened> {
  const disk = new FaultyDisk();
  const failures: LedgerFault[] = [];
  const ledger = await openLedger({
    ...optionsIn(folder),
    failed: (fault) => failures.push(fault),
    in_process: { disk, random: randomBytes },
  });
  return { ledger, disk, failures, folder };
}

const verify = (folder: string) =>
  verifyLedger({ folder: path.join(folder, 'data'), checkpoint_folder: path.join(folder, 'checkpoints') });

const idsOf = async (ledger: Ledger): Promise<string[]> =>
  (await collect(ledger.records({ events: ['tool_invoke'] }))).map(({ id }) => id);

const segments = /\.segment/;

describe('an error of a write', () => {
  const faults: Fault[] = [
    { operation: 'write', code: 'EIO', where: segments, torn_bytes: 0 },
    { operation: 'write', code: 'ENOSPC', where: segments, torn_bytes: 30 },
    { operation: 'open', code: 'ENOSPC', where: segments },
    { operation: 'rename', code: 'EIO', where: segments },
  ];

  test.each(faults)('denies the group and leaves nothing of it: $operation $code', async (fault) => {
    for (const before of [[], ['act_1', 'act_2']]) {
      const { ledger, disk, failures, folder } = await open();
      for (const id of before) await ledger.append([intent(id)]);
      // Once begun, a segment is neither opened nor renamed again.
      if (before.length > 0 && fault.operation !== 'write') {
        await ledger.close();
        continue;
      }
      disk.faults = [{ ...fault }];
      await expect(ledger.append([intent('act_lost')])).rejects.toMatchObject({ code: 'ledger_unavailable' });
      disk.faults = [];
      await ledger.append([intent('act_after'), outcome('act_after')]);
      expect(failures).toEqual([]);
      expect(await idsOf(ledger)).toEqual([...before, 'act_after', 'act_after']);
      await ledger.close();
      expect(verify(folder).findings).toEqual([]);
      const again = await open(folder);
      expect(await idsOf(again.ledger)).toEqual([...before, 'act_after', 'act_after', ...before]);
      await again.ledger.close();
    }
  });

  test('that cannot be taken back ends the ledger', async () => {
    const { ledger, disk, failures } = await open();
    await ledger.append([intent('act_1')]);
    disk.faults = [
      { operation: 'write', code: 'EIO', where: segments },
      { operation: 'truncate', code: 'EIO', where: segments },
    ];
    await expect(ledger.append([intent('act_2')])).rejects.toMatchObject({ code: 'ledger_unavailable' });
    disk.faults = [];
    await expect(ledger.append([intent('act_3')])).rejects.toMatchObject({ code: 'ledger_unavailable' });
    expect(failures).toHaveLength(1);
    await ledger.close();
  });
});

describe('an error of a sync', () => {
  const syncs: Fault[] = [
    { operation: 'datasync', code: 'EIO', where: segments, times: 1 },
    { operation: 'sync', code: 'EIO', where: segments, times: 1 },
    { operation: 'syncFolder', code: 'EIO', where: /segments/, times: 1 },
  ];

  test.each(syncs)('ends the ledger for good, without a second attempt: $operation', async (fault) => {
    const { ledger, disk, failures, folder } = await open();
    disk.faults = [fault];
    const waiting = [1, 2, 3].map((number) => ledger.append([intent(`act_${number}`)]));
    for (const result of await Promise.allSettled(waiting)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ledger_unavailable' } });
    }
    expect(disk.faults).toEqual([]);
    await expect(ledger.append([intent('act_4')])).rejects.toMatchObject({ code: 'ledger_unavailable' });
    expect(failures).toMatchObject([{ code: 'ledger_unavailable' }]);
    expect(ledger.status().writable).toBe(false);
    await ledger.close();
    const again = await open(folder);
    await again.ledger.append([intent('act_5'), outcome('act_5')]);
    await again.ledger.close();
    expect(verify(folder).findings).toEqual([]);
  });

  test('of a checkpoint ends the ledger too', async () => {
    const { ledger, disk, failures } = await open();
    await ledger.append([intent('act_1')]);
    disk.faults = [{ operation: 'sync', code: 'EIO', where: /checkpoint/, times: 1 }];
    await expect(ledger.checkpoint()).rejects.toMatchObject({ code: 'ledger_unavailable' });
    await expect(ledger.append([intent('act_2')])).rejects.toMatchObject({ code: 'ledger_unavailable' });
    expect(failures).toHaveLength(1);
    await ledger.close();
  });
});

describe('a writer whose sync has failed', () => {
  test('denies what was already on its way to it, and never syncs again', () => {
    const folder = temporaryFolder();
    fs.mkdirSync(path.join(folder, 'segments'));
    const disk = new FaultyDisk();
    const denied: number[] = [];
    const source = new AppendList();
    const append = (): void => void source.offer([prepareRecord(intent('act_1'), 1000)], false);
    let failures = 0;
    const setup = { folder, origin: 'x.example/log', source: 'local', epoch: 1, size: 0, peaks: [] };
    const writer = new Writer(
      { ...setup, group_bytes_max: 1 << 20, segment_bytes_max: 1 << 20 },
      {
        disk,
        reserve: new Reserve(disk, folder, 4096),
        random: randomBytes,
        payloadKey: ({ salt }) => createSecretKey(Buffer.from(salt, 'base64')),
        source,
        events: {
          durable: () => expect.unreachable('nothing was synced'),
          denied(appends) {
            denied.push(appends);
            // Somebody who has not heard of it yet.
            if (denied.length === 1) append();
          },
          failed: () => (failures += 1),
        },
      },
    );
    disk.faults = [{ operation: 'datasync', code: 'EIO', times: 1 }];
    append();
    append();
    writer.run();
    append();
    writer.run();
    expect({ denied, failures }).toEqual({ denied: [2, 1, 1], failures: 1 });
    writer.close();
  });
});

describe('a full disk', () => {
  test('denies, is recorded out of the reserve, is counted, and ends when there is room', async () => {
    const { ledger, disk, folder } = await open();
    const reserve = path.join(folder, 'data', 'reserve');
    await ledger.append([intent('act_1'), outcome('act_1')]);
    expect(fs.statSync(reserve).size).toBe(64 * 1024);
    disk.faults = [{ operation: 'write', code: 'ENOSPC', where: segments, times: 1 }];
    await expect(ledger.append([intent('act_2')])).rejects.toMatchObject({ code: 'ledger_unavailable' });
    disk.faults = [{ operation: 'write', code: 'ENOSPC', where: /reserve/ }];
    for (const id of ['act_3', 'act_4']) {
      await expect(ledger.append([intent(id)])).rejects.toMatchObject({ code: 'ledger_unavailable' });
    }
    expect(fs.statSync(reserve).size).toBe(0);
    disk.faults = [];
    await ledger.append([intent('act_5'), outcome('act_5')]);
    expect(fs.statSync(reserve).size).toBe(64 * 1024);
    await ledger.close();
    const again = await open(folder);
    const notices = await collect(again.ledger.records({ events: ['refusals_coalesced'] }));
    expect(notices.map(({ meta }) => meta['refused_records'])).toEqual([1, 3]);
    expect(await idsOf(again.ledger)).toEqual(['act_1', 'act_1', 'act_5', 'act_5']);
    await again.ledger.close();
  });

  test('at a checkpoint holds appends until a checkpoint succeeds', async () => {
    const { ledger, disk, failures } = await open();
    await ledger.append([intent('act_1')]);
    disk.faults = [{ operation: 'write', code: 'ENOSPC', where: /checkpoint/ }];
    await expect(ledger.checkpoint()).rejects.toMatchObject({
      message: expect.stringContaining('ENOSPC') as string,
    });
    await expect(ledger.append([intent('act_2')])).rejects.toMatchObject({ code: 'ledger_unavailable' });
    expect(ledger.status()).toMatchObject({
      writable: false,
      problem: expect.stringContaining('checkpoint') as string,
    });
    disk.faults = [];
    await ledger.checkpoint();
    await ledger.append([intent('act_3')]);
    expect(failures).toEqual([]);
    await ledger.close();
  });
});

describe('a checkpoint', () => {
  test('is refused when the log was changed under the ledger, and nothing is signed', async () => {
    const { ledger, folder } = await open();
    await ledger.append([intent('act_1')]);
    await ledger.checkpoint();
    const file = path.join(folder, 'checkpoints', 'checkpoint');
    const other = await open();
    await other.ledger.append([intent('act_other')]);
    await other.ledger.checkpoint();
    fs.copyFileSync(path.join(other.folder, 'checkpoints', 'checkpoint'), file);
    const before = fs.readFileSync(file, 'utf8');
    await ledger.append([intent('act_2')]);
    await expect(ledger.checkpoint()).rejects.toMatchObject({ code: 'checkpoint_invalid' });
    expect(fs.readFileSync(file, 'utf8')).toBe(before);
    await expect(ledger.close()).rejects.toMatchObject({ code: 'checkpoint_invalid' });
    await other.ledger.close();
  });
});
