/** Which era a server speaks is found out, whatever it does with the question. */
import { waitFor } from '@remit/testkit';
import { describe, expect, test } from 'vitest';
import { everything, toolCall, upstream } from './fixture.ts';
import { json, modern, result, script, scriptedHttp } from './scripted.ts';
import type { Answer } from './scripted.ts';

const initialize = (version: string): string =>
  `on.initialize = (m) => answer(m, { protocolVersion: '${version}', capabilities: {}, serverInfo: { name: 's', version: '1' } });`;

test.each(['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'])(
  'a server of %s is connected',
  async (version) => {
    const server = upstream({ command: script(initialize(version)) });
    expect(await server.ready(10_000)).toBe(true);
    expect(server.listing?.protocol_version).toBe(version);
  },
);

test('a version that nobody knows is a problem that names those we know', async () => {
  const server = upstream({ command: script(initialize('2031-01-01')) });
  await waitFor(() => server.state === 'down');
  expect(server.problem).toContain('2026-07-28');
});

test('a server that ignores the probe gets the handshake as well', async () => {
  const server = upstream(
    { command: script('other = () => {};'.replace('other =', 'on["server/discover"] =')) },
    { bounds: { upstream_probe_ms: 100 } },
  );
  expect(await server.ready(10_000)).toBe(true);
  expect(server.listing?.protocol_version).toBe('2025-11-25');
});

test('a modern server that is slow to start is still found to be modern', async () => {
  // The handshake comes where the probe has had its time; only then is the probe answered.
  const body = `let probe; on['server/discover'] = (m) => { probe = m; };
    on.initialize = (m) => { answer(probe, { supportedVersions: ['2026-07-28'], capabilities: {} }); other(m); };`;
  const server = upstream({ command: script(body) }, { bounds: { upstream_probe_ms: 100 } });
  expect(await server.ready(10_000)).toBe(true);
  expect(server.listing?.protocol_version).toBe('2026-07-28');
});

test('a server that dies of the probe is started again and greeted in the old way', async () => {
  const server = upstream({ command: script(`on['server/discover'] = () => process.exit(1);`) });
  expect(await server.ready(10_000)).toBe(true);
  expect(server.listing?.protocol_version).toBe('2025-11-25');
  expect(server.restarts).toBe(1);
});

test.each([-32601, -32602, -32000, -32020 - 100, 7])(
  'the error %i to the probe means an old server',
  async (code) => {
    const server = upstream({
      command: script(
        `on['server/discover'] = (m) => send({ id: m.id, error: { code: ${code}, message: 'x' } });`,
      ),
    });
    expect(await server.ready(10_000)).toBe(true);
  },
);

test('a modern server of another version is not asked for a handshake', async () => {
  const body = `on['server/discover'] = (m) => send({ id: m.id, error: { code: -32022, message: 'x', data: { supported: ['2027-01-01'] } } });`;
  const server = upstream({ command: script(body) });
  await waitFor(() => server.state === 'down');
  expect(server.problem).toContain('no protocol version that Remit knows');
});

test('a server that speaks both eras is spoken to in the new one', async () => {
  const body = `on['server/discover'] = (m) => answer(m, { supportedVersions: ['2026-07-28', '2025-11-25'], capabilities: { tools: {} } });`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  expect(server.listing?.protocol_version).toBe('2026-07-28');
});

test('a server that has changed its era is found again', async () => {
  const old = await scriptedHttp({}, { keep_alive: false });
  const server = upstream({ url: old.url });
  await server.ready(10_000);
  expect(server.listing?.protocol_version).toBe('2025-11-25');
  await old.close();
  await server.request(toolCall('echo', {}));
  const refuse: Answer = (message, response) =>
    json(response, { jsonrpc: '2.0', id: message['id'], error: { code: -32601, message: 'no' } }, {}, 404);
  await scriptedHttp({ ...modern, initialize: refuse }, { port: Number(new URL(old.url).port) });
  await waitFor(() => server.listing?.protocol_version === '2026-07-28');
});

describe('over HTTP', () => {
  test.each([400, 404, 405, 500])(
    'HTTP %i to the probe, without a modern error, means an old server',
    async (status) => {
      const server = await scriptedHttp({
        'server/discover': (_, response) => void response.writeHead(status).end('what?'),
      });
      const connected = upstream({ url: server.url });
      expect(await connected.ready(10_000)).toBe(true);
      expect(connected.listing?.protocol_version).toBe('2025-11-25');
    },
  );

  test('a server that takes no POST at all may speak the oldest transport: its problem says how', async () => {
    const refuse: Answer = (_, response) => void response.writeHead(405).end();
    const server = await scriptedHttp({ 'server/discover': refuse, initialize: refuse });
    const connected = upstream({ url: server.url });
    await waitFor(() => connected.state === 'down');
    expect(connected.problem).toContain('set its `transport` to `sse`');
  });

  test('a body that is a modern error means a modern server', async () => {
    const server = await scriptedHttp({
      'server/discover': (message, response) =>
        json(
          response,
          {
            jsonrpc: '2.0',
            id: message['id'],
            error: { code: -32022, message: 'x', data: { supported: ['2027-01-01'] } },
          },
          {},
          400,
        ),
    });
    const connected = upstream({ url: server.url });
    await waitFor(() => connected.state === 'down');
    expect(server.calls('initialize')).toEqual([]);
  });

  test('batches are read where the version has them', async () => {
    const answers = (version: string): Record<string, Answer> => ({
      initialize: (message, response) =>
        result(response, message, { protocolVersion: version, capabilities: {}, serverInfo: {} }),
      'tools/call': (message, response) =>
        json(response, [{ jsonrpc: '2.0', id: message['id'], result: { batched: true } }]),
    });
    const [old, newer] = [
      await scriptedHttp(answers('2025-03-26')),
      await scriptedHttp(answers('2025-06-18')),
    ];
    const [with_batches, without] = [upstream({ url: old.url }), upstream({ url: newer.url })];
    await Promise.all([with_batches.ready(10_000), without.ready(10_000)]);
    expect(await with_batches.request(toolCall('echo', {}))).toEqual({
      kind: 'result',
      result: { batched: true },
    });
    expect(await without.request(toolCall('echo', {}))).toMatchObject({ kind: 'failed', reason: 'garbage' });
  });
});

test('the server with everything is connected over stdio', async () => {
  const server = upstream({ command: [process.execPath, everything, 'stdio'] });
  expect(await server.ready(20_000)).toBe(true);
  expect(server.listing?.resource_templates.length).toBeGreaterThan(0);
  expect(await server.request(toolCall('echo', { message: 'hello' }))).toMatchObject({
    result: { content: [{ type: 'text', text: 'Echo: hello' }] },
  });
});
