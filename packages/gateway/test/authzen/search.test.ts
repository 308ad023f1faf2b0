/** Searches for subjects, resources and actions (AuthZEN Authorization API 1.0, "Search APIs"). */
import type { JsonObject } from '@remit/contracts';
import { describe, expect, it } from 'vitest';
import { fixture } from '../mcp/fixture.ts';
import { access, support } from './fixture.ts';

describe('a search', () => {
  const call = { name: 'tools/call' };

  it('for resources finds the tools that lists show, page by page', async () => {
    const { url, story } = await fixture();
    const request = { subject: support, action: call, resource: { type: 'tool' } };
    const whole = (await access(url, 'search/resource', request)).body as {
      results: JsonObject[];
      page: JsonObject;
    };
    const ids = whole.results.map(({ id }) => id);
    expect(ids).toEqual(['crm__search', 'export', 'lookup', 'number', 'report', 'web__search', 'wide']);
    expect(whole.page).toEqual({ next_token: '', count: 7, total: 7 });
    const paged: JsonObject[] = [];
    let page: JsonObject = { limit: 3 };
    do {
      const { body } = await access(url, 'search/resource', { ...request, page });
      const answer = body as { results: JsonObject[]; page: { next_token: string; total: number } };
      expect(answer.page.total).toBe(7);
      paged.push(...answer.results);
      page = { token: answer.page.next_token };
    } while (page['token'] !== '');
    expect(paged).toEqual(whole.results);
    expect(story()).toEqual([]);
  });

  it('finds what is then allowed', async () => {
    const { url } = await fixture();
    for (const [type, name] of [
      ['tool', 'tools/call'],
      ['prompt', 'prompts/get'],
      ['resource', 'resources/read'],
    ]) {
      const action = { name: name ?? '', ...(type === 'tool' && { properties: { arguments: {} } }) };
      const request = { subject: support, action, resource: { type: type ?? '' } };
      const { body } = await access(url, 'search/resource', request);
      const { results } = body as { results: JsonObject[] };
      expect(results.length).toBeGreaterThan(0);
      for (const resource of results) {
        const evaluated = await access(url, 'evaluation', { ...request, resource });
        expect(evaluated.body, JSON.stringify(resource)).toMatchObject({ decision: true });
      }
    }
  });

  it('for subjects finds the agent itself or nobody, and no other agent', async () => {
    const { url } = await fixture();
    const search = async (id: string) => {
      const request = { subject: { type: 'agent' }, action: call, resource: { type: 'tool', id } };
      return ((await access(url, 'search/subject', request)).body as { results: JsonObject[] }).results;
    };
    expect(await search('lookup')).toEqual([support]);
    expect(await search('delete')).toEqual([]);
  });

  it('finds nothing for an agent that is suspended', async () => {
    const { url, setStatus } = await fixture();
    setStatus('support', 'suspended');
    const request = { subject: support, action: call, resource: { type: 'tool' } };
    const { body } = await access(url, 'search/resource', request);
    expect(body).toMatchObject({ results: [] });
  });

  it('for actions finds those of the resource', async () => {
    const { url } = await fixture();
    const search = async (resource: JsonObject, subject = support) => {
      const { body } = await access(url, 'search/action', { subject, resource });
      return (body as { results: JsonObject[] }).results;
    };
    expect(await search({ type: 'tool', id: 'lookup' })).toEqual([{ name: 'tools/call' }]);
    expect(await search({ type: 'tool', id: 'delete' })).toEqual([]);
    expect(await search({ type: 'resource', id: 'crm://customers/1' })).toEqual([
      { name: 'resources/read' },
      { name: 'resources/subscribe' },
      { name: 'completion/complete' },
    ]);
    expect(await search({ type: 'tool', id: 'search' }, { type: 'agent', id: 'reader' })).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    [
      'of another request',
      { token: Buffer.from('{"offset":1,"limit":1,"request":"x"}').toString('base64url') },
    ],
    ['that is none', { token: 'nonsense' }],
    ['of no text', { token: 1 }],
    ['and a limit below zero', { limit: -1 }],
  ])('is refused with a token %s', async (_, page) => {
    const { url } = await fixture();
    const request = { subject: support, action: call, resource: { type: 'tool' }, page };
    expect((await access(url, 'search/resource', request)).status).toBe(400);
  });
});
