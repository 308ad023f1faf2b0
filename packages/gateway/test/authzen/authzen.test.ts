/** OpenID AuthZEN Authorization API 1.0 on the agents' listener. */
import { isJsonObject, type JsonObject } from '@remit/contracts';
import { z } from 'zod';
import { describe, expect, it, onTestFinished } from 'vitest';
import { text } from '../mcp/fake-upstream.ts';
import { fixture, keys, policyText, sendModern } from '../mcp/fixture.ts';
import { examples } from './examples.ts';
import { access, support, toolCall } from './fixture.ts';

const decision = z.strictObject({
  decision: z.boolean(),
  context: z.record(z.string(), z.unknown()).optional(),
});
/** The responses as "API Endpoint Overview" has them. */
const shapes: Readonly<Record<string, z.ZodType>> = {
  evaluation: decision,
  evaluations: z.strictObject({ evaluations: z.array(decision) }),
};
const search = z.strictObject({
  page: z.strictObject({ next_token: z.string(), count: z.int().min(0), total: z.int().min(0) }),
  results: z.array(z.record(z.string(), z.unknown())),
});

function decisionsOf(body: unknown): unknown[] {
  const given = isJsonObject(body) ? body['evaluations'] : undefined;
  return Array.isArray(given) ? given.map((each) => isJsonObject(each) && each['decision']) : [];
}

describe('the examples of the specification', () => {
  it.each(examples)(
    '%s (%s) is answered in its shape; nobody knows the person, so nothing is allowed',
    async (_, endpoint, request) => {
      const { url } = await fixture();
      const { status, headers, body } = await access(url, endpoint, request);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/json');
      expect((shapes[endpoint] ?? search).parse(body)).toEqual(body);
      expect(JSON.stringify(body)).not.toContain('"decision":true');
    },
  );
});

