import { describe, expect, test } from 'vitest';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { openLedger } from '@remit/ledger';
import { verifyLedger } from '@remit/ledger/verify';
import { machineFileSystem } from '../src/disk/file-system.ts';
import { frameHeaderBytes, frameTypes, sealFrame } from '../src/segment/frame.ts';
import { decodeGroup } from '../src/segment/group.ts';
import { encodeHeader, readHeader } from '../src/segment/header.ts';
import { segmentName } from '../src/segment/segment-names.ts';
import { intent, optionsIn, temporaryFolder } from './support.ts';

/** A log of one group, and its segment with `change` made to the group's body and the checksum set right. */
async function changed(change: (body: Buffer) => void) {
  const options = optionsIn(temporaryFolder());
  const ledger = await openLedger({
    ...options,
    in_process: { disk: machineFileSystem, random: randomBytes },
  });
  await ledger.append([intent('act_1')]);
  await ledger.close();
  const folder = path.join(options.folder, 'segments');
  const file = path.join(folder, fs.readdirSync(folder)[0]!);
  const bytes = fs.readFileSync(file);
  const group = bytes.subarray(readHeader(file, bytes.length).end);
  change(group.subarray(frameHeaderBytes));
  sealFrame(group, frameTypes.group);
  fs.writeFileSync(file, bytes);
  return options;
}

describe('a group that somebody wrote', () => {
  test.each([
    [0, 'its first index'],
    [8, 'its first sequence'],
    [16, 'the counter of its nonces'],
  ])('with a number that is too large at byte %i (%s) is found', async (at) => {
    for (const number of [2n ** 64n - 1n, 2n ** 53n + 1n]) {
      const options = await changed((body) => body.writeBigUInt64BE(number, at));
      const { ok, findings } = verifyLedger(options);
      expect({ ok, findings: findings.length }).toEqual({
        ok: false,
        findings: expect.any(Number) as number,
      });
    }
  });

  test('without records is none', () => {
    const body = Buffer.alloc(36 + 1);
    expect(decodeGroup(body)).toBeUndefined();
  });
});

describe('the header of a segment', () => {
  test('that names another log is found', async () => {
    const options = await changed(() => undefined);
    const folder = path.join(options.folder, 'segments');
    const file = path.join(folder, fs.readdirSync(folder)[0]!);
    const bytes = fs.readFileSync(file);
    const { header, end } = readHeader(file, bytes.length);
    const foreign = encodeHeader({ ...header, origin: 'another.example/log' });
    fs.writeFileSync(file, Buffer.concat([foreign, bytes.subarray(end)]));
    expect(verifyLedger(options).findings).toContainEqual(
      expect.objectContaining({ code: 'segment_damaged' }),
    );
  });

  test('that does not fit the name of its file is found', async () => {
    const options = await changed(() => undefined);
    const folder = path.join(options.folder, 'segments');
    fs.renameSync(path.join(folder, segmentName(0, 1)), path.join(folder, segmentName(0, 2)));
    expect(verifyLedger(options).findings).toContainEqual(
      expect.objectContaining({ code: 'segment_damaged' }),
    );
  });
});
