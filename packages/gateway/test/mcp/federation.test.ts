/** Several servers as one: names, order, filters, pages, and the one who has what. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '@remit/contracts';
import { Catalog } from '../../src/mcp/catalog.ts';
import { NamedEntries } from '../../src/mcp/names.ts';
import { Views } from '../../src/mcp/view.ts';
import { FakeUpstream, tool } from './fake-upstream.ts';
import { fixture, keys, lockOf, policyOf, policyText, sendModern, servers } from './fixture.ts';

function named(items: [string, string][]): string[] {
  const entries = new NamedEntries(items.map(([server, name]) => ({ server, name })));
  return [...entries.entries()].map(([name]) => name);
}

describe('names', () => {
  it('are bare where they are unique, and say the server where they are not', () => {
    expect(
      named([
        ['a', 'one'],
        ['b', 'two'],
        ['a', 'same'],
        ['b', 'same'],
      ]),
    ).toEqual(['a__same', 'b__same', 'one', 'two']);
  });

  it('never read like the name of another tool', () => {
    const names = named([
      ['a', 'b__c'],
      ['a__b', 'c'],
      ['a', 'c'],
      ['x', 'a__c'],
    ]);
    expect(new Set(names).size).toBe(4);
    expect(names).toContain('x__a__c');
  });

  it('do not depend on the order of servers', () => {
    const items: [string, string][] = [
      ['a', 'one'],
      ['b', 'one'],
      ['c', 'two'],
      ['a', 'three'],
    ];
    expect(named(items.toReversed())).toEqual(named(items));
  });

  it('work qualified as well, whether they have to be or not', async () => {
    const { url, crm } = await fixture();
    await sendModern(url, 'tools/call', { name: 'crm__lookup' });
    expect(crm.asked[0]?.params).toEqual({ name: 'lookup', arguments: {} });
  });

  it('that are ambiguous name nothing', async () => {
    const { url } = await fixture();
    const { body } = await sendModern(url, 'tools/call', { name: 'search' });
    expect(body['error']).toEqual({ code: -32602, message: 'Unknown tool: search' });
  });

  it('stay the same for an agent that may use one of two', async () => {
    const { url } = await fixture();
    const headers = { authorization: `Bearer ${keys.reader}` };
    const { body } = await sendModern(url, 'tools/list', {}, { headers });
    expect(toolNames(body)).toEqual(['web__search']);
  });
});

function toolNames(body: JsonObject): unknown[] {
  return ((body['result'] as JsonObject)['tools'] as JsonObject[]).map(({ name }) => name);
}

describe('the path of one server', () => {
  it('shows that server alone, under bare names', async () => {
    const { url, web } = await fixture();
    const { body } = await sendModern(`${url}/web`, 'tools/list');
    expect(toolNames(body)).toEqual(['search']);
    await sendModern(`${url}/web`, 'tools/call', { name: 'search' });
    expect(web.asked).toHaveLength(1);
    const { body: unknown } = await sendModern(`${url}/web`, 'tools/call', { name: 'lookup' });
    expect(unknown['error']).toMatchObject({ code: -32602 });
  });

  it('has the capabilities and the name of that server alone', async () => {
    const { url } = await fixture();
    const { body } = await sendModern(`${url}/web`, 'server/discover');
    expect(Object.keys((body['result'] as JsonObject)['capabilities'] as JsonObject)).toEqual([
      'tools',
      'resources',
      'prompts',
      'extensions',
    ]);
    expect(JSON.stringify(body)).toContain('"name":"remit/web"');
    expect((await sendModern(`${url}/web`, 'completion/complete', {})).status).toBe(404);
  });
});

describe('lists', () => {
  it('come in pages, which together hold everything once and in order', async () => {
    const { url } = await fixture({ bounds: { list_page_items: 3 } });
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await sendModern(url, 'tools/list', cursor === undefined ? {} : { cursor });
      const names = toolNames(body);
      expect(names.length).toBeLessThanOrEqual(3);
      seen.push(...names);
      cursor = (body['result'] as JsonObject)['nextCursor'] as string | undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(['crm__search', 'export', 'lookup', 'number', 'report', 'web__search', 'wide']);
  });

  it.each([['nonsense'], [7 as never], [''], [Buffer.from('prompts a').toString('base64url')]])(
    'refuse the cursor %j',
    async (cursor) => {
      const { url } = await fixture();
      const { body } = await sendModern(url, 'tools/list', { cursor });
      expect(body['error']).toMatchObject({ code: -32602 });
    },
  );

  it('leave out a tool whose live definition is not the locked one, and its call is refused', async () => {
    const { url, crm } = await fixture();
    crm.listing = {
      ...crm.listing!,
      tools: [
        tool('lookup', { description: 'Now it does something else.' }),
        tool('wide', { inputSchema: { type: 'object' } }),
      ],
    };
    crm.emit({ type: 'tools_changed' });
    const { body } = await sendModern(url, 'tools/list');
    expect(toolNames(body)).toEqual(['web__search', 'wide']);
    const { body: called } = await sendModern(url, 'tools/call', { name: 'lookup' });
    expect(called['result']).toMatchObject({
      isError: true,
      structuredContent: { remit: { code: 'tool_changed' } },
    });
    expect(crm.asked).toEqual([]);
  });

  it('show the locked tools of a server that has not connected, and a call says what is wrong', async () => {
    const { url, crm } = await fixture();
    crm.listing = undefined;
    crm.emit({ type: 'state' });
    const { body } = await sendModern(url, 'tools/list');
    expect(toolNames(body)).toContain('lookup');
    crm.behaviours.set('lookup', () => ({
      kind: 'failed',
      reason: 'unreachable',
      sent: false,
      message: 'It is down.',
    }));
    const { body: called } = await sendModern(url, 'tools/call', { name: 'lookup' });
    expect(called['result']).toMatchObject({
      isError: true,
      structuredContent: { remit: { code: 'upstream_failed', reason: 'It is down.' } },
    });
  });

  it('are the same for the same catalog, whatever the order of servers', () => {
    const { crm, web } = servers();
    const policy = policyOf(policyText, lockOf([crm, web]));
    const names = [
      [crm, web],
      [web, crm],
    ].map((upstreams) =>
      [...new Views(new Catalog(upstreams)).view(policy).tools.entries()].map(([name]) => name),
    );
    expect(names[0]).toEqual(names[1]);
  });

  it('of resources say where a URI belongs to more than one server', async () => {
    const { url } = await fixture();
    const headers = { authorization: `Bearer ${keys.reader}` };
    const { body } = await sendModern(url, 'resources/list', {}, { headers });
    expect((body['result'] as JsonObject)['resources']).toEqual([
      { uri: 'crm://customers/1', name: 'first' },
      { uri: 'shared://motd', name: 'motd', _meta: { 'io.remit/servers': ['crm', 'web'] } },
    ]);
  });
});

describe('a resource', () => {
  const read =
    (path: string, uri: string, key: string = keys.support) =>
    async () => {
      const gateway = await fixture();
      const headers = { authorization: `Bearer ${key}` };
      const { body } = await sendModern(`${gateway.url}${path}`, 'resources/read', { uri }, { headers });
      return { ...gateway, body };
    };

  it('is read from the server that lists it', async () => {
    const { crm } = await read('', 'crm://customers/1')();
    expect(crm.asked).toHaveLength(1);
  });

  it('is read from the server whose template fits', async () => {
    const { crm, web } = await read('', 'crm://customers/77', keys.reader)();
    expect([crm.asked.length, web.asked.length]).toEqual([1, 0]);
  });

  it('of two servers is read from the one that the agent may use', async () => {
    const { crm } = await read('', 'shared://motd')();
    expect(crm.asked).toHaveLength(1);
  });

  it('of two servers that the agent may use is read through the path of one', async () => {
    const { body } = await read('', 'shared://motd', keys.reader)();
    expect(body['error']).toEqual({
      code: -32602,
      message: 'More than one server has this resource; read it through /mcp/crm or /mcp/web',
      data: { uri: 'shared://motd' },
    });
    const { web } = await read('/web', 'shared://motd', keys.reader)();
    expect(web.asked).toHaveLength(1);
  });

  it('that the agent may not read is a JSON-RPC error with the refusal', async () => {
    const { body, story, web } = await read('/web', 'shared://motd')();
    expect(body['error']).toMatchObject({
      code: -31000,
      message: expect.stringMatching(/^Remit refused this call \(not_permitted\)\. /) as string,
      data: { remit: { code: 'not_permitted', decision_id: expect.any(String) as string } },
    });
    expect(web.asked).toEqual([]);
    expect(story()).toEqual(['event resource_read denied']);
  });
});

describe('prompts and completions', () => {
  it('reach the server under its own names', async () => {
    const { url, web } = await fixture();
    await sendModern(url, 'prompts/get', { name: 'web__summarize', arguments: { a: 'b' } });
    expect(web.asked[0]?.params).toEqual({ name: 'summarize', arguments: { a: 'b' } });
    const ref = { type: 'ref/prompt', name: 'web__summarize' };
    await sendModern(url, 'completion/complete', { ref, argument: { name: 'a', value: 'b' } });
    expect(web.asked[1]?.params).toMatchObject({
      ref: { type: 'ref/prompt', name: 'summarize' },
      argument: { name: 'a', value: 'b' },
    });
  });

  it.each([
    ['of nothing', {}],
    [
      'of an unknown prompt',
      { ref: { type: 'ref/prompt', name: 'none' }, argument: { name: 'a', value: '' } },
    ],
    ['of something else', { ref: { type: 'ref/tool', name: 'lookup' }, argument: { name: 'a', value: '' } }],
    ['without a value', { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'a' } }],
  ])('%s are refused', async (_what, params) => {
    const { url, crm } = await fixture();
    const { body } = await sendModern(url, 'completion/complete', params);
    expect(body['error']).toMatchObject({ code: -32602 });
    expect(crm.asked).toEqual([]);
  });
});

it('a server that comes and goes changes nothing for the others', async () => {
  const { url, crm, web } = await fixture();
  crm.state = 'down';
  crm.emit({ type: 'state' });
  await sendModern(url, 'tools/call', { name: 'web__search' });
  expect(web.asked).toHaveLength(1);
});

it('other servers can take their place while the gateway runs', async () => {
  const { url, gateway, web } = await fixture();
  const crm = new FakeUpstream('crm', { tools: [tool('wide', { inputSchema: { type: 'object' } })] });
  gateway.replaceUpstreams([crm, web]);
  const { body } = await sendModern(url, 'tools/list');
  expect(toolNames(body)).toEqual(['web__search', 'wide']);
});
