import { describe, expect, test } from 'vitest';
import { controlUnderTest, waiting } from './control-under-test.ts';

async function withWaiting() {
  const control = await controlUnderTest();
  control.approvals.held.set(waiting.id, waiting);
  await control.person('admin@example.com', ['administrators']);
  return { ...control, lead: await control.person('lead@example.com', ['support-managers']) };
}

describe('deciding', () => {
  test.each([
    ['approve', 'approved'],
    ['deny', 'denied'],
  ])('%s is done in the name of the person whose token it is', async (verdict, status) => {
    const { send, lead } = await withWaiting();
    const answer = await send('POST', `/api/v1/approvals/apr_1/${verdict}`, {
      token: lead,
      body: { note: 'seen' },
    });
    expect(answer.body).toMatchObject({ status, decided: { by: 'lead@example.com', note: 'seen' } });
  });

  test('happens once', async () => {
    const { send, lead } = await withWaiting();
    await send('POST', '/api/v1/approvals/apr_1/deny', { token: lead });
    const second = await send('POST', '/api/v1/approvals/apr_1/approve', { token: lead });
    expect(second).toMatchObject({ status: 409, body: { code: 'approval_not_pending' } });
  });

  test.each(['dana@example.com', 'Dana@Example.com', 'ｄana@example.com'])(
    'is not for the person on whose behalf the call is made, however the name is spelled: %s',
    async (name) => {
      const { send, person, approvals } = await withWaiting();
      const token = await person(name, ['support-managers']);
      const answer = await send('POST', '/api/v1/approvals/apr_1/approve', { token });
      expect(answer).toMatchObject({ status: 403, body: { code: 'approver_is_requester' } });
      expect(approvals.get('apr_1')?.status).toBe('pending');
    },
  );

  test('on an approval that is not there is not found', async () => {
    const { send, lead } = await withWaiting();
    const answer = await send('POST', '/api/v1/approvals/apr_2/approve', { token: lead });
    expect(answer).toMatchObject({ status: 404, body: { code: 'approval_not_found' } });
  });
});

describe('looking', () => {
  test('a list leaves out arguments and the person on whose behalf; one approval shows them, and is recorded', async () => {
    const { send, lead, ledger } = await withWaiting();
    const list = await send('GET', '/api/v1/approvals?status=pending', { token: lead });
    expect(list.body['approvals']).toHaveLength(1);
    expect(list.text).not.toMatch(/250|over 100/);
    expect(list.text).not.toContain('dana');
    const card = await send('GET', '/api/v1/approvals/apr_1', { token: lead });
    expect(card.body).toMatchObject({ arguments: { amount: 250 }, user: 'dana@example.com' });
    expect(ledger.appended.at(-1)).toMatchObject({
      event: 'audit_read',
      meta: { of: 'approval', subject: 'apr_1' },
      payload: { by_name: 'lead@example.com' },
    });
  });

  test('pages neither repeat nor miss any, newest first, while others come in between', async () => {
    const { send, approvals } = await withWaiting();
    approvals.held.clear();
    const add = (number: number) => {
      const id = `apr_${String(number).padStart(3, '0')}`;
      approvals.held.set(id, { ...waiting, id });
    };
    for (let number = 0; number < 25; number += 1) add(number);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { body } = await send('GET', `/api/v1/approvals?limit=10${query}`);
      seen.push(...(body['approvals'] as { id: string }[]).map(({ id }) => id));
      cursor = body['cursor'] as string | undefined;
      add(100 + seen.length);
    } while (cursor !== undefined);
    expect(seen).toEqual([...Array(25).keys()].map((n) => `apr_${String(24 - n).padStart(3, '0')}`));
  });

  test('a cursor of somebody’s own making is refused', async () => {
    const { send } = await withWaiting();
    for (const cursor of ['AAAA', '%5B%5D', 'x'.repeat(513)]) {
      expect((await send('GET', `/api/v1/approvals?cursor=${cursor}`)).status).toBe(400);
    }
  });
});
