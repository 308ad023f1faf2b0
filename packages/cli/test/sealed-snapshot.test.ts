import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@remit/testkit';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { SealedSnapshot } from '../src/data/sealed-snapshot.ts';

function snapshotIn(folder: string) {
  const file = join(folder, 'limits.snapshot');
  const store = new SealedSnapshot({
    file,
    key_file: join(folder, 'keys', 'limits.key'),
    newKey: () => randomBytes(32),
  });
  return { file, store };
}

async function* lines(...given: string[]): AsyncGenerator<string> {
  for (const line of given) yield await Promise.resolve(line);
}

test('a snapshot is read as it was written, and names nobody on disk', async () => {
  await using folder = await temporaryFolder();
  const { file, store } = snapshotIn(folder.path);
  expect(await store.read()).toBeUndefined();
  await store.write(lines('first', 'calls/user=dana@example.com'));
  expect(await store.read()).toBe('first\ncalls/user=dana@example.com\n');
  expect(readFileSync(file, 'latin1')).not.toContain('dana');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a snapshot that was changed is refused, at any byte', async () => {
  await using folder = await temporaryFolder();
  const { file, store } = snapshotIn(folder.path);
  await store.write(lines('some counts'));
  const sealed = readFileSync(file);
  for (const at of [0, 12, 20, sealed.length - 1]) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    writeFileSync(file, changed);
    await expect(store.read()).rejects.toMatchObject({ code: 'snapshot_damaged' });
  }
  writeFileSync(file, sealed.subarray(0, 10));
  await expect(store.read()).rejects.toMatchObject({ code: 'snapshot_damaged' });
});

test('a snapshot without its key is refused, and the next one is written with another', async () => {
  await using folder = await temporaryFolder();
  const { store } = snapshotIn(folder.path);
  await store.write(lines('some counts'));
  writeFileSync(join(folder.path, 'keys', 'limits.key'), 'short');
  await expect(store.read()).rejects.toMatchObject({ code: 'snapshot_damaged' });
  await store.write(lines('other counts'));
  expect(await store.read()).toBe('other counts\n');
});

test('what cannot be written leaves the one before', async () => {
  await using folder = await temporaryFolder();
  const { file, store } = snapshotIn(folder.path);
  await store.write(lines('before'));
  const failing = (async function* () {
    yield 'half';
    throw new Error('stopped');
  })();
  await expect(store.write(failing)).rejects.toThrow('stopped');
  expect(await store.read()).toBe('before\n');
  mkdirSync(`${file}.draft`);
  await expect(store.write(lines('x'))).rejects.toThrow();
  expect(await store.read()).toBe('before\n');
});
