/** A gateway over a real policy, real enforcement and a ledger in memory, with raw HTTP towards it. */
import {
  bounds,
  Fault,
  type Bounds,
  type JsonObject,
  type JsonValue,
  type NewRecord,
  type ToolDefinition,
  type ToolsLock,
} from '@remit/contracts';
import {
  ArgumentChecks,
  Approvals,
  FlowState,
  LimitCounters,
  type AgentStatus,
  type ApprovalOffice,
  type Ports,
} from '@remit/enforce';
import { fingerprint } from '@remit/inspect';
import { loadWorkspace, type CompiledPolicy } from '@remit/policy';
import { fakeClock, seededIds, type FakeClock } from '@remit/testkit';
import pino from 'pino';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { FakeUpstream, tool } from './fake-upstream.ts';

export const policyText = `
workspace: desk
language: 1
mode: enforce
servers:
  crm: { url: "http://127.0.0.1:1/mcp", trust: internal }
  web: { url: "http://127.0.0.1:2/mcp", trust: untrusted }
---
agent: support
access:
  tools: { allow: [crm/lookup, web/search, crm/search, crm/report, crm/wide, crm/export, crm/number], deny: [crm/delete] }
  resources: { allow: ["crm/*"] }
  prompts: { allow: ["crm/*", "web/*"] }
  elicitation: { allow: [crm] }
  sampling: { allow: [crm] }
---
agent: reader
access:
  tools: { allow: [web/search] }
  resources: { allow: ["crm/*", "web/*"] }
---
agent: masked
access:
  tools: { allow: [crm/person] }
  data: { deny: [ssn] }
---
agent: hidden
conceal: true
access:
  tools: { allow: [web/search] }
`;

const reportSchema: JsonObject = {
  type: 'object',
  properties: { total: { type: 'number' } },
  required: ['total'],
};

const personSchema: JsonObject = {
  type: 'object',
  properties: { name: { type: 'string' }, ssn: { type: 'string' } },
  required: ['name', 'ssn'],
  additionalProperties: false,
};

export function servers(more: readonly ToolDefinition[] = []): { crm: FakeUpstream; web: FakeUpstream } {
  const crm = new FakeUpstream('crm', {
    capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {}, logging: {} },
    instructions: 'Look customers up before you write.',
    tools: [
      tool('lookup'),
      tool('search'),
      tool('delete', { annotations: { destructiveHint: true } }),
      tool('report', { outputSchema: reportSchema }),
      tool('person', { outputSchema: personSchema }),
      tool('number', { outputSchema: { type: 'number' } }),
      tool('export', {
        inputSchema: {
          type: 'object',
          properties: {
            region: { type: 'string', 'x-mcp-header': 'Region' },
            count: { type: 'integer', 'x-mcp-header': 'Count' },
          },
        },
      }),
      tool('wide', { inputSchema: { type: 'object' } }),
      ...more,
    ],
    resources: [
      { uri: 'crm://customers/1', name: 'first' },
      { uri: 'shared://motd', name: 'motd' },
    ],
    resource_templates: [{ uriTemplate: 'crm://customers/{id}', name: 'customer' }],
    prompts: [{ name: 'greet', arguments: [{ name: 'who' }] }, { name: 'summarize' }],
  });
  const web = new FakeUpstream('web', {
    capabilities: { tools: {}, resources: {}, prompts: {} },
    tools: [tool('search')],
    resources: [{ uri: 'shared://motd', name: 'motd' }],
    prompts: [{ name: 'summarize' }],
  });
  return { crm, web };
}

export function lockOf(upstreams: readonly FakeUpstream[]): ToolsLock {
  const entries = upstreams.map(({ name, listing }) => {
    const tools = (listing?.tools ?? []).map((definition) => ({
      digest: fingerprint(definition),
      definition,
    }));
    return [name, { tools: tools.toSorted((a, b) => (a.definition.name < b.definition.name ? -1 : 1)) }];
  });
  return { version: 1, servers: Object.fromEntries(entries) as ToolsLock['servers'] };
}

export function policyOf(text: string, lock: ToolsLock): CompiledPolicy {
  const { policy, diagnostics } = loadWorkspace([{ path: 'desk.yaml', text }], lock);
  if (!policy)
    throw new Error(`the policy of the test does not load: ${JSON.stringify(diagnostics, null, 1)}`);
  return policy;
}

export interface Fixture {
  gateway: Gateway;
  url: string;
  crm: FakeUpstream;
  web: FakeUpstream;
  clock: FakeClock;
  records: NewRecord[];
  registry: Registry;
  setStatus: (agent: string, status: AgentStatus) => void;
  /** Keys that are not valid any more. */
  revoked: Set<string>;
  /** As people use it. */
  approvals: ApprovalOffice;
  /** From now on the ledger cannot write. */
  refuseRecords: () => void;
  /** `phase kind result`, in order. */
  story: () => string[];
}

export interface FixtureOptions {
  bounds?: Partial<Bounds>;
  policy?: string;
  /** Of the server crm, besides those that it always has. */
  tools?: ToolDefinition[];
}

export const keys = {
  support: 'remit_support',
  reader: 'remit_reader',
  hidden: 'remit_hidden',
  masked: 'remit_masked',
};

