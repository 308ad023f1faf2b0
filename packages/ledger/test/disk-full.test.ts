import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openLedger, type LedgerOptions } from '@remit/ledger';
import { verifyLedger } from '@remit/ledger/verify';
import { intent, optionsIn, outcome, temporaryFolder } from './support.ts';

/** A small disk of its own; undefined where this user may not mount one. */
function smallDisk(megabytes: number): string | undefined {
  const folder = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    console.log(
      `skipped: cannot mount a tmpfs (${error instanceof Error ? error.message.split('\n')[0] : ''})`,
    );
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
  return folder;
}

/** Takes all the room that there is, but for some kilobytes; returns the function that gives it back. */
function fill(folder: string, leave_kilobytes: number): () => void {
  const file = path.join(folder, 'ballast');
  const { bavail, bsize } = fs.statfsSync(folder);
  fs.writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - leave_kilobytes * 1024)));
  return () => fs.rmSync(file);
}

const bounds = { reserve_bytes: 256 * 1024, checkpoint_interval_ms: 3_600_000 };
const refused = { code: 'ledger_unavailable' };
/** Finds no place in the room that a segment keeps. */
const large = { payload: { output: 'x'.repeat(400_000) } };

function optionsOn(data: string, checkpoints: string): LedgerOptions & { checkpoint_folder: string } {
  return { ...optionsIn(data), checkpoint_folder: path.join(checkpoints, 'checkpoints'), bounds };
}

describe('on a disk that is really full', () => {
  test('an append is refused, the refusal is recorded, and service resumes when there is room', async (context) => {
    const disk = smallDisk(8);
    if (disk === undefined) return context.skip();
    const options = optionsOn(disk, temporaryFolder());
    const ledger = await openLedger(options);
    await ledger.append([intent('act_1'), outcome('act_1')]);
    const makeRoom = fill(disk, 64);
    await expect(ledger.append([intent('act_2', large)])).rejects.toMatchObject(refused);
    await expect(ledger.append([intent('act_3')])).rejects.toMatchObject(refused);
    makeRoom();
    await ledger.append([intent('act_4'), outcome('act_4')]);
    expect(await ledger.show('act_2')).toBeUndefined();
    expect(await ledger.show('act_4')).toMatchObject({ result: 'success' });
    await ledger.close();
    const notices = await reopenedEvents(options, 'refusals_coalesced');
    expect(notices).toMatchObject([{ refused_records: 2 }, { refused_records: 1 }]);
    expect(verifyLedger(options)).toMatchObject({ ok: true });
  });

  test('a start, and the first group of a segment, are refused or kept whole', async (context) => {
    const disk = smallDisk(8);
    if (disk === undefined) return context.skip();
    const options = optionsOn(disk, temporaryFolder());
    await (await openLedger(options)).close();
    const makeRoom = fill(disk, 0);
    const ledger = await openLedger(options).catch((error: unknown) => error);
    if (!(ledger instanceof Error)) {
      const full = ledger as Awaited<ReturnType<typeof openLedger>>;
      await expect(full.append([intent('act_1', large)])).rejects.toMatchObject(refused);
      await full.close().catch(() => undefined);
    }
    makeRoom();
    const again = await openLedger(options);
    expect(await again.append([intent('act_2')])).toHaveLength(1);
    await again.close();
    expect(verifyLedger(options)).toMatchObject({ ok: true });
  });

  test('a checkpoint that finds no room holds the ledger until it does', async (context) => {
    const disk = smallDisk(1);
    if (disk === undefined) return context.skip();
    const options = optionsOn(temporaryFolder(), disk);
    const ledger = await openLedger(options);
    await ledger.append([intent('act_1')]);
    const makeRoom = fill(disk, 0);
    await expect(ledger.checkpoint()).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(ledger.append([intent('act_2')])).rejects.toMatchObject(refused);
    makeRoom();
    await ledger.checkpoint();
    await ledger.append([outcome('act_1')]);
    await ledger.close();
    expect(verifyLedger(options)).toMatchObject({ ok: true });
  });
});

async function reopenedEvents(options: LedgerOptions, action: 'refusals_coalesced'): Promise<unknown[]> {
  const ledger = await openLedger(options);
  const { events } = await ledger.search({ limit: 100, action });
  await ledger.close();
  return events;
}
