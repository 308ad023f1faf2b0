/** The same action gets the same decision through AuthZEN and through MCP (invariant 5). */
import { isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fixture, keys, sendModern } from '../mcp/fixture.ts';
import { access } from './fixture.ts';

const policy = `
workspace: desk
language: 1
mode: enforce
servers:
  crm: { url: "http://127.0.0.1:1/mcp", trust: internal }
  web: { url: "http://127.0.0.1:2/mcp", trust: untrusted }
actions:
  long_value: { tool: crm/lookup, when: "has(args.value) && args.value.size() > 2" }
---
agent: support
access:
  tools: { allow: ["crm/*", web/search], deny: [crm/delete] }
  prompts: { allow: ["crm/*"] }
  resources: { allow: ["crm/*"] }
  data: { deny: [ssn] }
guardrails: { tier_3_approval: [long_value, crm/report], tier_4_blocked: [crm/export] }
limits: { calls: 12/hour }
---
agent: reader
access:
  tools: { allow: [web/search] }
---
agent: hidden
conceal: true
access:
  tools: { allow: [crm/search] }
---
agent: masked
mode: observe
access:
  tools: { allow: [crm/person] }
`;

type Agent = keyof typeof keys;

/** What is asked, in the words of MCP and in those of AuthZEN. */
interface Asked {
  agent: Agent;
  method: string;
  params: JsonObject;
  resource: JsonObject;
}

const agents = fc.constantFrom<Agent[]>('support', 'reader', 'hidden', 'masked');
const value = fc.oneof(fc.constantFrom('', 'a', 'long'), fc.integer(), fc.constant(null), fc.string());
const args = fc.dictionary(fc.constantFrom('value', 'ssn', 'other'), value, {
  maxKeys: 3,
});
const tools = [
  'lookup',
  'delete',
  'report',
  'person',
  'number',
  'export',
  'wide',
  'crm__search',
  'web__search',
];

const toolCalls = fc
  .record({ agent: agents, name: fc.constantFrom(...tools, 'search', 'nothing'), arguments: args })
  .map(({ agent, name, arguments: given }): Asked => {
    const params = { name, arguments: given };
    return { agent, method: 'tools/call', params, resource: { type: 'tool', id: name } };
  });
const promptGets = fc
  .record({ agent: agents, name: fc.constantFrom('greet', 'crm__summarize', 'web__summarize', 'nothing') })
  .map(({ agent, name }): Asked => ({
    agent,
    method: 'prompts/get',
    params: { name, arguments: {} },
    resource: { type: 'prompt', id: name },
  }));
const reads = fc
  .record({
    agent: agents,
    uri: fc.constantFrom('crm://customers/1', 'crm://customers/7', 'shared://motd', 'x://y'),
  })
  .map(({ agent, uri }): Asked => ({
    agent,
    method: 'resources/read',
    params: { uri },
    resource: { type: 'resource', id: uri },
  }));

const argument = { name: 'who', value: 'A' };
const completions = fc
  .record({
    agent: agents,
    ref: fc.constantFrom(
      ...['greet', 'web__summarize', 'nothing'].map((name) => ({ type: 'ref/prompt', name })),
      ...['crm://customers/{id}', 'x://{y}'].map((uri) => ({ type: 'ref/resource', uri })),
    ),
  })
  .map(({ agent, ref }): Asked => ({
    agent,
    method: 'completion/complete',
    params: { ref, argument },
    resource: 'name' in ref ? { type: 'prompt', id: ref.name } : { type: 'resource', id: ref.uri },
  }));

function toolCall(agent: Agent, name: string, given: JsonObject = {}): [Asked] {
  const resource = { type: 'tool', id: name };
  return [{ agent, method: 'tools/call', params: { name, arguments: given }, resource }];
}

/** One of each kind of answer, in this order, whatever else comes after them. */
const answers: [answer: string, asked: [Asked]][] = [
  ['allowed', toolCall('support', 'lookup')],
  ['approval_pending', toolCall('support', 'report')],
  ['content_blocked', toolCall('support', 'wide', { ssn: '1' })],
  ['invalid_arguments', toolCall('support', 'number', { value: 1 })],
  ['denied_by_policy', toolCall('support', 'delete')],
  ['not_permitted', toolCall('reader', 'lookup')],
  ['unknown', toolCall('hidden', 'lookup')],
  ...Array.from({ length: 11 }, (): [string, [Asked]] => ['allowed', toolCall('support', 'wide')]),
  ['rate_limited', toolCall('support', 'wide')],
];

/** `allowed`, the code of the refusal, or `unknown`. */
function throughMcp(body: JsonObject): string {
  const { result, error } = body;
  const refusal = remitOf(error) ?? remitOf(result);
  if (refusal !== undefined) return refusal;
  return isJsonObject(error) ? 'unknown' : 'allowed';
}

function remitOf(part: JsonValue | undefined): string | undefined {
  if (!isJsonObject(part)) return undefined;
  const holder = part['data'] ?? part['structuredContent'];
  const remit = isJsonObject(holder) ? holder['remit'] : undefined;
  const code = isJsonObject(remit) ? remit['code'] : undefined;
  return typeof code === 'string' ? code : undefined;
}

function throughAuthzen(body: JsonValue): string {
  if (!isJsonObject(body)) return 'no answer';
  if (body['decision'] === true) return 'allowed';
  const context = isJsonObject(body['context']) ? body['context'] : {};
  if (isJsonObject(context['error'])) return 'unknown';
  return isJsonObject(context['remit']) ? (context['remit']['code'] as string) : 'no reason';
}

it('whatever is asked, with limits that fill up meanwhile', async () => {
  const { url } = await fixture({ policy });
  const seen: string[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.oneof({ weight: 4, arbitrary: toolCalls }, promptGets, reads, completions),
      async (asked) => {
        const { agent, method, params, resource } = asked;
        const authorization = `Bearer ${keys[agent]}`;
        const properties = isJsonObject(params['arguments'])
          ? { arguments: params['arguments'] }
          : { argument };
        const evaluation = {
          subject: { type: 'agent', id: agent },
          action: { name: method, properties },
          resource,
        };
        const decided = throughAuthzen((await access(url, 'evaluation', evaluation, { authorization })).body);
        const called = throughMcp(
          (await sendModern(url, method, params, { headers: { authorization } })).body,
        );
        seen.push(decided);
        expect(decided).toBe(called);
      },
    ),
    { numRuns: 400, examples: answers.map(([, asked]) => asked) },
  );
  expect(seen.slice(0, answers.length)).toEqual(answers.map(([answer]) => answer));
});
