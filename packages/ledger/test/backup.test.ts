/** The copy of a log that is written on; what a restore does with it is in the command's tests. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openLedger } from '@remit/ledger';
import { readUnchanged } from '@remit/ledger/backup';
import { verifyLedger } from '@remit/ledger/verify';
import { collect, intent, optionsIn, outcome, temporaryFolder } from './support.ts';

test('a copy is the log up to its checkpoint, whatever is appended while it is read', async () => {
  const options = optionsIn(temporaryFolder());
  const ledger = await openLedger({ ...options, bounds: { ...options.bounds, segment_bytes_max: 4096 } });
  for (let number = 0; number < 20; number += 1)
    await ledger.append([intent(`act_${number}`), outcome(`act_${number}`)]);
  const copy = await ledger.copy();
  const copied = path.join(temporaryFolder(), 'copied');
  for (const { name, bytes, read } of copy.files) {
    await ledger.append([intent(`late_${name}`)]);
    const blocks = Buffer.concat(await collect(read()));
    expect(blocks).toHaveLength(bytes);
    fs.mkdirSync(path.dirname(path.join(copied, name)), { recursive: true });
    fs.writeFileSync(path.join(copied, name), blocks);
  }
  expect(copy.files.length).toBeGreaterThan(4);
  await ledger.close();
  const result = verifyLedger({ folder: copied, key_file: path.join(options.folder, 'keys.json') });
  expect(result).toMatchObject({ ok: true, size: 40, signed_size: 40, payloads_checked: 40 });
});

test('a file that is written anew while it is copied is refused', async () => {
  const file = path.join(temporaryFolder(), 'segment');
  fs.writeFileSync(file, Buffer.alloc(3 * 1024 * 1024, 'a'));
  const reading = readUnchanged(file, 3 * 1024 * 1024);
  await reading.next();
  fs.writeFileSync(`${file}.new`, Buffer.alloc(3 * 1024 * 1024, 'b'));
  fs.renameSync(`${file}.new`, file);
  await expect(collect(reading)).rejects.toMatchObject({ code: 'backup_interrupted' });
});
