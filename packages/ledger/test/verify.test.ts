import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLedger, type LedgerOptions } from '@remit/ledger';
import { verifyLedger, type VerifyOptions, type VerifyResult } from '@remit/ledger/verify';
import { machineFileSystem } from '../src/disk/file-system.ts';
import { frameHeaderBytes, readFrame, sealFrame, type Frame } from '../src/segment/frame.ts';
import { intent, optionsIn, outcome, temporaryFolder } from './support.ts';

const inProcess = { disk: machineFileSystem, random: randomBytes };

/** A closed ledger of some groups in several segments and epochs. */
async function writtenLedger(more: Partial<LedgerOptions> = {}): Promise<string> {
  const folder = temporaryFolder();
  for (const epoch of [1, 2]) {
    const options = { ...optionsIn(folder), in_process: inProcess, ...more };
    const ledger = await openLedger({ ...options, bounds: { ...options.bounds, segment_bytes_max: 2000 } });
    for (let number = 0; number < 4; number += 1) {
      const id = `act_${epoch}_${number}`;
      await ledger.append([intent(id), outcome(id)]);
    }
    await ledger.close();
  }
  return folder;
}

function verify(folder: string, more: Partial<VerifyOptions> = {}): VerifyResult {
  return verifyLedger({
    folder: path.join(folder, 'data'),
    checkpoint_folder: path.join(folder, 'checkpoints'),
    ...more,
  });
}

const codesOf = ({ findings }: VerifyResult): string[] => [...new Set(findings.map(({ code }) => code))];

function segmentsOf(folder: string): string[] {
  const place = path.join(folder, 'data', 'segments');
  return fs
    .readdirSync(place)
    .sort()
    .map((name) => path.join(place, name));
}

function framesIn(file: string): { bytes: Buffer; frames: Frame[] } {
  const bytes = fs.readFileSync(file);
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at = frames.at(-1)!.end)
    frames.push(readFrame(bytes.subarray(at), at)!);
  return { bytes, frames };
}

/** Changes a group's body and makes its checksum fit again, as somebody would who knows the format. */
function forge(file: string, frame: number, change: (body: Buffer) => Buffer): void {
  const { bytes, frames } = framesIn(file);
  const { offset, end, body, type } = frames[frame]!;
  const forged = sealFrame(Buffer.concat([Buffer.alloc(frameHeaderBytes), change(Buffer.from(body))]), type);
  fs.writeFileSync(file, Buffer.concat([bytes.subarray(0, offset), forged, bytes.subarray(end)]));
}

