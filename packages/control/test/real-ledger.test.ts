/** The people's API on a real ledger: what is done through it can be found, shown and proved in it. */
import { join } from 'node:path';
import { createControl, openPrivacy, openRegistry } from '@remit/control';
import type { Action, Decision } from '@remit/contracts';
import { Approvals, restoreState, LimitCounters } from '@remit/enforce';
import { openLedger } from '@remit/ledger';
import { fakeClock, temporaryFolder } from '@remit/testkit';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  nothingRestored,
  operatorToken,
  policyNaming,
  sender,
  surroundings,
  workspaceKey,
} from './control-under-test.ts';

async function remitIn(folder: string) {
  const clock = fakeClock();
  const newId = (prefix: string) => `${prefix}_${randomUUID()}`;
  const ledger = await openLedger({
    folder: join(folder, 'ledger'),
    origin: 'remit.test/log',
    source: 'test',
    clock,
    newId,
  });
  const recording = { ledger, clock, newId };
  const registry = await openRegistry({ file: join(folder, 'control.db'), workspaceKey, ...recording });
  const approvals = new Approvals(recording);
  await restoreState(ledger, approvals, new LimitCounters(), {
    now: clock.now(),
    longest_window_ms: 0,
  });
  const privacy = await openPrivacy({ ...recording, people: registry.people, state: nothingRestored });
  const app = createControl({
    ...recording,
    privacy,
    ...surroundings(policyNaming('support')),
    approvals,
    registry,
    operatorToken,
  });
  const close = async () => {
    await app.close();
    await registry.close();
    await ledger.close();
  };
  return { ledger, registry, approvals, app, send: sender(app), close };
}

test('what is done is found, shown with the name of whoever did it, and proved; a restart keeps all of it', async () => {
  await using folder = await temporaryFolder();
  const first = await remitIn(folder.path);
  await first.registry.agents.registerPolicy(policyNaming('support'), { id: 'remit' });
  const added = await first.send('POST', '/api/v1/people', {
    body: { name: 'dana@example.com', groups: ['administrators'] },
  });
  const token = added.body['token'] as string;
  await first.send('POST', '/api/v1/agents/support/suspend', { token, body: { reason: 'odd refunds' } });
  await first.close();

  const { send, registry, close } = await remitIn(folder.path);
  expect(registry.agents.status('support')).toBe('suspended');
  const found = await send('GET', '/api/v1/events?agent=support&action=agent_suspended', { token });
  const [event] = found.body['events'] as { id: string }[];
  const shown = await send('GET', `/api/v1/events/${event?.id ?? ''}`, { token });
  expect(shown.body).toMatchObject({
    action: 'agent_suspended',
    agent: 'support',
    result: 'success',
    by: added.body['id'],
    by_name: 'dana@example.com',
    reason: 'odd refunds',
  });
  const proof = await send('GET', `/api/v1/events/${event?.id ?? ''}/proof`, { token });
  expect(proof.text).toMatch(/^c2sp\.org\/tlog-proof@v1\n/);
  expect((await send('GET', '/log/checkpoint', { token })).text).toMatch(/^remit\.test\/log\n\d+\n/);
  expect((await send('GET', '/api/v1/doctor', { token })).body['ledger']).toMatchObject({ writable: true });
  await close();
});

test('nothing that names a person is in what the log publishes', async () => {
  await using folder = await temporaryFolder();
  const { send, ledger, close } = await remitIn(folder.path);
  const { body } = await send('POST', '/api/v1/people', {
    body: { name: 'dana@example.com', groups: ['administrators'] },
  });
  const token = body['token'] as string;
  await send('GET', '/api/v1/events?conversation=dana-and-her-cat', { token });
  await send('GET', '/api/v1/policies', { token });
  await ledger.checkpoint();
  const [, size] = (await send('GET', '/log/checkpoint', { token })).text.split('\n');
  const bundle = await send('GET', `/log/tile/entries/000.p/${size ?? ''}`, { token });
  expect(bundle.status).toBe(200);
  expect(bundle.text).toContain('person_added');
  expect(bundle.text).not.toContain('dana');
  await close();
});

