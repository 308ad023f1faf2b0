/** Erasure, holds and what is held about a person, on a real ledger. */
import { join } from 'node:path';
import fs from 'node:fs';
import { createControl, openPrivacy, openRegistry } from '@remit/control';
import { openLedger } from '@remit/ledger';
import { fakeClock, temporaryFolder } from '@remit/testkit';
import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { operatorToken, policyNaming, sender, surroundings, workspaceKey } from './control-under-test.ts';

const time = '2026-03-03T14:32:15.000Z';
const canary = 'canary-456';

async function remitIn(folder: string) {
  const clock = fakeClock();
  const newId = (prefix: string) => `${prefix}_${randomUUID()}`;
  const file = { folder: join(folder, 'ledger'), origin: 'remit.test/log', source: 'test' };
  const ledger = await openLedger({ ...file, clock, newId });
  const recording = { ledger, clock, newId };
  const registry = await openRegistry({ file: join(folder, 'control.db'), workspaceKey, ...recording });
  const forgotten: string[] = [];
  const state = {
    keep: () => Promise.resolve(void forgotten.push('kept')),
    forget: (person: { in(text: string): boolean }) =>
      Promise.resolve(void forgotten.push(person.in(canary) ? canary : 'somebody else')),
  };
  const privacy = await openPrivacy({ ...recording, people: registry.people, state });
  const around = surroundings(policyNaming('support'));
  const app = createControl({ ...recording, ...around, privacy, registry, operatorToken });
  const send = sender(app);
  const administrators = registry.people.administrators();
  const by = administrators[0] ?? { id: 'operator' };
  const administrator = async (name: string): Promise<string> =>
    (await registry.people.add(name, ['administrators'], registry.people.administrators()[0] ?? by)).token;
  const close = async () => {
    await app.close();
    await registry.close();
    await ledger.close();
  };
  return { ledger, registry, send, administrator, forgotten, close };
}

async function opened() {
  const folder = await temporaryFolder();
  const remit = await remitIn(folder.path);
  onTestFinished(async () => {
    await remit.close();
    await folder.remove();
  });
  await remit.ledger.append([call('act_1', canary), call('act_2', 'somebody-else')]);
  return { ...remit, folder: folder.path };
}

function call(id: string, customer: string) {
  return {
    phase: 'event',
    id,
    event: 'tool_invoke',
    time,
    meta: { agent: 'support', result: 'denied' },
    payload: {
      context: { customer_id: customer, conversation_id: `of-${customer}` },
      parameters: { note: 'x' },
    },
  } as const;
}