describe('an evaluation', () => {
  it('that is allowed says by which rule, and is on record', async () => {
    const { url, records } = await fixture();
    const { body } = await access(url, 'evaluation', toolCall('lookup', { value: 'a' }));
    expect(body).toMatchObject({ decision: true, context: { remit: { effect: 'allow' } } });
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      phase: 'event',
      event: 'decision',
      meta: {
        agent: 'support',
        server: 'crm',
        tool: 'lookup',
        via: 'authzen',
        kind: 'tool_invoke',
        result: 'success',
      },
      payload: { parameters: { value: 'a' } },
    });
  });

  it('that is denied is a 200 with the refusal in its context, and is on record', async () => {
    const { url, records, crm } = await fixture();
    const { status, body } = await access(url, 'evaluation', toolCall('delete'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ decision: false, context: { remit: { code: 'denied_by_policy' } } });
    expect(records[0]).toMatchObject({
      event: 'decision',
      meta: { result: 'denied', code: 'denied_by_policy' },
    });
    expect(crm.asked).toEqual([]);
  });

  it('of arguments that do not fit the schema is denied like the call', async () => {
    const { url } = await fixture();
    const { body } = await access(url, 'evaluation', toolCall('lookup', { value: 1 }));
    expect(body).toMatchObject({ decision: false, context: { remit: { code: 'invalid_arguments' } } });
  });

  it('that a person would have to agree to is denied, and asks nobody', async () => {
    const policy = policyText.replace(
      'agent: support\n',
      'agent: support\nguardrails: { tier_3_approval: [crm/lookup] }\n',
    );
    const { url, approvals, story } = await fixture({ policy });
    const { body } = await access(url, 'evaluation', toolCall('lookup'));
    expect(body).toMatchObject({
      decision: false,
      context: { remit: { code: 'approval_pending', effect: 'approve', tier: 'approval' } },
    });
    expect(JSON.stringify(body)).not.toContain('none');
    expect(approvals.list({})).toEqual([]);
    expect(story()).toEqual(['event decision held']);
  });

  it('names the fields that have to be taken out of the result', async () => {
    const { url } = await fixture();
    const request = { ...toolCall('person'), subject: { type: 'agent', id: 'masked' } };
    const { body } = await access(url, 'evaluation', request, { authorization: `Bearer ${keys.masked}` });
    expect(body).toMatchObject({
      decision: true,
      context: { remit: { data: { denied: expect.arrayContaining(['ssn']) as string[] } } },
    });
  });

  it('uses up no limit, and is denied where one is used up', async () => {
    const policy = policyText.replace('agent: support\n', 'agent: support\nlimits: { calls: 1/hour }\n');
    const { url } = await fixture({ policy });
    for (let asked = 0; asked < 3; asked += 1) {
      expect((await access(url, 'evaluation', toolCall('lookup'))).body).toMatchObject({ decision: true });
    }
    await sendModern(url, 'tools/call', { name: 'lookup' });
    expect((await access(url, 'evaluation', toolCall('lookup'))).body).toMatchObject({
      decision: false,
      context: { remit: { code: 'rate_limited' } },
    });
  });

  it('is denied where it cannot be recorded', async () => {
    const { url, refuseRecords } = await fixture();
    refuseRecords();
    const { body } = await access(url, 'evaluation', toolCall('lookup'));
    expect(body).toMatchObject({ decision: false, context: { remit: { code: 'ledger_unavailable' } } });
  });

  it('about another agent, or a person, is denied, whatever the policy allows them', async () => {
    const { url, records } = await fixture();
    for (const subject of [
      { type: 'agent', id: 'reader' },
      { type: 'user', id: 'support' },
    ]) {
      const { body } = await access(url, 'evaluation', { ...toolCall('search'), subject });
      expect(body).toEqual({
        decision: false,
        context: { error: { status: 403, message: 'An agent may ask about itself only.' } },
      });
    }
    expect(records).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ['a tool that there is not', { resource: { type: 'tool', id: 'nothing' } }],
    ['a method of another type', { resource: { type: 'prompt', id: 'lookup' } }],
    ['a method that there is not', { action: { name: 'tools/delete' } }],
    ['a prototype key', { action: { name: '__proto__' }, resource: { type: 'constructor', id: 'x' } }],
  ])('of %s is closed', async (_, change) => {
    const { url } = await fixture();
    const { body } = await access(url, 'evaluation', { ...toolCall('lookup'), ...change });
    expect(body).toMatchObject({ decision: false, context: { error: { status: 404 } } });
  });

  it('of a task is allowed to the agent that has it, and to no other', async () => {
    const { url, crm } = await fixture();
    const finish = Promise.withResolvers<void>();
    onTestFinished(() => {
      finish.resolve();
    });
    crm.behaviours.set('lookup', async ({ peer }) => {
      await peer.tasks?.created({ poll_interval_ms: 1 });
      await finish.promise;
      return text('done');
    });
    const capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
    const made = await sendModern(url, 'tools/call', { name: 'lookup' }, { capabilities });
    const { taskId } = made.body['result'] as { taskId: string };
    const ask = async (agent: 'support' | 'reader', id: string) => {
      const request = {
        subject: { type: 'agent', id: agent },
        action: { name: 'tasks/get' },
        resource: { type: 'task', id },
      };
      return (await access(url, 'evaluation', request, { authorization: `Bearer ${keys[agent]}` })).body;
    };
    expect(await ask('support', taskId)).toEqual({ decision: true });
    expect(await ask('support', 'task_0')).toMatchObject({ decision: false });
    expect(await ask('reader', taskId)).toMatchObject({ decision: false });
    const search = { subject: support, action: { name: 'tasks/get' }, resource: { type: 'task' } };
    expect((await access(url, 'search/resource', search)).body).toMatchObject({ results: [] });
  });

  it('of a suspended agent is denied, of lists too', async () => {
    const { url, setStatus } = await fixture();
    const list = {
      subject: support,
      action: { name: 'tools/list' },
      resource: { type: 'mcp_server', id: 'desk' },
    };
    expect((await access(url, 'evaluation', list)).body).toEqual({ decision: true });
    setStatus('support', 'suspended');
    expect((await access(url, 'evaluation', toolCall('lookup'))).body).toMatchObject({ decision: false });
    expect((await access(url, 'evaluation', list)).body).toMatchObject({ decision: false });
  });

  it('of a concealed tool reads like one that there is not', async () => {
    const { url } = await fixture();
    const ask = async (name: string) => {
      const request = { ...toolCall(name), subject: { type: 'agent', id: 'hidden' } };
      const { body } = await access(url, 'evaluation', request, { authorization: `Bearer ${keys.hidden}` });
      return JSON.stringify(body).replaceAll(name, 'NAME');
    };
    expect(await ask('lookup')).toBe(await ask('nothing'));
  });
});

