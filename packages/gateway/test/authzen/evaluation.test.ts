/** Evaluations, single and in a batch (AuthZEN Authorization API 1.0, "Access Evaluation API" and "Access Evaluations API"). */
import { isJsonObject, type JsonObject } from '@remit/contracts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { text } from '../mcp/fake-upstream.ts';
import { fixture, keys, policyText, sendModern } from '../mcp/fixture.ts';
import { access, support, toolCall } from './fixture.ts';

function decisionsOf(body: unknown): unknown[] {
  const given = isJsonObject(body) ? body['evaluations'] : undefined;
  return Array.isArray(given) ? given.map((each) => isJsonObject(each) && each['decision']) : [];
}

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
