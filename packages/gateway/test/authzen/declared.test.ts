/** Mappings that tools declare (COAZ-MCP, "Declared Mappings"), from the side of the decision point. */
import type { JsonObject, JsonValue, ToolDefinition } from '@remit/contracts';
import { describe, expect, it } from 'vitest';
import { tool } from '../mcp/fake-upstream.ts';
import { fixture, keys, sendModern } from '../mcp/fixture.ts';
import { access, support } from './fixture.ts';

/** @param blocked conditions on calls that are refused */
const policyWith = (blocked: string): string => `
workspace: desk
language: 1
mode: enforce
servers:
  crm: { url: "http://127.0.0.1:1/mcp", trust: internal }
  web: { url: "http://127.0.0.1:2/mcp", trust: untrusted }
actions:
  blocked: { ${blocked} }
---
agent: support
access: { tools: { allow: ["crm/*"] } }
guardrails: { tier_4_blocked: [blocked] }
---
agent: reader
access: { tools: { allow: [web/search] } }
---
agent: hidden
conceal: true
access: { tools: { allow: [web/search] } }
`;

const subject = { type: 'identity', id: '$token.sub' };
const agent = '$token.?client_id';

function declaring(name: string, mapping: JsonValue): ToolDefinition {
  const text = { type: 'string' };
  const properties = { id: text, case: text, source: text, destination: text };
  return tool(name, { inputSchema: { type: 'object', properties, 'x-authzen-mapping': mapping } });
}

const getCustomer: JsonObject = {
  subject,
  action: { name: 'get_customer' },
  resource: { type: 'customer', id: '$params.arguments.id' },
  context: { agent, case: '$params.arguments.?case' },
};
const copyObject: JsonObject = {
  subject,
  context: { agent },
  evaluations: [
    { action: { name: 'read' }, resource: { type: 'object', id: '$params.arguments.source' } },
    { action: { name: 'write' }, resource: { type: 'object', id: '$params.arguments["destination"]' } },
  ],
};

function customer(id: string, more: JsonObject = {}): JsonObject {
  const resource = { type: 'customer', id };
  return {
    subject: { type: 'identity', id: 'support' },
    action: { name: 'get_customer' },
    resource,
    ...more,
  };
}

function copy(source: string, destination: string, semantic = 'execute_all'): JsonObject {
  return {
    subject: support,
    options: { evaluations_semantic: semantic },
    evaluations: [
      { action: { name: 'read' }, resource: { type: 'object', id: source } },
      { action: { name: 'write' }, resource: { type: 'object', id: destination } },
    ],
  };
}