describe('evaluations', () => {
  const tools = (...names: string[]) => names.map((id) => ({ resource: { type: 'tool', id } }));
  const request = (semantic: string | undefined, names: string[]): JsonObject => ({
    subject: support,
    action: { name: 'tools/call' },
    evaluations: tools(...names),
    ...(semantic !== undefined && { options: { evaluations_semantic: semantic } }),
  });
  const [yes, no] = ['lookup', 'delete'];

  it.each<[string | undefined, string[], boolean[]]>([
    [undefined, [yes, no, yes], [true, false, true]],
    ['execute_all', [yes, no, yes], [true, false, true]],
    ['deny_on_first_deny', [yes, no, yes], [true, false]],
    ['deny_on_first_deny', [yes, yes], [true, true]],
    ['permit_on_first_permit', [yes, no, yes], [true]],
    ['permit_on_first_permit', [no, no, yes, no], [false, false, true]],
  ])('with %s of %j are %j', async (semantic, names, expected) => {
    const { url, records } = await fixture();
    const { body } = await access(url, 'evaluations', request(semantic, names));
    expect(decisionsOf(body)).toEqual(expected);
    expect(records).toHaveLength(expected.length);
  });

  it('that are none are one evaluation', async () => {
    const { url } = await fixture();
    for (const more of [{}, { evaluations: [] }]) {
      const { body } = await access(url, 'evaluations', { ...toolCall('lookup'), ...more });
      expect(body).toMatchObject({ decision: true });
    }
  });

  it('replace a default as a whole, and deny alone what is malformed', async () => {
    const { url } = await fixture();
    const { body } = await access(url, 'evaluations', {
      ...toolCall('lookup'),
      evaluations: [{}, { resource: { type: 'tool' } }, 'text', { resource: { type: 'tool', id: 'delete' } }],
    });
    expect(decisionsOf(body)).toEqual([true, false, false, false]);
    expect(body).toMatchObject({
      evaluations: [{}, { context: { error: { status: 400 } } }, { context: { error: { status: 400 } } }, {}],
    });
  });

  it.each<[string, JsonObject]>([
    ['an unknown semantic', { options: { evaluations_semantic: 'all' } }],
    ['a semantic of no text', { options: { evaluations_semantic: ['execute_all'] } }],
    ['options that are no object', { options: [] }],
    ['evaluations that are no array', { evaluations: {} }],
    ['too many', { evaluations: Array.from({ length: 101 }, () => ({})) }],
  ])('with %s are a bad request', async (_, change) => {
    const { url } = await fixture();
    const { status, body } = await access(url, 'evaluations', { ...request(undefined, [yes]), ...change });
    expect(status).toBe(400);
    expect(typeof body).toBe('string');
  });
});

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

describe('the HTTP binding', () => {
  it('repeats the identifier of a request, also where it is refused', async () => {
    const { url } = await fixture();
    const headers = { 'x-request-id': 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716' };
    const answers = await Promise.all([
      access(url, 'evaluation', toolCall('lookup'), headers),
      access(url, 'evaluation', {}, headers),
      access(url, 'evaluation', toolCall('lookup'), { ...headers, authorization: 'Bearer remit_wrong' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 401]);
    for (const answer of answers) expect(answer.headers.get('x-request-id')).toBe(headers['x-request-id']);
  });

  it.each<[string, string | JsonObject, number, Record<string, string>]>([
    ['no JSON', 'nonsense', 400, {}],
    ['no object', '[]', 400, {}],
    ['duplicate keys', '{"subject":{},"subject":{}}', 400, {}],
    ['no subject', { action: { name: 'a' }, resource: { type: 't', id: 'i' } }, 400, {}],
    ['a subject without an id', { ...toolCall('lookup'), subject: { type: 'agent' } }, 400, {}],
    ['a resource that is an array', { ...toolCall('lookup'), resource: [] }, 400, {}],
    ['an action without a name', { ...toolCall('lookup'), action: {} }, 400, {}],
    [
      'properties that are no object',
      { ...toolCall('lookup'), action: { name: 'a', properties: 1 } },
      400,
      {},
    ],
    ['a context that is no object', { ...toolCall('lookup'), context: 'now' }, 400, {}],
    ['an id without end', { ...toolCall('x'.repeat(9000)) }, 400, {}],
    ['another content type', toolCall('lookup'), 400, { 'content-type': 'text/plain' }],
    ['a foreign Origin', toolCall('lookup'), 403, { origin: 'https://evil.example' }],
  ])('answers %s with an error message', async (_, request, status, headers) => {
    const { url, records } = await fixture();
    const answer = await access(url, 'evaluation', request, headers);
    expect(answer.status).toBe(status);
    expect(typeof answer.body).toBe('string');
    expect(records.filter(({ event }) => event === 'decision')).toEqual([]);
  });

  it('knows its paths and methods only', async () => {
    const { url } = await fixture();
    expect((await access(url, 'nothing', {})).status).toBe(404);
    const headers = { authorization: `Bearer ${keys.support}` };
    const got = await fetch(new URL('/access/v1/evaluation', url), { headers });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('tells where everything is', async () => {
    const { url } = await fixture();
    const headers = { authorization: `Bearer ${keys.support}` };
    const response = await fetch(new URL('/.well-known/authzen-configuration', url), { headers });
    const { origin } = new URL(url);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      policy_decision_point: origin,
      access_evaluation_endpoint: `${origin}/access/v1/evaluation`,
      access_evaluations_endpoint: `${origin}/access/v1/evaluations`,
      search_subject_endpoint: `${origin}/access/v1/search/subject`,
      search_resource_endpoint: `${origin}/access/v1/search/resource`,
      search_action_endpoint: `${origin}/access/v1/search/action`,
    });
  });
});
