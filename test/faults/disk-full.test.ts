/** A full disk under the whole of Remit: refused, nothing executed, and service resumes when there is room. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { executions, startRecordingServer, temporaryFolder, waitFor } from '@remit/testkit';
import type { TemporaryFolder } from '@remit/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRemit } from '../e2e/remit.ts';
import { callRecord } from './load.ts';
import { recordingWorkspace } from './workspace.ts';

let folder: TemporaryFolder;
/** Undefined where this user may not mount. */
let disk: string | undefined;

beforeAll(async () => {
  folder = await temporaryFolder();
  const path = join(folder.path, 'disk');
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', path], { stdio: 'pipe' });
    disk = path;
  } catch (error) {
    console.log(`skipped: no tmpfs can be mounted here (${String(error)})`);
  }
});
afterAll(async () => {
  if (disk !== undefined) execFileSync('umount', ['--lazy', disk]);
  await folder.remove();
});

test('a full disk refuses with ledger_unavailable, executes nothing, and is over when there is room', async (context) => {
  if (disk === undefined) return context.skip();
  const database = join(folder.path, 'executed.db');
  const recording = await startRecordingServer(database);
  const workspace = recordingWorkspace({ database, url: recording.url });
  const remit = await startRemit(workspace, { folder: disk });
  const key = await remit.key('worker');
  expect((await callRecord(remit.origin, key)).result?.isError).toBeFalsy();

  const filler = join(disk, 'filler');
  fill(filler, disk);
  const refusal = await waitFor(async () => {
    const { result } = await callRecord(remit.origin, key);
    return result?.structuredContent?.remit?.code;
  });
  expect(refusal).toBe('ledger_unavailable');
  const before = executions(database).size;
  for (let n = 0; n < 20; n++) {
    const { result } = await callRecord(remit.origin, key);
    expect(result?.structuredContent?.remit?.code).toBe('ledger_unavailable');
  }
  expect(executions(database).size).toBe(before);

  rmSync(filler);
  await waitFor(async () => (await callRecord(remit.origin, key)).result?.isError !== true);
  const verified = await remit.run('audit', 'verify');
  expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  await remit.stop();
  await recording.close();
});

/** Takes every free byte of the disk. */
function fill(filler: string, disk: string): void {
  const { bavail, bsize } = statfsSync(disk);
  try {
    writeFileSync(filler, Buffer.alloc(bavail * bsize));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