describe('an erasure', () => {
  test('of the only administrator is carried out at once, and its record names nobody', async () => {
    const { send, administrator, ledger, forgotten } = await opened();
    const token = await administrator('ana@example.com');
    const { status, body } = await send('POST', '/api/v1/erasures', { token, body: { subject: canary } });
    expect(status).toBe(200);
    // The request, which named the person, is one of the two.
    expect(body).toMatchObject({ status: 'done', payloads: 2 });
    expect(forgotten).toEqual(['kept', canary]);
    const events = body['events'] as string[];
    const event = await ledger.show(events[0]!);
    expect(event).toMatchObject({
      action: 'erasure',
      request: body['id'],
      subject_commitment: body['commitment'],
    });
    expect(JSON.stringify((await ledger.search({ limit: 100 })).events)).not.toContain(canary);
    expect((await ledger.show('act_2'))?.context).toMatchObject({ customer_id: 'somebody-else' });
    const report = await send('GET', '/api/v1/reports/deletions', { token });
    expect(report.body).toMatchObject({ complete: true, deletions: [{ id: events[0] }] });
  });

  test('waits for a second administrator where there is one, who is somebody else', async () => {
    const { send, administrator, ledger, forgotten } = await opened();
    const [first, second] = [await administrator('ana@example.com'), await administrator('ben@example.com')];
    const asked = await send('POST', '/api/v1/erasures', { token: first, body: { subject: canary } });
    expect(asked.body).toEqual({ id: expect.any(String) as string, status: 'waiting' });
    expect((await ledger.show('act_1'))?.context).toBeDefined();
    const confirm = `/api/v1/erasures/${String(asked.body['id'])}/confirm`;
    const own = await send('POST', confirm, { token: first });
    expect(own.body['code']).toBe('erasure_by_requester');
    const agreed = await send('POST', confirm, { token: second });
    expect(agreed.body).toMatchObject({ status: 'done', payloads: 2 });
    expect(await ledger.show('act_1')).not.toHaveProperty('context');
    expect((await send('POST', confirm, { token: second })).body['code']).toBe('erasure_not_found');
    expect(forgotten).toEqual(['kept', canary]);
  });

  test('that waits still waits after a restart', async () => {
    await using folder = await temporaryFolder();
    const before = await remitIn(folder.path);
    const [first, second] = [
      await before.administrator('ana@example.com'),
      await before.administrator('ben@example.com'),
    ];
    await before.ledger.append([call('act_1', canary)]);
    const asked = await before.send('POST', '/api/v1/erasures', { token: first, body: { subject: canary } });
    await before.close();
    const { send, close } = await remitIn(folder.path);
    const list = await send('GET', '/api/v1/erasures', { token: second });
    expect(list.body['erasures']).toMatchObject([{ id: asked.body['id'], subject: canary }]);
    const agreed = await send('POST', `/api/v1/erasures/${String(asked.body['id'])}/confirm`, {
      token: second,
    });
    expect(agreed.body).toMatchObject({ status: 'done', payloads: 2 });
    await close();
    const again = await remitIn(folder.path);
    expect((await again.send('GET', '/api/v1/erasures', { token: second })).body).toEqual({ erasures: [] });
    await again.close();
    const files = fs
      .readdirSync(folder.path, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder.path, name));
    for (const file of files.filter((name) => fs.statSync(name).isFile()))
      expect(fs.readFileSync(file).includes(canary), file).toBe(false);
  });

  test('of a person who may sign in is refused until they are removed', async () => {
    const { send, administrator } = await opened();
    const token = await administrator('ana@example.com');
    const { body } = await send('POST', '/api/v1/erasures', { token, body: { subject: 'Ana@Example.com' } });
    expect(body['code']).toBe('subject_is_registered');
  });
});

describe('a legal hold', () => {
  test('stops an erasure, which names it, until it is released', async () => {
    const { send, administrator, ledger } = await opened();
    const token = await administrator('ana@example.com');
    const hold = { conversation: `of-${canary}`, reason: 'case 17' };
    const placed = await send('POST', '/api/v1/holds', { token, body: hold });
    const id = String(placed.body['id']);
    const refused = await send('POST', '/api/v1/erasures', { token, body: { subject: canary } });
    expect(refused.body).toMatchObject({
      code: 'payloads_held',
      detail: expect.stringContaining(id) as string,
    });
    expect((await ledger.show('act_1'))?.context).toBeDefined();
    expect((await send('GET', '/api/v1/holds', { token })).body['holds']).toMatchObject([{ id, ...hold }]);
    await send('POST', `/api/v1/holds/${id}/release`, { token });
    const done = await send('POST', '/api/v1/erasures', { token, body: { subject: canary } });
    expect(done.body['status']).toBe('done');
  });

  test('is in force after a restart, and has to hold something', async () => {
    await using folder = await temporaryFolder();
    const before = await remitIn(folder.path);
    const token = await before.administrator('ana@example.com');
    const nothing = await before.send('POST', '/api/v1/holds', { token, body: { reason: 'all of it' } });
    expect(nothing.body['code']).toBe('hold_on_nothing');
    const placed = await before.send('POST', '/api/v1/holds', {
      token,
      body: { subject: canary, reason: 'case 17' },
    });
    await before.close();
    const { send, close } = await remitIn(folder.path);
    expect((await send('GET', '/api/v1/holds', { token })).body['holds']).toMatchObject([
      { id: placed.body['id'] },
    ]);
    await close();
  });
});

test('everything held about a person is exported, and the export is recorded', async () => {
  const { send, administrator, ledger } = await opened();
  const token = await administrator('ana@example.com');
  const { text } = await send('POST', '/api/v1/subjects/export', { token, body: { subject: canary } });
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string });
  expect(records).toMatchObject([{ id: 'act_1', payload: { context: { customer_id: canary } } }]);
  const { events } = await ledger.search({ action: 'export', limit: 10 });
  expect(events).toMatchObject([{ records: 1 }]);
});
