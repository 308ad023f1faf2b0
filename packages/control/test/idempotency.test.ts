import { bounds } from '@remit/contracts';
import { describe, expect, test } from 'vitest';
import { controlUnderTest, policyNaming } from './control-under-test.ts';

async function withAgent() {
  const control = await controlUnderTest();
  await control.registry.agents.registerPolicy(policyNaming('support'), { id: 'remit' });
  const post = (path: string, key: string, body: unknown = {}, token?: string) =>
    control.send('POST', path, {
      body,
      headers: { 'idempotency-key': key },
      ...(token !== undefined && { token }),
    });
  return { ...control, post };
}

describe('a request that is sent again with the same key', () => {
  test('gets the first answer and is not carried out twice', async () => {
    const { post, ledger, send } = await withAgent();
    const first = await post('/api/v1/agents/support/suspend', 'k1', { reason: 'odd' });
    await send('POST', '/api/v1/agents/support/resume');
    const again = await post('/api/v1/agents/support/suspend', 'k1', { reason: 'odd' });
    expect(again.body).toEqual(first.body);
    expect(ledger.appended.filter(({ event }) => event === 'agent_suspended')).toHaveLength(1);
  });

  test('never gets a secret a second time', async () => {
    const { post, registry } = await withAgent();
    expect((await post('/api/v1/agents/support/token', 'k1')).status).toBe(201);
    const again = await post('/api/v1/agents/support/token', 'k1');
    expect(again).toMatchObject({ status: 409, body: { code: 'shown_once' } });
    expect(registry.agents.find('support').keys).toHaveLength(1);
  });

  test('while the first is under way is told so', async () => {
    const { post, registry, ledger } = await withAgent();
    const { promise, resolve } = Promise.withResolvers<void>();
    ledger.gate = promise;
    const first = post('/api/v1/agents/support/token', 'k1');
    expect((await post('/api/v1/agents/support/token', 'k1')).body['code']).toBe('request_in_progress');
    resolve();
    expect((await first).status).toBe(201);
    expect(registry.agents.find('support').keys).toHaveLength(1);
  });

  test('but another content is refused', async () => {
    const { post } = await withAgent();
    await post('/api/v1/agents/support/suspend', 'k1');
    for (const [path, body] of [
      ['/api/v1/agents/support/resume', {}],
      ['/api/v1/agents/support/suspend', { reason: 'x' }],
    ] as const) {
      expect((await post(path, 'k1', body)).body['code']).toBe('idempotency_key_reused');
    }
  });

  test('by another caller is another request', async () => {
    const { post, person } = await withAgent();
    await post('/api/v1/agents/support/suspend', 'k1');
    const admin = await person('admin@example.com', ['administrators']);
    expect((await post('/api/v1/agents/support/resume', 'k1', {}, admin)).status).toBe(200);
  });

  test('after a failure is carried out', async () => {
    const { post, ledger } = await withAgent();
    ledger.writable = false;
    expect((await post('/api/v1/agents/support/suspend', 'k1')).status).toBe(503);
    ledger.writable = true;
    expect((await post('/api/v1/agents/support/suspend', 'k1')).status).toBe(200);
  });
});

test('keys are forgotten after a while, and the oldest when there are too many', async () => {
  const { post, clock, ledger } = await withAgent();
  const suspensions = () => ledger.appended.filter(({ event }) => event === 'agent_suspended').length;
  await post('/api/v1/agents/support/suspend', 'old');
  await post('/api/v1/agents/support/resume', 'back-1');
  clock.advance(bounds.idempotency_ms);
  await post('/api/v1/agents/support/suspend', 'old');
  expect(suspensions()).toBe(2);
  await post('/api/v1/agents/support/resume', 'back-2');
  for (let number = 0; number < bounds.idempotency_keys_max; number += 1) {
    await post('/api/v1/agents/support/resume', `filler-${number}`);
  }
  await post('/api/v1/agents/support/suspend', 'old');
  expect(suspensions()).toBe(3);
});

test.each(['', 'x'.repeat(256), 'with blank'])('a key that is none is refused: %.20j', async (key) => {
  const { post } = await withAgent();
  expect((await post('/api/v1/agents/support/suspend', key)).status).toBe(400);
});
