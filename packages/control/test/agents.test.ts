import type { NewRecord } from '@remit/contracts';
import { describe, expect, test } from 'vitest';
import { controlUnderTest, policyNaming } from './control-under-test.ts';

const by = { id: 'operator' };

async function withAgents() {
  const control = await controlUnderTest();
  await control.registry.agents.registerPolicy(policyNaming('support', 'billing'), { id: 'remit' });
  return control;
}

describe('registering', () => {
  test('loading a policy registers its agents, each once', async () => {
    const { registry, ledger } = await withAgents();
    await registry.agents.registerPolicy(policyNaming('support', 'billing'), { id: 'remit' });
    expect(registry.agents.list().map(({ name, status }) => [name, status])).toEqual([
      ['billing', 'active'],
      ['support', 'active'],
    ]);
    expect(ledger.appended.filter(({ event }) => event === 'agent_registered')).toHaveLength(2);
  });

  test('a policy with more agents than the ledger takes at once registers them all', async () => {
    const { registry } = await controlUnderTest();
    const names = Array.from({ length: 2500 }, (_one, number) => `agent-${number}`);
    await registry.agents.registerPolicy(policyNaming(...names), { id: 'remit' });
    expect(registry.agents.list()).toHaveLength(2500);
  });

  test('an agent that the policy no longer names keeps its state and is shown as not in it', async () => {
    const { registry, send } = await withAgents();
    await registry.agents.registerPolicy(policyNaming('support', 'billing', 'former'), { id: 'remit' });
    await send('POST', '/api/v1/agents/former/suspend', { body: {} });
    const { body } = await send('GET', '/api/v1/agents/former');
    expect(body).toMatchObject({ name: 'former', status: 'suspended', in_policy: false });
  });

  test('an agent can be added by hand only where observe mode names none', async () => {
    const strict = await withAgents();
    expect(await strict.send('POST', '/api/v1/agents', { body: { name: 'stray' } })).toMatchObject({
      status: 409,
      body: { code: 'agent_not_in_policy' },
    });
    const open = await controlUnderTest({ policy: policyNaming() });
    expect((await open.send('POST', '/api/v1/agents', { body: { name: 'stray' } })).status).toBe(201);
    expect((await open.send('POST', '/api/v1/agents', { body: { name: 'stray' } })).body).toMatchObject({
      code: 'agent_exists',
    });
  });
});

describe('keys', () => {
  test('a key has 256 random bits, identifies its agent, and is kept only as a digest', async () => {
    const { send, registry, ledger } = await withAgents();
    const { status, body } = await send('POST', '/api/v1/agents/support/token');
    const { key, key_id } = body as { key: string; key_id: string };
    expect(status).toBe(201);
    expect(key).toMatch(/^remit_[A-Za-z0-9_-]{43}$/);
    expect(registry.agents.authenticate(key)).toEqual({ agent: 'support', key_id });
    expect(JSON.stringify(ledger.appended)).not.toContain(key);
    expect((await send('GET', '/api/v1/agents/support')).text).not.toContain(key);
  });

  test.each(['', 'remit_', 'remit_person_x', `remit_${'A'.repeat(43)}`, `remit_${'A'.repeat(9999)}`])(
    'a key that was not given out identifies nobody: %.20s',
    async (key) => {
      const { registry } = await withAgents();
      expect(registry.agents.authenticate(key)).toBeUndefined();
    },
  );

  test('a revoked key identifies nobody, the other keys of the agent still do', async () => {
    const { send, registry } = await withAgents();
    const first = await registry.agents.issueKey('support', by);
    const second = await registry.agents.issueKey('support', by);
    expect((await send('DELETE', `/api/v1/agents/support/keys/${first.key_id}`)).status).toBe(204);
    expect(registry.agents.authenticate(first.key)).toBeUndefined();
    expect(registry.agents.authenticate(second.key)?.agent).toBe('support');
    expect([first, second].map((identity) => registry.agents.holds(identity))).toEqual([false, true]);
    expect((await send('DELETE', `/api/v1/agents/support/keys/${first.key_id}`)).body['code']).toBe(
      'key_not_found',
    );
  });
});

