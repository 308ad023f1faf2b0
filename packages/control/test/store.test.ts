import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openRegistry } from '@remit/control';
import { fakeClock, seededIds, temporaryFolder } from '@remit/testkit';
import { expect, test } from 'vitest';
import { controlUnderTest, workspaceKey } from './control-under-test.ts';
import { InMemoryLedger } from './in-memory-ledger.ts';

const open = (file: string) =>
  openRegistry({ file, workspaceKey, ledger: new InMemoryLedger(), clock: fakeClock(), newId: seededIds() });

test('a database of a newer Remit is refused, not guessed at', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'control.db');
  await (await open(file)).close();
  const database = new DatabaseSync(file);
  database.exec("INSERT INTO kysely_migration VALUES ('9999_from_the_future', '2036-01-01T00:00:00Z')");
  database.close();
  await expect(open(file)).rejects.toMatchObject({ code: 'store_unavailable' });
});

test('the database is for its owner alone, and every commit is synced', async () => {
  const { folder } = await controlUnderTest();
  const file = join(folder, 'control.db');
  expect((await stat(file)).mode & 0o077).toBe(0);
  const database = new DatabaseSync(file, { readOnly: true });
  expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  database.close();
});

test('a state that is none cannot be stored', async () => {
  const { folder } = await controlUnderTest();
  const database = new DatabaseSync(join(folder, 'control.db'));
  const insert = () => database.exec("INSERT INTO agents VALUES ('x', 'almighty', '2026-01-01T00:00:00Z')");
  expect(insert).toThrow(/CHECK/);
  database.close();
});
