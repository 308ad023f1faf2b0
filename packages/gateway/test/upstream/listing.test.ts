/** What a server lists is taken over item by item, within bounds. */
import type { JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { expect, test } from 'vitest';
import { toolCall, upstream } from './fixture.ts';
import { modern, result, script, scriptedHttp } from './scripted.ts';

const schema = { type: 'object' };

async function listed(tools: unknown[], bounds = {}) {
  const server = upstream(
    { command: script(`on['tools/list'] = (m) => answer(m, { tools: ${JSON.stringify(tools)} });`) },
    { bounds },
  );
  await server.ready(10_000);
  return { names: server.listing?.tools.map(({ name }) => name), left_out: server.listing?.left_out ?? [] };
}

test.each([
  ['a control character in its name', { name: 'a\u0007b', inputSchema: schema }, 'control or invisible'],
  ['a line break in its name', { name: 'a\nb', inputSchema: schema }, 'control or invisible'],
  ['a bidirectional override in its name', { name: 'a\u202eb', inputSchema: schema }, 'control or invisible'],
  ['a zero-width space in its name', { name: 'a\u200bb', inputSchema: schema }, 'control or invisible'],
  ['half of a surrogate pair in its name', { name: 'a\ud800', inputSchema: schema }, 'control or invisible'],
  ['no name', { inputSchema: schema }, 'no name'],
  ['an empty name', { name: '', inputSchema: schema }, 'no name'],
  ['a name that is too long', { name: 'x'.repeat(257), inputSchema: schema }, 'longer than 256'],
  ['no schema', { name: 'x' }, 'invalid at inputSchema'],
  ['a schema that is not of an object', { name: 'x', inputSchema: { type: 'string' } }, 'not of type object'],
  [
    'an annotation of the wrong type',
    { name: 'x', inputSchema: schema, annotations: { readOnlyHint: 'yes' } },
    'invalid at annotations.readOnlyHint',
  ],
  ['no object at all', 'tool', 'not an object'],
])('a tool with %s is left out, alone, and reported', async (_, tool, reason) => {
  const { names, left_out } = await listed([{ name: 'good', inputSchema: schema }, tool]);
  expect(names).toEqual(['good']);
  expect(left_out).toHaveLength(1);
  expect(left_out[0]?.list).toBe('tools');
  expect(left_out[0]?.reason).toContain(reason);
  expect(left_out[0]?.name ?? '').toMatch(/^[\x20-\x7e]*$/);
});

test('of two tools with one name the first counts', async () => {
  const { names, left_out } = await listed([
    { name: 'x', inputSchema: schema, description: 'first' },
    { name: 'x', inputSchema: schema, description: 'second' },
  ]);
  expect(names).toEqual(['x']);
  expect(left_out[0]?.reason).toContain('listed twice');
});

test('a definition is kept as it came, unknown keys and all', async () => {
  const tool = { name: 'x', inputSchema: { type: 'object', 'x-own': [1] }, _meta: { a: 1 }, future: true };
  const server = upstream({
    command: script(`on['tools/list'] = (m) => answer(m, { tools: [${JSON.stringify(tool)}] });`),
  });
  await server.ready(10_000);
  expect(server.listing?.tools).toEqual([tool]);
});

test('more items than the bound are left out', async () => {
  const tools = Array.from({ length: 20 }, (_, n) => ({ name: `t${n}`, inputSchema: schema }));
  const { names, left_out } = await listed(tools, { listed_items_per_server_max: 10 });
  expect(names).toHaveLength(10);
  expect(left_out).toEqual([{ list: 'tools', reason: 'the list is too long; the rest is left out' }]);
});

test('definitions that are too long together are left out', async () => {
  const tools = Array.from({ length: 5 }, (_, n) => ({
    name: `t${n}`,
    inputSchema: schema,
    description: 'x'.repeat(1000),
  }));
  expect((await listed(tools, { listed_length_max: 2500 })).names).toEqual(['t0', 't1']);
});

test('all pages are read, in order', async () => {
  const body = `on['tools/list'] = (m) => { const n = Number(m.params.cursor ?? 0);
    answer(m, { tools: [{ ...tool, name: 't' + n }], ...(n < 4 && { nextCursor: String(n + 1) }) }); };`;
  const server = upstream({ command: script(body) });
  await server.ready(10_000);
  expect(server.listing?.tools.map(({ name }) => name)).toEqual(['t0', 't1', 't2', 't3', 't4']);
});

test.each([
  ['repeat themselves', `'always'`, 2],
  ['never end', `'c' + Math.random()`, 7],
])('pages that %s are not read for ever', async (_, cursor, pages) => {
  const body = `let n = 0; on['tools/list'] = (m) => answer(m, { tools: [{ ...tool, name: 't' + n++ }], nextCursor: ${cursor} });`;
  const server = upstream({ command: script(body) }, { bounds: { listed_pages_max: 7 } });
  expect(await server.ready(10_000)).toBe(true);
  expect(server.listing?.tools).toHaveLength(pages);
  expect(server.listing?.left_out?.[0]?.reason).toContain('do not end');
});

test('a list that is no array is empty, and reported', async () => {
  const server = upstream({
    command: script(`on['tools/list'] = (m) => answer(m, { tools: { length: 3 } });`),
  });
  await server.ready(10_000);
  expect(server.listing).toMatchObject({
    tools: [],
    left_out: [{ list: 'tools', reason: 'the list is not an array' }],
  });
});

test('a server that declares no tools is not asked for any', async () => {
  const body = `on.initialize = (m) => answer(m, { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} });
    on['tools/list'] = () => process.exit(1);`;
  const server = upstream({ command: script(body) });
  expect(await server.ready(10_000)).toBe(true);
  expect(server.restarts).toBe(0);
});

test('a server whose list fails at the start is down, and says why', async () => {
  const body = `on['tools/list'] = (m) => send({ id: m.id, error: { code: -32603, message: 'x' } });`;
  const server = upstream({ command: script(body) });
  await waitFor(() => server.state === 'down');
  expect(server.problem).toBe('tools/list failed: error -32603');
});

test('a change while the lists are first read is not undone by an answer from before it', async () => {
  const body = `let asked = false; const named = (m, name) => answer(m, { tools: [{ ...tool, name }] });
    on['tools/list'] = (m) => {
      if (asked) return named(m, 'after');
      asked = true;
      send({ method: 'notifications/tools/list_changed' });
      named(m, 'before');
    };`;
  const server = upstream({ command: script(body) });
  const names = () => server.listing?.tools.map(({ name }) => name);
  await server.ready(10_000);
  await waitFor(() => names()?.includes('after'));
  expect(names()).toEqual(['after']);
});

test('a thousand change notifications cause few refreshes, and the last change is seen', async () => {
  const body = `let lists = 0; let name = 'before';
    on['tools/list'] = (m) => { lists += 1; answer(m, { tools: [{ ...tool, name }] }); };
    on['tools/call'] = (m) => { for (let i = 0; i < 1000; i++) send({ method: 'notifications/tools/list_changed' }); name = 'after'; answer(m, { lists }); };`;
  const server = upstream({ command: script(body) }, { bounds: { list_refresh_interval_ms: 50 } });
  await server.ready(10_000);
  await server.request(toolCall('echo', {}));
  await waitFor(() => server.listing?.tools[0]?.name === 'after');
  const answer = await server.request(toolCall('echo', {}));
  expect(answer.kind === 'result' ? answer.result['lists'] : 0).toBeLessThanOrEqual(4);
});

test('the last listing is kept while a server is down', async () => {
  const server = upstream(
    { command: script(`on['tools/call'] = () => process.exit(0);`) },
    { bounds: { restart_delay_first_ms: 60_000 } },
  );
  await server.ready(10_000);
  await server.request(toolCall('echo', {}));
  await waitFor(() => server.state === 'down');
  expect(server.problem).toContain('exit code 0');
  expect(server.listing?.tools).toHaveLength(1);
});

test('over HTTP a tool whose mirrored parameters are invalid is left out', async () => {
  const property = (type: string, header: unknown): JsonObject => ({
    type: 'object',
    properties: { p: { type, 'x-mcp-header': header } as JsonObject },
  });
  const server = await scriptedHttp({
    ...modern,
    'tools/list': (message, response) =>
      result(response, message, {
        tools: [
          { name: 'good', inputSchema: property('string', 'Region') },
          { name: 'bad', inputSchema: property('number', 'Region') },
        ],
      }),
  });
  const connected = upstream({ url: server.url });
  await connected.ready(10_000);
  expect(connected.listing?.tools.map(({ name }) => name)).toEqual(['good']);
  expect(connected.listing?.left_out?.[0]).toMatchObject({ name: '"bad"' });
});