describe('the life of an agent', () => {
  test('each change takes effect at once and is recorded once', async () => {
    const { send, registry, ledger } = await withAgents();
    for (const [change, status] of [
      ['suspend', 'suspended'],
      ['suspend', 'suspended'],
      ['quarantine', 'quarantined'],
      ['resume', 'active'],
    ] as const) {
      await send('POST', `/api/v1/agents/support/${change}`, { body: { reason: 'because' } });
      expect(registry.agents.status('support')).toBe(status);
    }
    expect(ledger.appended.map(({ event }) => event).slice(2)).toEqual([
      'agent_suspended',
      'agent_quarantined',
      'agent_resumed',
    ]);
    expect(ledger.appended.at(-1)).toMatchObject({
      meta: { agent: 'support', by: 'operator' },
      payload: { reason: 'because' },
    });
  });

  test('a retired agent loses its keys and never comes back', async () => {
    const { send, registry } = await withAgents();
    const { key } = await registry.agents.issueKey('support', by);
    await send('POST', '/api/v1/agents/support/retire', { body: {} });
    expect(registry.agents.authenticate(key)).toBeUndefined();
    for (const path of ['resume', 'suspend', 'token']) {
      expect((await send('POST', `/api/v1/agents/support/${path}`)).body['code']).toBe('agent_retired');
    }
  });

  test('an unknown agent is not found, whatever is asked of it', async () => {
    const { send } = await withAgents();
    for (const path of ['suspend', 'resume', 'quarantine', 'retire', 'token']) {
      expect(await send('POST', `/api/v1/agents/nobody/${path}`)).toMatchObject({
        status: 404,
        body: { code: 'agent_not_found' },
      });
    }
  });
});

describe('recorded before it takes effect', () => {
  test('what the ledger does not take does not happen', async () => {
    const { send, registry, ledger } = await withAgents();
    ledger.writable = false;
    const answer = await send('POST', '/api/v1/agents/support/suspend', { body: {} });
    expect(answer).toMatchObject({ status: 503, body: { code: 'ledger_unavailable' } });
    expect(registry.agents.status('support')).toBe('active');
    ledger.writable = true;
    expect((await send('POST', '/api/v1/agents/support/suspend', { body: {} })).status).toBe(200);
  });

  test('a store that cannot be written is an error, and the ledger says that nothing happened', async () => {
    const { send, registry, ledger, failures } = await withAgents();
    await registry.close();
    const answer = await send('POST', '/api/v1/agents/support/suspend', { body: {} });
    expect(answer).toMatchObject({ status: 503, body: { code: 'store_unavailable' } });
    expect(registry.agents.status('support')).toBe('active');
    expect(failures).toMatchObject([{ code: 'store_unavailable', cause: expect.anything() as unknown }]);
    const [claimed, corrected] = ledger.appended.slice(-2);
    expect(corrected).toMatchObject({
      event: 'agent_suspended',
      meta: { result: 'error', corrects: claimed?.id },
    });
  });
});

describe('a crash between ledger and store', () => {
  const unstored: NewRecord = {
    phase: 'event',
    id: 'evt_unstored',
    event: 'agent_suspended',
    time: '2026-03-03T14:32:15.000Z',
    meta: { agent: 'support', result: 'success', by: 'operator' },
  };

  test('is declared in the ledger at the next start, once: what was recorded did not happen', async () => {
    const { folder, ledger, app, registry } = await withAgents();
    await app.close();
    await registry.close();
    await ledger.append([unstored]);
    for (let start = 0; start < 2; start += 1) {
      const again = await controlUnderTest({ folder, ledger });
      expect(again.registry.agents.status('support')).toBe('active');
      await again.app.close();
      await again.registry.close();
    }
    const corrections = ledger.appended.filter(({ meta }) => meta['corrects'] !== undefined);
    expect(corrections).toMatchObject([
      {
        event: 'agent_suspended',
        meta: { agent: 'support', result: 'error', corrects: 'evt_unstored', by: 'remit' },
      },
    ]);
  });

  test('does not make a new store disown what an older one has done', async () => {
    const { ledger, clock } = await withAgents();
    const before = ledger.appended.length;
    clock.advance(1);
    await controlUnderTest({ ledger, clock });
    expect(ledger.appended).toHaveLength(before);
  });

  test('leaves alone what the store has taken in', async () => {
    const { folder, ledger, app, registry, send } = await withAgents();
    await send('POST', '/api/v1/agents/support/suspend');
    await app.close();
    await registry.close();
    const again = await controlUnderTest({ folder, ledger });
    expect(again.registry.agents.status('support')).toBe('suspended');
    expect(ledger.appended.filter(({ meta }) => meta['corrects'] !== undefined)).toEqual([]);
  });
});

test('a restart keeps agents, states and keys', async () => {
  const { folder, registry, send, app } = await withAgents();
  const { key, key_id } = await registry.agents.issueKey('support', by);
  await send('POST', '/api/v1/agents/billing/quarantine', { body: {} });
  const before = registry.agents.list();
  await app.close();
  await registry.close();
  const again = await controlUnderTest({ folder });
  expect(again.registry.agents.list()).toEqual(before);
  expect(again.registry.agents.authenticate(key)).toEqual({ agent: 'support', key_id });
  expect(again.registry.agents.status('billing')).toBe('quarantined');
});