/** A listening gateway that is closed when the test ends. */
export async function fixture(options: FixtureOptions = {}): Promise<Fixture> {
  const { crm, web } = servers(options.tools);
  const clock = fakeClock();
  const records: NewRecord[] = [];
  const statuses = new Map<string, AgentStatus>();
  const policy = policyOf(options.policy ?? policyText, lockOf([crm, web]));
  const disk = { full: false };
  const revoked = new Set<string>();
  const ports = portsOf(policy, records, statuses, clock, disk, revoked);
  const registry = new Registry();
  const gateway = createGateway({
    ports,
    upstreams: [crm, web],
    stateSecret: new Uint8Array(32).fill(7),
    version: '0.0.0',
    logger: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
    metrics: new Metrics(registry),
    bounds: { ...bounds, drain_ms: 200, ...options.bounds },
  });
  const address = await gateway.listen();
  onTestFinished(() => gateway.close());
  return {
    gateway,
    url: `${address}/mcp`,
    crm,
    web,
    clock,
    records,
    registry,
    setStatus: (agent, status) => statuses.set(agent, status),
    revoked,
    approvals: ports.approvals,
    refuseRecords: () => (disk.full = true),
    story: () =>
      records.map(({ phase, event, meta }) => [phase, event, meta.result].filter(Boolean).join(' ')),
  };
}

export function portsOf(
  policy: CompiledPolicy,
  records: NewRecord[],
  statuses: ReadonlyMap<string, AgentStatus>,
  clock: FakeClock,
  disk: { full: boolean },
  revoked: ReadonlySet<string>,
): Ports & { approvals: Approvals } {
  const newId = seededIds();
  const ledger: Ports['ledger'] = {
    append(added) {
      if (disk.full) return Promise.reject(new Fault('ledger_unavailable', 'No space is left.'));
      records.push(...added.map((record) => structuredClone(record)));
      return Promise.resolve(
        added.map((_, at) => ({ source: 'test', epoch: 1, sequence: records.length + at })),
      );
    },
  };
  const agents: Ports['agents'] = {
    authenticate(key) {
      const agent = Object.entries(keys).find(([, candidate]) => candidate === key)?.[0];
      return agent === undefined || revoked.has(key) ? undefined : { agent, key_id: `key_${agent}` };
    },
    holds: ({ agent }) => !revoked.has(keys[agent as keyof typeof keys]),
    status: (agent) => statuses.get(agent) ?? (policy.agents.has(agent) ? 'active' : undefined),
  };
  return {
    policy: () => policy,
    agents,
    ledger,
    limits: new LimitCounters(),
    flows: new FlowState(() => policy),
    approvals: new Approvals({ ledger, clock, newId }),
    argumentChecks: new ArgumentChecks(),
    clock,
    newId,
  };
}

export interface Answered {
  status: number;
  headers: Headers;
  /** The JSON body; undefined where there is none. */
  body: JsonObject;
}

export async function send(
  url: string,
  body: JsonValue | string,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${keys.support}`,
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const answer = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (answer === '' ? {} : parseAnswer(answer)) as JsonObject,
  };
}

/** The JSON body, or the last message of an event stream. */
function parseAnswer(answer: string): JsonValue {
  if (!answer.startsWith('data:') && !answer.startsWith('id:') && !answer.startsWith(':')) {
    return JSON.parse(answer) as JsonValue;
  }
  return messagesOf(answer).at(-1) ?? null;
}

/** The messages of an event stream, without empty events. */
export function messagesOf(stream: string): JsonObject[] {
  return stream
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line.length > 6)
    .map((line) => JSON.parse(line.slice(6)) as JsonObject);
}

let lastId = 0;

export function rpc(method: string, params: JsonObject = {}): JsonObject & { id: number } {
  return { jsonrpc: '2.0', id: ++lastId, method, params };
}

/** A 2025-era session that has been through its handshake. */
export class LegacyClient {
  readonly url: string;
  readonly headers: Record<string, string>;

  constructor(url: string, headers: Record<string, string>) {
    this.url = url;
    this.headers = headers;
  }

  static async open(
    url: string,
    { version = '2025-11-25', capabilities = {}, key = keys.support } = {},
  ): Promise<LegacyClient> {
    const authorization = `Bearer ${key}`;
    const params = { protocolVersion: version, capabilities, clientInfo: { name: 'test', version: '1' } };
    const { headers } = await send(url, rpc('initialize', params), { authorization });
    return new LegacyClient(url, {
      authorization,
      'mcp-session-id': headers.get('mcp-session-id') ?? '',
      'mcp-protocol-version': version,
    });
  }

  request(method: string, params: JsonObject = {}, headers: Record<string, string> = {}): Promise<Answered> {
    return send(this.url, rpc(method, params), { ...this.headers, ...headers });
  }

  post(body: JsonValue): Promise<Answered> {
    return send(this.url, body, this.headers);
  }
}

/** The envelope and headers of a 2026-07-28 request. */
export function modern(
  method: string,
  params: JsonObject = {},
  { capabilities = {}, meta = {} } = {},
): { body: JsonObject & { id: number }; headers: Record<string, string> } {
  const name = params['name'] ?? params['uri'] ?? params['taskId'];
  return {
    body: rpc(method, {
      ...params,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': capabilities,
        ...meta,
      },
    }),
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
    },
  };
}

export function sendModern(
  url: string,
  method: string,
  params: JsonObject = {},
  options: Parameters<typeof modern>[2] & { headers?: Record<string, string> } = {},
): Promise<Answered> {
  const { body, headers } = modern(method, params, options);
  return send(url, body, { ...headers, ...options.headers });
}