describe('offline verification', () => {
  test('an untouched log verifies, and says what it covers', async () => {
    const folder = await writtenLedger();
    expect(segmentsOf(folder).length).toBeGreaterThan(2);
    const result = verify(folder);
    expect(result).toMatchObject({ ok: true, size: 16, signed_size: 16, payloads_checked: 16, findings: [] });
    const note = fs.readFileSync(path.join(folder, 'checkpoints', 'checkpoint'), 'utf8');
    expect(note.split('\n')[2]).toBe(result.root);
  });

  test('an empty folder verifies as the empty log', () => {
    expect(verify(temporaryFolder())).toMatchObject({ ok: true, size: 0 });
  });

  test('a running ledger can be verified from outside', async () => {
    const folder = temporaryFolder();
    const ledger = await openLedger(optionsIn(folder));
    await ledger.append([intent('act_1')]);
    await ledger.checkpoint();
    expect(verify(folder).findings).toEqual([]);
    await ledger.append([intent('act_2')]);
    await ledger.close();
    expect(verify(folder)).toMatchObject({ ok: true, size: 2 });
  });

  test('a changed record is found, also with its checksum made to fit', async () => {
    const folder = await writtenLedger();
    forge(segmentsOf(folder)[0]!, 1, (body) => {
      body.write('failures', body.indexOf('customer'));
      return body;
    });
    expect(codesOf(verify(folder))).toContain('record_changed');
  });

  test('a missing group, swapped groups and a missing segment are found', async () => {
    const missing = await writtenLedger();
    const file = segmentsOf(missing)[0]!;
    const { bytes, frames } = framesIn(file);
    fs.writeFileSync(
      file,
      Buffer.concat([bytes.subarray(0, frames[1]!.offset), bytes.subarray(frames[1]!.end)]),
    );
    expect(codesOf(verify(missing))).toContain('record_missing');

    const swapped = await writtenLedger();
    const second = segmentsOf(swapped)[0]!;
    const { bytes: whole, frames: groups } = framesIn(second);
    const part = (frame: number): Buffer => whole.subarray(groups[frame]!.offset, groups[frame]!.end);
    fs.writeFileSync(
      second,
      Buffer.concat([part(0), part(2), part(1), ...groups.slice(3).map((_, at) => part(at + 3))]),
    );
    expect(codesOf(verify(swapped))).toEqual(expect.arrayContaining(['record_reordered']));

    const gone = await writtenLedger();
    fs.rmSync(segmentsOf(gone)[1]!);
    expect(codesOf(verify(gone))).toContain('record_missing');
  });

  test('a truncated tail is found against the checkpoint kept apart, at a start as well', async () => {
    const folder = await writtenLedger();
    const file = segmentsOf(folder).at(-1)!;
    const { frames } = framesIn(file);
    fs.truncateSync(file, frames.at(-1)!.offset);
    fs.rmSync(path.join(folder, 'data', 'checkpoint'));
    expect(codesOf(verify(folder))).toContain('log_truncated');
    const start = openLedger({ ...optionsIn(folder), in_process: inProcess });
    await expect(start).rejects.toMatchObject({ code: 'ledger_truncated' });
  });

  test('a rewritten history signed again with the local key is found by the checkpoint kept apart', async () => {
    const folder = await writtenLedger();
    const data = path.join(folder, 'data');
    for (const file of [
      ...segmentsOf(folder),
      path.join(data, 'checkpoint'),
      path.join(data, 'search.sqlite'),
    ])
      fs.rmSync(file);
    const forged = optionsIn(folder);
    const ledger = await openLedger({
      ...forged,
      checkpoint_folder: path.join(folder, 'elsewhere'),
      in_process: inProcess,
    });
    for (let number = 0; number < 20; number += 1) await ledger.append([intent(`act_${number}`)]);
    await ledger.close();
    expect(codesOf(verify(folder))).toContain('log_forked');
    await expect(openLedger({ ...forged, in_process: inProcess })).rejects.toMatchObject({
      code: 'checkpoint_inconsistent',
    });
  });

  test('a checkpoint signed by another key is found, whichever folder it is in', async () => {
    const folder = await writtenLedger();
    const other = await writtenLedger();
    for (const place of ['data', 'checkpoints']) {
      const file = path.join(folder, place, 'checkpoint');
      const own = fs.readFileSync(file);
      fs.copyFileSync(path.join(other, 'data', 'checkpoint'), file);
      expect(codesOf(verify(folder)), place).toContain('signature_wrong');
      fs.writeFileSync(file, own);
    }
    const foreignKey = fs.readFileSync(path.join(other, 'data', 'log.vkey'), 'utf8').trim();
    expect(codesOf(verify(folder, { verifier_key: foreignKey }))).toEqual(
      expect.arrayContaining(['signature_wrong', 'key_damaged']),
    );
  });

  test('a checkpoint that somebody else has kept is compared like the log’s own', async () => {
    const folder = await writtenLedger();
    const note = fs.readFileSync(path.join(folder, 'checkpoints', 'checkpoint'), 'utf8');
    const withKept = (text: string) =>
      codesOf(verify(folder, { kept: [{ note: text, place: 'elsewhere' }] }));
    expect(withKept(note)).toEqual([]);
    expect(withKept(note.replace(/\n\d+\n/, '\n1\n'))).toEqual(['signature_wrong']);
    const other = await writtenLedger();
    expect(withKept(fs.readFileSync(path.join(other, 'data', 'checkpoint'), 'utf8'))).toEqual([
      'signature_wrong',
    ]);
  });

  test('a payload exchanged for another is found, also with its checksum made to fit', async () => {
    const folder = await writtenLedger();
    forge(segmentsOf(folder)[0]!, 1, (body) => {
      const firstBlock = 36 + body.readUInt32BE(32) + 4;
      body[firstBlock]! ^= 1;
      return body;
    });
    expect(codesOf(verify(folder))).toEqual(['payload_changed']);
  });
});

describe('a flipped bit', () => {
  /** Bytes of every kind of file that carries something; a spread of places, each in a fresh copy. */
  const places = (size: number): number[] =>
    Array.from({ length: 24 }, (_, part) => Math.floor((size * (part + 0.5)) / 24));

  test.each(['segments', 'keys.json', 'log.vkey', 'checkpoint', 'reserve'])(
    'anywhere in %s is found',
    async (kind) => {
      const folder = await writtenLedger();
      const file = kind === 'segments' ? segmentsOf(folder)[1]! : path.join(folder, 'data', kind);
      const whole = fs.readFileSync(file);
      const positions = whole.length < 2000 ? Array.from(whole.keys()) : places(whole.length);
      for (const at of positions) {
        const flipped = Buffer.from(whole);
        flipped[at]! ^= 1 << (at % 8);
        fs.writeFileSync(file, flipped);
        expect(verify(folder).ok, `byte ${at} of ${kind}`).toBe(false);
      }
      fs.writeFileSync(file, whole);
      expect(verify(folder).findings).toEqual([]);
    },
  );

  test('in a search row or a tile is found', async () => {
    const folder = await writtenLedger();
    const file = path.join(folder, 'data', 'search.sqlite');
    const whole = fs.readFileSync(file);
    for (const content of ['customer-support', 'ticket-update', 'act_1_0', 'success', 'tool_invoke']) {
      for (let at = whole.indexOf(content); at >= 0; at = whole.indexOf(content, at + 1)) {
        const flipped = Buffer.from(whole);
        flipped[at + 2]! ^= 1;
        fs.writeFileSync(file, flipped);
        expect(codesOf(verify(folder)), `${content} at ${at}`).toEqual(['projection_changed']);
      }
    }
  });
});
