import { routes } from '@remit/control';
import { describe, expect, test } from 'vitest';
import { controlUnderTest, policyNaming } from './control-under-test.ts';

describe('health', () => {
  test('is open to all, and readiness follows the ledger', async () => {
    const { send, ledger } = await controlUnderTest();
    expect((await send('GET', '/healthz', { token: undefined })).body).toEqual({ status: 'ok' });
    expect((await send('GET', '/readyz', { token: undefined })).body).toEqual({ status: 'ready' });
    ledger.writable = false;
    expect(await send('GET', '/readyz', { token: undefined })).toMatchObject({
      status: 503,
      body: { code: 'not_ready' },
    });
    expect((await send('GET', '/healthz', { token: undefined })).status).toBe(200);
  });
});

test('metrics are Prometheus text', async () => {
  const { send } = await controlUnderTest();
  const { text, headers } = await send('GET', '/metrics');
  expect(text).toBe('remit_up 1\n');
  expect(headers['content-type']).toContain('version=0.0.4');
});

test('live tools are compared with tools.lock; of a server that is away nothing is claimed', async () => {
  const { send } = await controlUnderTest();
  const { body } = await send('GET', '/api/v1/tools');
  const tools = body['tools'] as Record<string, unknown>[];
  expect(tools.map(({ server, tool, status }) => [server, tool, status])).toEqual([
    ['crm', 'fresh', 'added'],
    ['crm', 'gone', 'removed'],
    ['crm', 'lookup', 'same'],
    ['web', 'fetch', 'unseen'],
  ]);
  expect(tools[0]).toMatchObject({ live_digest: 'sha256:fresh', live: { name: 'fresh' } });
  expect(tools[2]).not.toHaveProperty('live');
});

test('an explanation names the decision and records nothing', async () => {
  const { send, ledger } = await controlUnderTest();
  const body = { agent: 'support', tool: 'crm/refund-create', arguments: { amount: 250 } };
  const answer = await send('POST', '/api/v1/decisions/explain', { body });
  expect(answer.body).toMatchObject({ agent: 'support', server: 'crm', decision: { effect: 'deny' } });
  expect(ledger.appended).toEqual([]);
});

describe('the doctor', () => {
  const findings = async (send: Awaited<ReturnType<typeof controlUnderTest>>['send']) => {
    const { body } = await send('GET', '/api/v1/doctor');
    const list = body['findings'] as { check: string; status: string; message: string; remedy?: string }[];
    return { status: body['status'], list, of: (check: string) => list.find((one) => one.check === check) };
  };

  test('gives a remedy with everything that is not as it should be', async () => {
    const { send, ledger } = await controlUnderTest();
    ledger.writable = false;
    const { status, list } = await findings(send);
    expect(status).toBe('problem');
    const bad = list.filter((one) => one.status !== 'ok');
    expect(bad.map(({ check }) => check)).toEqual(['tools', 'ledger', 'people']);
    expect(bad.every(({ remedy }) => remedy !== undefined)).toBe(true);
  });

  test('tells of agents that hold keys although the policy does not name them', async () => {
    const { send, registry } = await controlUnderTest();
    await registry.agents.registerPolicy(policyNaming('former'), { id: 'remit' });
    await registry.agents.issueKey('former', { id: 'operator' });
    expect((await findings(send)).of('agents')).toMatchObject({ status: 'warning', message: /former/ });
  });

  test('adds what the composition root has found', async () => {
    const finding = {
      check: 'user',
      status: 'warning',
      message: 'An agent runs as you.',
      remedy: 'Use another.',
    } as const;
    const { send } = await controlUnderTest({ change: { examine: () => Promise.resolve([finding]) } });
    expect((await findings(send)).list).toContainEqual(finding);
  });
});

describe('the OpenAPI document', () => {
  type Document = {
    openapi: string;
    paths: Record<string, Record<string, Record<string, unknown>>>;
    components: object;
  };
  const fetch = async () =>
    (await (await controlUnderTest()).send('GET', '/api/v1/openapi.json')).body as Document;

  test('has every route, with its parameters', async () => {
    const { openapi, paths } = await fetch();
    expect(openapi).toMatch(/^3\.1\./);
    const ids = Object.values(paths).flatMap((path) => Object.values(path).map((one) => one['operationId']));
    expect(ids.sort()).toEqual(Object.keys(routes).sort());
    for (const [path, operations] of Object.entries(paths)) {
      const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      for (const operation of Object.values(operations)) {
        const parameters = (operation['parameters'] ?? []) as { name: string; in: string }[];
        expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(named);
      }
    }
  });

  test('points at nothing that it does not hold', async () => {
    const document = await fetch();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)].map(
      ([, pointer]) => pointer ?? '',
    );
    expect(references.length).toBeGreaterThan(30);
    for (const pointer of new Set(references)) {
      const target = pointer
        .split('/')
        .slice(1)
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
      expect([pointer, typeof target]).toEqual([pointer, 'object']);
    }
  });
});
