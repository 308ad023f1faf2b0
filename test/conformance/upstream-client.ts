/**
 * The gateway's upstream side as the client that the conformance suite tests: connects to the server
 * whose URL is the last argument, lists, and uses one of everything that it offers.
 */
import { createUpstreams } from '@remit/gateway';
import type { InputRequests, InputResponses, Peer, Upstream } from '@remit/gateway';
import { isJsonObject } from '@remit/contracts';
import type { JsonObject, JsonValue } from '@remit/contracts';
import { pino } from 'pino';
import { z } from 'zod';

/** What a scenario wants to have called, where it is not simply every tool. */
const contextSchema = z.object({
  toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.json()) })).optional(),
});

const peer: Peer = {
  capabilities: { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} },
  notify: () => undefined,
  ask: (requests: InputRequests) => Promise.resolve(accepted(requests)),
};

/** A person who accepts every form as it is offered, and answers what has no default with yes. */
function accepted(requests: InputRequests): InputResponses {
  const answers = Object.entries(requests).map(([key, { params }]) => {
    const schema = params?.['requestedSchema'];
    const properties = isJsonObject(schema) && isJsonObject(schema['properties']) ? schema['properties'] : {};
    const content = Object.entries(properties).map(([name, field]) => [name, defaultOf(field)] as const);
    return [key, { action: 'accept', content: Object.fromEntries(content) }] as const;
  });
  return Object.fromEntries(answers);
}

function defaultOf(field: JsonValue): JsonValue {
  return isJsonObject(field) && field['default'] !== undefined ? field['default'] : true;
}

async function perform(upstream: Upstream, method: string, params: JsonObject): Promise<void> {
  const signal = AbortSignal.timeout(20_000);
  const answer = await upstream.request({ method, params, peer, signal, progress: false });
  process.stdout.write(`${method} ${JSON.stringify(params)}: ${JSON.stringify(answer)}\n`);
}

/** Numbers, because that is what the suite's calculator takes. */
const numbers = { a: 2, b: 3 };

async function useEverything(upstream: Upstream): Promise<void> {
  const context = contextSchema.parse(JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}'));
  const { tools = [], resources = [], prompts = [] } = upstream.listing ?? {};
  const calls = context.toolCalls ?? tools.map(({ name }) => ({ name, arguments: numbers }));
  // The suite's echo wants the schema that its other tool was listed with.
  const schema = tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema;
  for (const call of calls) {
    const args = call.name === 'json_schema_echo' && schema ? { schema } : call.arguments;
    await perform(upstream, 'tools/call', { name: call.name, arguments: args });
  }
  for (const { uri } of resources) await perform(upstream, 'resources/read', { uri: uri ?? '' });
  for (const { name } of prompts) await perform(upstream, 'prompts/get', { name: name ?? '' });
}

const url = process.argv.at(-1) ?? '';
const upstreams = createUpstreams([{ name: 'suite', url, trust: 'untrusted' }], {
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  logger: pino({ level: 'warn' }, process.stderr),
  random: () => Math.random(),
  credentials: () => undefined,
  environment: {},
  cwd: process.cwd(),
  client_info: { name: 'remit', version: '0.0.0' },
});
const upstream = upstreams.get('suite');
if (!(await upstream?.ready(10_000)))
  throw new Error(`not connected: ${upstream?.problem ?? 'no reason given'}`);
if (upstream) await useEverything(upstream);
await upstreams.close();
