import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openRegistry } from '@remit/control';
import { fakeClock, seededIds } from '@remit/testkit';
import { expect, test } from 'vitest';
import { controlUnderTest, workspaceKey } from './control-under-test.ts';
import { InMemoryLedger } from './in-memory-ledger.ts';

const value = 'sk-live-0123456789-very-secret';

async function withCredential() {
  const control = await controlUnderTest();
  const answer = await control.send('PUT', '/api/v1/credentials/crm-key', { body: { value } });
  return { ...control, answer };
}

const reopen = (folder: string, key: Uint8Array) =>
  openRegistry({
    file: join(folder, 'control.db'),
    workspaceKey: key,
    ledger: new InMemoryLedger(),
    clock: fakeClock(),
    newId: seededIds(99),
  });

test('a credential goes in and only the gateway gets it out', async () => {
  const { answer, send, registry, ledger } = await withCredential();
  const list = await send('GET', '/api/v1/credentials');
  expect(answer).toMatchObject({ status: 200, body: { name: 'crm-key' } });
  expect(list.body['credentials']).toEqual([answer.body]);
  expect(answer.text + list.text + JSON.stringify(ledger.appended)).not.toContain(value);
  expect(registry.credentials.resolve('crm-key')).toBe(value);
});

test('nothing in the folder holds the value or a key in the clear', async () => {
  const { folder, registry } = await withCredential();
  await registry.agents.add('x', { id: 'operator' });
  const { key } = await registry.agents.issueKey('x', { id: 'operator' });
  for (const file of await readdir(folder)) {
    const bytes = await readFile(join(folder, file));
    expect([file, bytes.includes(value), bytes.includes(key.slice(6))]).toEqual([file, false, false]);
  }
});

test('setting it again replaces it, removing it ends it, both recorded', async () => {
  const { send, registry, ledger } = await withCredential();
  await send('PUT', '/api/v1/credentials/crm-key', { body: { value: 'another' } });
  expect(registry.credentials.resolve('crm-key')).toBe('another');
  expect((await send('DELETE', '/api/v1/credentials/crm-key')).status).toBe(204);
  expect(() => registry.credentials.resolve('crm-key')).toThrow(
    expect.objectContaining({ code: 'credential_not_found' }),
  );
  expect((await send('DELETE', '/api/v1/credentials/crm-key')).body['code']).toBe('credential_not_found');
  expect(ledger.appended.map(({ event, meta }) => [event, meta['replaced']])).toEqual([
    ['credential_set', false],
    ['credential_set', true],
    ['credential_removed', undefined],
  ]);
});

test('a restart keeps it; another workspace key cannot open it', async () => {
  const { folder, registry, app } = await withCredential();
  await app.close();
  await registry.close();
  const same = await reopen(folder, workspaceKey);
  expect(same.credentials.resolve('crm-key')).toBe(value);
  await same.close();
  const other = await reopen(folder, new Uint8Array(32).fill(8));
  expect(() => other.credentials.resolve('crm-key')).toThrow(
    expect.objectContaining({ code: 'credential_unreadable' }),
  );
  await other.close();
});

test('a sealed value that somebody moves to another name, or changes, cannot be opened', async () => {
  const { folder, send, registry, app } = await withCredential();
  await send('PUT', '/api/v1/credentials/other', { body: { value: 'other value' } });
  await app.close();
  await registry.close();
  const database = new DatabaseSync(join(folder, 'control.db'));
  database.exec(
    "UPDATE credentials SET sealed = (SELECT sealed FROM credentials WHERE name = 'other') WHERE name = 'crm-key'",
  );
  database.exec("UPDATE credentials SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE name = 'other'");
  database.close();
  const again = await reopen(folder, workspaceKey);
  for (const name of ['crm-key', 'other']) {
    expect(() => again.credentials.resolve(name)).toThrow(
      expect.objectContaining({ code: 'credential_unreadable' }),
    );
  }
  await again.close();
});
