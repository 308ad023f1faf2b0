import fs from 'node:fs';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openLedger } from '@remit/ledger';
import { machineFileSystem } from '../src/disk/file-system.ts';
import { openKeyFile } from '../src/keys/key-file.ts';
import { startWriterThread } from '../src/threads/writer-handle.ts';
import { optionsIn, temporaryFolder } from './support.ts';

/** A thread that runs keeps a port open, and the process from ending. */
function threadsNow(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'MessagePort').length;
}

describe('the threads of a ledger', () => {
  test('are closed without waiting where the writer has ended by itself', async () => {
    const folder = temporaryFolder();
    fs.mkdirSync(path.join(folder, 'segments'));
    const key_file = path.join(folder, 'keys.json');
    openKeyFile(key_file, randomBytes, machineFileSystem, true);
    const ended = Promise.withResolvers<string>();
    const setup = { folder, origin: 'x.example/log', source: 'local', epoch: 1, size: 0, peaks: [] };
    const writer = await startWriterThread(
      {
        setup: { ...setup, group_bytes_max: 1 << 20, segment_bytes_max: 1 << 20 },
        key_file,
        reserve_bytes: 4096,
      },
      {
        durable: () => expect.unreachable('nothing was synced'),
        denied: (_appends, reason) => expect.unreachable(reason),
        failed: (reason) => ended.resolve(reason),
      },
    );
    // Longer than its length can be written: nothing that the queue would hand over.
    writer.offer([{ record: 'x'.repeat(70_000), payload: undefined, bytes: 0 }], false);
    writer.publish(false);
    expect(await ended.promise).toContain("the ledger's writer ended");
    await writer.close();
    // Also after its end.
    await writer.close();
  });

  test('answer nobody who asks after they were closed', async () => {
    const ledger = await openLedger(optionsIn(temporaryFolder()));
    await ledger.close();
    await expect(ledger.search({ limit: 1 })).rejects.toMatchObject({ code: 'ledger_unavailable' });
  });

  test('end where one of them does not start', async () => {
    const folder = temporaryFolder();
    const options = optionsIn(folder);
    fs.mkdirSync(options.checkpoint_folder);
    fs.writeFileSync(path.join(options.checkpoint_folder, 'log.vkey'), 'of another log\n');
    const before = threadsNow();
    await expect(openLedger(options)).rejects.toMatchObject({ code: 'ledger_foreign' });
    expect(threadsNow()).toBe(before);
  });
});
