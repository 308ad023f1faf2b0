import { describe, expect, test } from 'vitest';
import { controlUnderTest, type UnderTest } from './control-under-test.ts';

const add = ({ send }: UnderTest, name: string, groups: string[], token?: string) =>
  send('POST', '/api/v1/people', { body: { name, groups }, ...(token !== undefined && { token }) });

async function withAdministrator() {
  const control = await controlUnderTest();
  const { body } = await add(control, 'admin@example.com', ['administrators']);
  return { ...control, admin: body['token'] as string };
}

describe('the first administrator', () => {
  test("is added with the operator's token, after which that token adds and removes nobody", async () => {
    const control = await withAdministrator();
    expect((await add(control, 'second@example.com', ['administrators'])).body['code']).toBe(
      'needs_administrator',
    );
    const removal = await control.send('DELETE', '/api/v1/people/admin%40example.com');
    expect(removal.body['code']).toBe('needs_administrator');
    expect((await add(control, 'lead@example.com', ['managers'], control.admin)).status).toBe(201);
  });

  test('of two that are added at the same time, one gets in', async () => {
    const control = await controlUnderTest();
    const answers = await Promise.all(
      ['one@example.com', 'two@example.com'].map((name) => add(control, name, ['administrators'])),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 403]);
  });

  test('cannot be removed while there is no other', async () => {
    const { send, admin, ...rest } = await withAdministrator();
    const removal = await send('DELETE', '/api/v1/people/admin%40example.com', { token: admin });
    expect(removal).toMatchObject({ status: 409, body: { code: 'last_administrator' } });
    await add({ send, ...rest }, 'second@example.com', ['administrators'], admin);
    expect((await send('DELETE', '/api/v1/people/admin%40example.com', { token: admin })).status).toBe(204);
    expect((await send('GET', '/api/v1/me', { token: admin })).status).toBe(401);
  });
});

describe('a person', () => {
  test('gets a token that is shown once and kept as a digest, under a random id', async () => {
    const control = await withAdministrator();
    const { admin, send, ledger } = control;
    expect(admin).toMatch(/^remit_person_[A-Za-z0-9_-]{43}$/);
    const list = await send('GET', '/api/v1/people');
    expect(list.body).toMatchObject({ people: [{ name: 'admin@example.com', groups: ['administrators'] }] });
    expect(list.text + JSON.stringify(ledger.appended)).not.toContain(admin.slice(20));
  });

  test('is named in the sealed payload only, never in what the log publishes', async () => {
    const control = await withAdministrator();
    await add(control, 'lead@example.com', ['managers'], control.admin);
    const { meta, payload } = control.ledger.appended.at(-1) ?? {};
    expect(JSON.stringify(meta)).not.toContain('example.com');
    expect(payload).toEqual({ name: 'lead@example.com', by_name: 'admin@example.com' });
  });

  test.each(['Admin@Example.com', 'ａdmin@example.com', 'admin@example.com'])(
    'cannot be added under a name that reads like another one: %s',
    async (name) => {
      const control = await withAdministrator();
      expect((await add(control, name, ['managers'], control.admin)).body['code']).toBe('person_exists');
    },
  );

  test('in `viewers` is in no other group', async () => {
    const control = await withAdministrator();
    const answer = await add(control, 'x', ['viewers', 'administrators'], control.admin);
    expect(answer.body['code']).toBe('groups_contradict');
  });

  test('learns what the token may do', async () => {
    const control = await withAdministrator();
    const may = async (token?: string) =>
      (await control.send('GET', '/api/v1/me', token === undefined ? {} : { token })).body['may'];
    expect(await may()).toEqual(['look', 'administer']);
    expect(await may(control.admin)).toEqual(['look', 'approve', 'administer', 'administer_people', 'erase']);
    expect(await may(await control.person('v', ['viewers']))).toEqual(['look']);
    expect(await may(await control.person('lead', ['managers']))).toEqual(['look', 'approve']);
  });

  test('is still known, by the same token, after a restart', async () => {
    const control = await withAdministrator();
    await control.app.close();
    await control.registry.close();
    const again = await controlUnderTest({ folder: control.folder });
    expect(again.registry.people.list()).toEqual(control.registry.people.list());
    expect((await again.send('GET', '/api/v1/me', { token: control.admin })).status).toBe(200);
    expect((await add(again, 'x@example.com', ['administrators'])).body['code']).toBe('needs_administrator');
  });
});
