/** Who is refused on the people's listener leaves an event, however often they try. */
import { bounds } from '@remit/contracts';
import { expect, test } from 'vitest';
import { controlUnderTest } from './control-under-test.ts';

test('a token that is not valid is a failed login, and is not recorded itself', async () => {
  const { send, ledger } = await controlUnderTest();
  await send('GET', '/api/v1/agents', { token: 'remit_person_stolen' });
  await send('GET', '/api/v1/agents', { token: undefined });
  const failed = {
    phase: 'event',
    event: 'login',
    meta: { listener: 'people', route: 'listAgents', result: 'denied', code: 'token_required' },
    payload: { source: '127.0.0.1' },
  };
  expect(ledger.appended).toMatchObject([failed, failed]);
  expect(JSON.stringify(ledger.appended)).not.toContain('stolen');
});

test('what a caller may not do is recorded with who it was, the name sealed', async () => {
  const { send, ledger, person, registry } = await controlUnderTest();
  await person('ada@example.com', ['administrators']);
  const token = await person('vera@example.com', ['viewers']);
  const before = ledger.appended.length;
  await send('POST', '/api/v1/approvals/apr_1/approve', {});
  await send('POST', '/api/v1/approvals/apr_1/approve', { token });
  await send('POST', '/api/v1/people', { body: { name: 'eve@example.com', groups: ['administrators'] } });
  const vera = registry.people.list().find(({ name }) => name === 'vera@example.com');
  expect(ledger.appended.slice(before)).toMatchObject([
    { event: 'request_refused', meta: { by: 'operator', code: 'approval_needs_person' } },
    {
      event: 'request_refused',
      meta: { by: vera?.id, route: 'approve', result: 'denied', code: 'not_permitted' },
      payload: { by_name: 'vera@example.com' },
    },
    { event: 'request_refused', meta: { by: 'operator', code: 'needs_administrator' } },
  ]);
  for (const { meta } of ledger.appended) expect(JSON.stringify(meta)).not.toContain('example.com');
});

test('a foreign page or host is recorded', async () => {
  const { send, ledger } = await controlUnderTest();
  await send('GET', '/api/v1/agents', { headers: { host: 'evil.example' } });
  await send('GET', '/api/v1/agents', { headers: { origin: 'https://evil.example' } });
  expect(ledger.appended).toMatchObject([
    { event: 'request_refused', meta: { listener: 'people', code: 'host_not_allowed' } },
    { event: 'request_refused', meta: { listener: 'people', code: 'origin_not_allowed' } },
  ]);
});

test('a flood of guesses is counted', async () => {
  const { app, send, ledger } = await controlUnderTest();
  const most = bounds.refused_attempts_recorded_max;
  for (let guess = 0; guess < most + 5; guess++) {
    await send('GET', '/api/v1/agents', { token: `remit_person_${guess}` });
  }
  expect(ledger.appended).toHaveLength(most);
  await app.close();
  expect(ledger.appended.slice(most)).toMatchObject([
    { event: 'refusals_coalesced', meta: { of: 'login', code: 'token_required', refused: 5 } },
  ]);
});

test('who is refused is told so also where that cannot be recorded', async () => {
  const { send, ledger, failures } = await controlUnderTest();
  ledger.writable = false;
  expect(await send('GET', '/api/v1/agents', { token: undefined })).toMatchObject({
    status: 401,
    body: { code: 'token_required' },
  });
  expect(failures).toMatchObject([{ code: 'ledger_unavailable' }]);
});

test('a request of the wrong shape, or that goes well, leaves no such event', async () => {
  const { send, ledger } = await controlUnderTest();
  await send('POST', '/api/v1/people', { body: '{' });
  await send('GET', '/api/v1/agents');
  await send('GET', '/healthz', { token: undefined });
  expect(ledger.appended).toEqual([]);
});
