import { bounds } from '@remit/contracts';
import { describe, expect, test } from 'vitest';
import { controlUnderTest, operatorToken, sender } from './control-under-test.ts';

describe('bodies', () => {
  test.each([
    ['not JSON', '{'],
    ['nothing but a word', 'nonsense'],
    ['a prototype key', '{"name":"x","groups":["a"],"__proto__":{"isAdmin":true}}'],
    ['a prototype key in disguise', '{"name":"x","groups":["a"],"\\u005f_proto__":{}}'],
    ['a constructor', '{"name":"x","groups":["a"],"constructor":{"prototype":{}}}'],
    ['the same key twice', '{"name":"x","name":"y","groups":["a"]}'],
    ['the same key twice in disguise', '{"name":"x","groups":["a"],"\\u006eame":"y"}'],
    ['an array', '[]'],
    ['null', 'null'],
    ['a number for a name', '{"name":1,"groups":["a"]}'],
    ['no groups', '{"name":"x","groups":[]}'],
    ['an unknown key', '{"name":"x","groups":["a"],"id":"per_1"}'],
    ['control characters', '{"name":"x\\u0000y","groups":["a"]}'],
    ['direction marks', '{"name":"x\\u202ey","groups":["a"]}'],
    ['half a surrogate pair', '{"name":"\\ud800","groups":["a"]}'],
    ['a name too long', JSON.stringify({ name: 'x'.repeat(255), groups: ['a'] })],
    ['too many groups', JSON.stringify({ name: 'x', groups: Array(33).fill('a') })],
    ['5,000 levels', `{"name":"x","groups":${'['.repeat(5000)}${']'.repeat(5000)}}`],
    ['200,000 levels', '['.repeat(200_000) + ']'.repeat(200_000)],
  ])('%s is refused and adds nobody', async (_name, body) => {
    const { send, registry, failures } = await controlUnderTest();
    const answer = await send('POST', '/api/v1/people', { body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(registry.people.list()).toEqual([]);
    expect(failures).toEqual([]);
  });

  test('invalid UTF-8 is refused, not repaired', async () => {
    const { app } = await controlUnderTest();
    const response = await app.inject({
      method: 'POST',
      url: '/api/v1/people',
      headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
      payload: Buffer.from([...Buffer.from('{"name":"'), 0xff, 0xfe, ...Buffer.from('","groups":["a"]}')]),
    });
    expect(response.statusCode).toBe(400);
  });

  test('one that is too large is refused', async () => {
    const { send } = await controlUnderTest();
    const body = JSON.stringify({ name: 'x'.repeat(bounds.people_request_bytes_max), groups: ['a'] });
    expect((await send('POST', '/api/v1/people', { body })).body['code']).toBe('request_too_large');
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
  ])('one of type %s is refused: forms of foreign pages can send those without asking', async (type) => {
    const { send } = await controlUnderTest();
    const answer = await send('POST', '/api/v1/people', { body: '{}', headers: { 'content-type': type } });
    expect(answer.body['code']).toBe('media_type_not_supported');
  });

  test('a route that takes no body refuses one', async () => {
    const { send } = await controlUnderTest();
    expect((await send('POST', '/api/v1/policies/reload', { body: { force: true } })).status).toBe(400);
    expect((await send('POST', '/api/v1/policies/reload', { body: {} })).status).toBe(200);
  });

  test('what is wrong is named, place by place, and not repeated back', async () => {
    const { send } = await controlUnderTest();
    const { body, text } = await send('POST', '/api/v1/people', {
      body: { name: 7, groups: [''], secretive: 'hush' },
    });
    expect((body['errors'] as { at: string }[]).map(({ at }) => at)).toEqual([
      'body.name',
      'body.groups.0',
      'body',
    ]);
    expect(text).not.toContain('hush');
  });
});

describe('arguments of a made-up call, which may have any shape', () => {
  const explain = (args: string) => `{"agent":"support","tool":"crm/lookup","arguments":${args}}`;

  test.each([
    ['a prototype key', '{"__proto__":{"admin":true}}'],
    ['a prototype key further down', '{"a":[{"__proto__":null}]}'],
    ['a prototype key in disguise', '{"\\u005f\\u005fproto__":1}'],
    ['the same key twice, further down', '{"a":[{"b":1,"b":2}]}'],
    ['a number that does not exist', '{"a":1e999}'],
    ['129 levels', `{"a":${'['.repeat(129)}${']'.repeat(129)}}`],
    ['100,000 levels', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('%s: refused before anything looks into them', async (_name, args) => {
    const { send, failures } = await controlUnderTest();
    const answer = await send('POST', '/api/v1/decisions/explain', { body: explain(args) });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(failures).toEqual([]);
  });

  test('a hundred levels are fine', async () => {
    const { send } = await controlUnderTest();
    const body = explain(`{"a":${'['.repeat(100)}${']'.repeat(100)}}`);
    expect((await send('POST', '/api/v1/decisions/explain', { body })).status).toBe(200);
  });
});

describe('tokens', () => {
  test.each([
    ['none', {}],
    ['another scheme', { authorization: `Basic ${operatorToken}` }],
    ['no scheme', { authorization: operatorToken }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['one with a blank', { authorization: `Bearer x ${operatorToken}` }],
    ['its beginning', { authorization: `Bearer ${operatorToken.slice(0, -1)}` }],
    ['a longer one', { authorization: `Bearer ${operatorToken}x` }],
    ['a huge one', { authorization: `Bearer ${'x'.repeat(8000)}` }],
    ['one in the query', {}],
  ])('%s opens nothing', async (name, headers) => {
    const { send } = await controlUnderTest();
    const query = name === 'one in the query' ? `?access_token=${operatorToken}` : '';
    const answer = await send('GET', `/api/v1/agents${query}`, { token: undefined, headers });
    expect(answer).toMatchObject({ status: 401, body: { code: 'token_required' } });
  });
});

describe('host and origin', () => {
  test.each([
    'evil.example',
    'evil.example:4748',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost@evil',
  ])('the host %j is refused, even for health', async (host) => {
    const { send } = await controlUnderTest();
    const answer = await send('GET', '/healthz', { headers: { host } });
    expect(answer).toMatchObject({ status: 421, body: { code: 'host_not_allowed' } });
  });

  test.each(['localhost', 'LOCALHOST:4748', '127.0.0.1:4748', '[::1]:4748'])(
    'the host %j is this machine',
    async (host) => {
      const { send } = await controlUnderTest();
      expect((await send('GET', '/healthz', { headers: { host } })).status).toBe(200);
    },
  );

  test('a host name can be allowed, and only that one', async () => {
    const { send } = await controlUnderTest({ change: { hosts: ['remit.example'] } });
    expect((await send('GET', '/healthz', { headers: { host: 'remit.example:443' } })).status).toBe(200);
    expect((await send('GET', '/healthz', { headers: { host: 'x.remit.example' } })).status).toBe(421);
  });

  test.each(['null', 'http://evil.example', 'http://localhost:9999', 'http://localhost:4748.evil.example'])(
    'a page of origin %s is refused',
    async (origin) => {
      const { send } = await controlUnderTest();
      const headers = { host: 'localhost:4748', origin };
      expect((await send('GET', '/api/v1/agents', { headers })).body['code']).toBe('origin_not_allowed');
    },
  );

  test('its own pages and allowed origins are let through', async () => {
    const { send } = await controlUnderTest({ change: { origins: ['https://console.example'] } });
    for (const origin of ['http://localhost:4748', 'https://console.example']) {
      expect(
        (await send('GET', '/api/v1/agents', { headers: { host: 'localhost:4748', origin } })).status,
      ).toBe(200);
    }
  });
});

test('paths that lead nowhere are not found, and names that are none are refused', async () => {
  const { send } = await controlUnderTest();
  for (const path of ['/', '/api', '/api/v2/agents', '/api/v1//agents', '/API/V1/agents', '/log/tile']) {
    expect([path, (await send('GET', path)).body['code']]).toEqual([path, 'route_not_found']);
  }
  for (const name of ['', '%00', '%zz', '__proto__', '..%2fpeople', 'x'.repeat(129), '%F0%9F%A4%96']) {
    expect([name, (await send('GET', `/api/v1/agents/${name}`)).body['code']]).toEqual([
      name,
      'invalid_request',
    ]);
  }
});

test('every answer, refusals included, carries the security headers and is not stored', async () => {
  const { send } = await controlUnderTest();
  for (const path of ['/healthz', '/api/v1/agents', '/nowhere']) {
    const { headers } = await send('GET', path, { token: undefined });
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'") as unknown,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  }
});

test('an error that nobody foresaw is logged, and told to the caller without its words', async () => {
  const secret = new Error('password is swordfish');
  const { app, failures } = await controlUnderTest({ change: { metrics: () => Promise.reject(secret) } });
  const answer = await sender(app)('GET', '/metrics');
  expect(answer).toMatchObject({ status: 500, body: { code: 'internal_error' } });
  expect(answer.text).not.toContain('swordfish');
  expect(failures).toEqual([secret]);
});

test('the log of requests names routes and callers by id, never a token, a query or a person', async () => {
  const lines: string[] = [];
  const { send, person } = await controlUnderTest({
    change: { log: { answered: (entry) => lines.push(JSON.stringify(entry)) } },
  });
  const token = await person('dana@example.com', ['administrators']);
  await send('GET', '/api/v1/events?conversation=conv-789', { token });
  await send('DELETE', '/api/v1/people/dana%40example.com', { token });
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain('DELETE /api/v1/people/:name');
  expect(lines.join()).not.toMatch(/remit_|conv-789|dana/);
});