test('a search does not find itself, and the next one finds it', async () => {
  await using folder = await temporaryFolder();
  const { send, close } = await remitIn(folder.path);
  const found = async (query: string) => {
    const { body } = await send('GET', `/api/v1/events?${query}`);
    return (body['events'] as { action: string }[]).map(({ action }) => action);
  };
  expect(await found('')).not.toContain('audit_read');
  expect(await found('limit=1')).toEqual(['audit_read']);
  await close();
});

test('a cursor of another search’s making is refused in the API’s own words', async () => {
  await using folder = await temporaryFolder();
  const { send, close } = await remitIn(folder.path);
  expect(await send('GET', '/api/v1/events?cursor=AAAA')).toMatchObject({
    status: 400,
    body: { code: 'invalid_query' },
  });
  await close();
});

test('a change that a crash kept out of the database is shown as one that failed', async () => {
  await using folder = await temporaryFolder();
  const first = await remitIn(folder.path);
  await first.registry.agents.registerPolicy(policyNaming('support'), { id: 'remit' });
  const time = '2026-03-03T14:32:16.000Z';
  const meta = { agent: 'support', result: 'success', by: 'operator' } as const;
  await first.ledger.append([{ phase: 'event', id: 'evt_lost', event: 'agent_suspended', time, meta }]);
  await first.close();
  for (let start = 0; start < 2; start += 1) {
    const { send, registry, close } = await remitIn(folder.path);
    expect(registry.agents.status('support')).toBe('active');
    const { body } = await send('GET', '/api/v1/events?action=agent_suspended');
    expect(body['events']).toMatchObject([
      { id: 'evt_lost' },
      { result: 'error', corrects: 'evt_lost', by: 'remit' },
    ]);
    await close();
  }
});

const refund: Action = {
  id: 'act_1',
  kind: 'tool_invoke',
  agent: 'support',
  user: 'dana@example.com',
  server: 'crm',
  target: 'refund-create',
  arguments: { amount: 250 },
  context: {},
  received_at: '2026-03-03T14:32:15.000Z',
  via: 'mcp',
};
const needsPerson: Decision = {
  id: 'dec_1',
  effect: 'approve',
  policy_effect: 'approve',
  mode: 'enforce',
  reasons: ['a refund over 100 needs a person'],
  policy_version: 'sha256:policy',
  reservations: [],
};

test('a person approves a call that waits; who, what and why outlive a restart', async () => {
  await using folder = await temporaryFolder();
  const first = await remitIn(folder.path);
  const { id } = await first.approvals.join(refund, needsPerson, 'sha256:call');
  const add = async (name: string, groups: string[], token = operatorToken) =>
    (await first.send('POST', '/api/v1/people', { token, body: { name, groups } })).body['token'] as string;
  const admin = await add('admin@example.com', ['administrators']);
  const dana = await add('Dana@Example.com', ['managers'], admin);
  const approve = (token: string) =>
    first.send('POST', `/api/v1/approvals/${id}/approve`, { token, body: { note: 'agreed on the phone' } });
  expect((await approve(operatorToken)).body['code']).toBe('approval_needs_person');
  expect((await approve(dana)).body['code']).toBe('approver_is_requester');
  expect((await approve(admin)).body).toMatchObject({ status: 'approved' });
  expect((await approve(admin)).body['code']).toBe('approval_not_pending');
  await first.close();

  const again = await remitIn(folder.path);
  expect((await again.send('GET', `/api/v1/approvals/${id}`)).body).toMatchObject({
    status: 'approved',
    decided: { by: 'admin@example.com', note: 'agreed on the phone' },
    arguments: { amount: 250 },
  });
  expect(again.approvals.redeem(id, 'act_2')).toBeDefined();
  await again.close();
});
