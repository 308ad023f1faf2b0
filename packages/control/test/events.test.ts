import { bounds } from '@remit/contracts';
import { describe, expect, test } from 'vitest';
import { controlUnderTest, policyNaming } from './control-under-test.ts';

async function withEvents() {
  const control = await controlUnderTest();
  await control.registry.agents.registerPolicy(policyNaming('support', 'billing'), { id: 'remit' });
  const reads = () => control.ledger.appended.filter(({ event }) => event === 'audit_read');
  return { ...control, reads, first: control.ledger.appended[0]?.id ?? '' };
}

describe('searching', () => {
  test('every filter reaches the ledger, times in one spelling', async () => {
    const { send, ledger } = await withEvents();
    const query =
      'agent=support&tool=ticket-update&server=crm&action=tool_invoke&result=denied&conversation=conv-789' +
      '&since=2026-03-03T15:32:15%2B01:00&until=2026-03-04T00:00:00Z&limit=7&cursor=abc';
    expect((await send('GET', `/api/v1/events?${query}`)).status).toBe(200);
    expect(ledger.lastQuery).toEqual({
      agent: 'support',
      tool: 'ticket-update',
      server: 'crm',
      action: 'tool_invoke',
      result: 'denied',
      conversation: 'conv-789',
      since: '2026-03-03T14:32:15.000Z',
      until: '2026-03-04T00:00:00.000Z',
      limit: 7,
      cursor: 'abc',
    });
  });

  test.each([
    'limit=0',
    'limit=1001',
    'limit=1e2',
    'limit=',
    'since=yesterday',
    'action=nonsense',
    'agnet=x',
    'limit=1&limit=2',
  ])('a filter that cannot be meant is refused: %s', async (query) => {
    const { send } = await withEvents();
    expect(await send('GET', `/api/v1/events?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
  });
});

describe('reading is recorded', () => {
  test('before the reader sees anything, and once for the same reading in a while', async () => {
    const { send, reads, first, clock } = await withEvents();
    await send('GET', `/api/v1/events/${first}`);
    await send('GET', `/api/v1/events/${first}`);
    expect(reads()).toHaveLength(1);
    expect(reads()[0]).toMatchObject({ meta: { of: 'event', subject: first, by: 'operator' } });
    clock.advance(bounds.audit_read_repeat_ms);
    await send('GET', `/api/v1/events/${first}`);
    expect(reads()).toHaveLength(2);
  });

  test('for each reader, and for each search with its filters sealed', async () => {
    const { send, reads, person } = await withEvents();
    const viewer = await person('view@example.com', ['viewers']);
    await send('GET', '/api/v1/events?agent=support&limit=1');
    await send('GET', '/api/v1/events?agent=support&limit=1&cursor=next');
    await send('GET', '/api/v1/events?agent=support', { token: viewer });
    await send('GET', '/api/v1/events?conversation=conv-789');
    expect(reads().map(({ payload }) => payload)).toEqual([
      { filters: { agent: 'support' } },
      { filters: { agent: 'support' }, by_name: 'view@example.com' },
      { filters: { conversation: 'conv-789' } },
    ]);
  });

  test('and what cannot be recorded is not shown', async () => {
    const { send, ledger, first } = await withEvents();
    ledger.writable = false;
    for (const path of [`/api/v1/events/${first}`, '/api/v1/events']) {
      const answer = await send('GET', path);
      expect(answer).toMatchObject({ status: 503, body: { code: 'ledger_unavailable' } });
      expect(answer.text).not.toContain('support');
    }
  });
});

test('an event that is not there is not found, nor is its proof', async () => {
  const { send } = await withEvents();
  for (const path of ['/api/v1/events/evt_x', '/api/v1/events/evt_x/proof', '/log/proof/evt_x']) {
    expect((await send('GET', path)).body['code']).toBe('event_not_found');
  }
});

test('the log is served as static files: checkpoint, tiles, proofs', async () => {
  const { send, first } = await withEvents();
  expect((await send('GET', '/log/checkpoint')).text).toBe('file checkpoint\n');
  const tile = await send('GET', '/log/tile/0/000.p/5');
  expect(tile).toMatchObject({
    text: 'file tile/0/000.p/5\n',
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(tile.headers['cache-control']).toContain('immutable');
  expect((await send('GET', `/log/proof/${first}`)).text).toBe(
    (await send('GET', `/api/v1/events/${first}/proof`)).text,
  );
});

test.each([
  '64/000',
  '0/00',
  '0/x000',
  '0/000.p/0',
  '0/000.p/256/..',
  '../../control.db',
  '0/%2e%2e/000',
  'entries/000/extra',
])('a path that names no tile of the format never reaches the ledger: %s', async (path) => {
  const { send } = await withEvents();
  expect([400, 404]).toContain((await send('GET', `/log/tile/${path}`)).status);
});