describe('an evaluation that a declared mapping makes', () => {
  const tools = [declaring('get_customer', { evaluation: getCustomer })];
  const policy = policyWith(`tool: crm/get_customer, when: "args.id == 'vip'"`);

  it('is decided as the call, with the arguments that it carries', async () => {
    const { url, records } = await fixture({ policy, tools });
    const asked = customer('cust-1', { context: { agent: 'some client', case: 'c7' } });
    expect((await access(url, 'evaluation', asked)).body).toMatchObject({ decision: true });
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      event: 'decision',
      meta: { server: 'crm', tool: 'get_customer', via: 'authzen' },
      payload: { parameters: { id: 'cust-1', case: 'c7' } },
    });
  });

  it('is denied where the policy refuses those arguments, as through MCP', async () => {
    const { url } = await fixture({ policy, tools });
    const refusal = { remit: { code: 'denied_by_policy' } };
    expect((await access(url, 'evaluation', customer('vip'))).body).toMatchObject({
      decision: false,
      context: refusal,
    });
    const call = { name: 'get_customer', arguments: { id: 'vip' } };
    const { body } = await sendModern(url, 'tools/call', call);
    expect(body).toMatchObject({ result: { structuredContent: refusal } });
  });

  it('is closed where the arguments that come with it say something else', async () => {
    const { url } = await fixture({ policy, tools });
    const ask = async (id: string) => {
      const action = { name: 'get_customer', properties: { arguments: { id, source: 's' } } };
      return (await access(url, 'evaluation', customer('cust-1', { action }))).body;
    };
    expect(await ask('cust-1')).toMatchObject({ decision: true });
    expect(await ask('cust-2')).toMatchObject({ decision: false, context: { error: { status: 404 } } });
  });

  it('about another subject is denied', async () => {
    const { url } = await fixture({ policy, tools });
    const asked = customer('cust-1', { subject: { type: 'identity', id: 'reader' } });
    expect((await access(url, 'evaluation', asked)).body).toMatchObject({
      decision: false,
      context: { error: { status: 403 } },
    });
  });

  it('is refused to an agent that may not use the tool, and unknown to one that it is concealed from', async () => {
    const { url } = await fixture({ policy, tools });
    const ask = async (name: 'reader' | 'hidden') => {
      const asked = customer('cust-1', { subject: { type: 'agent', id: name } });
      return (await access(url, 'evaluation', asked, { authorization: `Bearer ${keys[name]}` })).body;
    };
    expect(await ask('reader')).toMatchObject({ context: { remit: { code: 'not_permitted' } } });
    expect(await ask('hidden')).toEqual({
      decision: false,
      context: { error: { status: 404, message: 'there is no get_customer of a customer' } },
    });
  });

  it('is closed where two tools declare it', async () => {
    const twins = [...tools, declaring('fetch_customer', { evaluation: getCustomer })];
    const { url, records } = await fixture({ policy, tools: twins });
    const { body } = await access(url, 'evaluation', customer('cust-1'));
    expect(body).toMatchObject({ decision: false, context: { error: { status: 404 } } });
    expect(records).toEqual([]);
  });

  it.each<[string, JsonValue]>([
    ['computes', { ...getCustomer, context: { high: "$params.arguments.id == 'vip' ? 'a' : 'b'" } }],
    ['takes the action from arguments', { ...getCustomer, action: { name: '$params.arguments.case' } }],
    ['leaves out what it is about', { ...getCustomer, resource: { type: 'customer' } }],
    ['takes the subject from elsewhere', { ...getCustomer, subject: { id: 'reader' } }],
    ['goes by a prototype key', { ...getCustomer, context: { high: '$params.arguments.__proto__.x' } }],
    ['needs a field that is not there', { ...getCustomer, context: { case: '$params.arguments.case' } }],
  ])('is closed where the mapping %s', async (_, evaluation) => {
    const { url } = await fixture({ policy, tools: [declaring('get_customer', { evaluation })] });
    const { body } = await access(url, 'evaluation', customer('cust-1', { context: { high: 'b' } }));
    expect(body).toMatchObject({ decision: false, context: { error: { status: 404 } } });
  });

  it.each<[string, JsonValue]>([
    ['no object', 'text'],
    ['two envelopes', { evaluation: getCustomer, evaluations: copyObject }],
    ['an unknown envelope', { search: getCustomer }],
  ])('is closed where the mapping is %s', async (_, mapping) => {
    const { url } = await fixture({ policy, tools: [declaring('get_customer', mapping)] });
    const { body } = await access(url, 'evaluation', customer('cust-1'));
    expect(body).toMatchObject({ decision: false, context: { error: { status: 404 } } });
  });
});

describe('evaluations that a declared mapping makes together', () => {
  const tools = [declaring('copy_object', { evaluations: copyObject })];
  const policy = policyWith(`tool: crm/copy_object, when: "args.destination == 'secret'"`);

  it.each<[string, string, string, boolean[]]>([
    ['execute_all', 'a', 'b', [true, true]],
    ['execute_all', 'a', 'secret', [false, false]],
    ['deny_on_first_deny', 'a', 'secret', [false]],
    ['permit_on_first_permit', 'a', 'b', [true]],
  ])('with %s get one decision: %s to %s is %j', async (semantic, source, destination, expected) => {
    const { url, records } = await fixture({ policy, tools });
    const { body } = await access(url, 'evaluations', copy(source, destination, semantic));
    expect(body).toMatchObject({ evaluations: expected.map((decision) => ({ decision })) });
    expect((body as { evaluations: unknown[] }).evaluations).toHaveLength(expected.length);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ payload: { parameters: { source, destination } } });
  });

  it('are closed one by one, and where an entry names a subject', async () => {
    const [read] = copy('a', 'b')['evaluations'] as JsonObject[];
    const { url } = await fixture({ policy, tools });
    expect((await access(url, 'evaluation', { subject: support, ...read })).body).toMatchObject({
      decision: false,
    });
    const entries = (copyObject['evaluations'] as JsonObject[]).map((entry) => ({ ...entry, subject }));
    const smuggling = [declaring('copy_object', { evaluations: { ...copyObject, evaluations: entries } })];
    const { url: other } = await fixture({ policy, tools: smuggling });
    expect((await access(other, 'evaluations', copy('a', 'b'))).body).toMatchObject({
      evaluations: [{ decision: false }, { decision: false }],
    });
  });

  it('never take the place of the default mapping', async () => {
    const call = { action: { name: 'tools/call' }, resource: { type: 'tool', id: '$params.arguments.id' } };
    const greedy = [declaring('greedy', { evaluations: { subject, evaluations: [call, call] } })];
    const { url } = await fixture({ policy: policyWith('tool: crm/delete'), tools: greedy });
    const of = { action: { name: 'tools/call' }, resource: { type: 'tool', id: 'delete' } };
    const { body } = await access(url, 'evaluations', { subject: support, evaluations: [of, of] });
    expect(body).toMatchObject({ evaluations: [{ decision: false }, { decision: false }] });
  });
});
