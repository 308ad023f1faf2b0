/** A whole control plane on a real database in a folder of its own, with everybody who may call it. */
import { join } from 'node:path';
import type { Decision, ToolDefinition } from '@remit/contracts';
import { createControl, openPrivacy, openRegistry, type ControlOptions, type Registry } from '@remit/control';
import type { Approval } from '@remit/enforce';
import type { CompiledPolicy, LoadResult } from '@remit/policy';
import { type FakeClock, fakeClock, seededIds, temporaryFolder } from '@remit/testkit';
import type { FastifyInstance } from 'fastify';
import { afterEach } from 'vitest';
import { InMemoryLedger } from './in-memory-ledger.ts';
import { OneApproval } from './one-approval.ts';

export const operatorToken = 'remit_operator_0123456789abcdef0123456789abcdef0123456789a';
export const workspaceKey = new Uint8Array(32).fill(7);

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Answer {
  status: number;
  body: Record<string, unknown>;
  text: string;
  headers: Record<string, unknown>;
}

export type Send = (
  method: string,
  url: string,
  options?: { token?: string | undefined; body?: unknown; headers?: Record<string, string> },
) => Promise<Answer>;

export interface UnderTest {
  app: FastifyInstance;
  registry: Registry;
  ledger: InMemoryLedger;
  approvals: OneApproval;
  clock: FakeClock;
  failures: unknown[];
  folder: string;
  /** With the operator's token unless another is named; `token: undefined` sends none. */
  send: Send;
  /** Adds a person and gives the token. */
  person: (name: string, groups: string[]) => Promise<string>;
}

export async function controlUnderTest(
  options: {
    folder?: string;
    ledger?: InMemoryLedger;
    clock?: FakeClock;
    policy?: CompiledPolicy;
    change?: Partial<ControlOptions>;
  } = {},
): Promise<UnderTest> {
  const folder = options.folder ?? (await newFolder());
  const [approvals, newId] = [new OneApproval(), freshIds()];
  const clock = options.clock ?? fakeClock();
  const ledger = options.ledger ?? new InMemoryLedger();
  const recording = { ledger, clock, newId };
  const registry = await openRegistry({ file: join(folder, 'control.db'), workspaceKey, ...recording });
  const failures: unknown[] = [];
  const privacy = await openPrivacy({ ...recording, people: registry.people, state: nothingRestored });
  const app = createControl({
    ...recording,
    privacy,
    registry,
    ...surroundings(options.policy ?? policyNaming('support', 'billing')),
    approvals,
    operatorToken,
    log: { failed: (error) => failures.push(error) },
    ...options.change,
  });
  cleanups.push(async () => {
    await app.close();
    await registry.close();
  });
  const send = sender(app);
  const person = async (name: string, groups: string[]) =>
    (await registry.people.add(name, groups, administratorOf(registry))).token;
  return { app, registry, ledger, approvals, clock, failures, folder, send, person };
}

export const nothingRestored = { keep: () => Promise.resolve(), forget: () => Promise.resolve() };

type Surroundings = Pick<
  ControlOptions,
  'approvals' | 'policy' | 'upstreams' | 'explain' | 'toolDigest' | 'metrics' | 'examine' | 'backup'
>;

/** Everything around the control plane that a test has no interest in. */
export function surroundings(policy: CompiledPolicy): Surroundings {
  return {
    approvals: new OneApproval(),
    policy: policyHolder(policy),
    upstreams: {
      status: () => [{ server: 'crm', state: 'ready', tools: 2, restarts: 0 }],
      definitions: (server) => (server === 'crm' ? [toolNamed('lookup'), toolNamed('fresh')] : undefined),
    },
    explain: ({ tool }) => ({ server: 'crm', tool, decision }),
    toolDigest: (definition) => `sha256:${definition.name}`,
    metrics: () => Promise.resolve('remit_up 1\n'),
    examine: () => Promise.resolve([]),
    backup: (file) => Promise.resolve({ file, bytes: 1, size: 1, digest: '00' }),
  };
}

/** Ids that no other control plane on the same folder has made. */
let made = 0;
const freshIds = () => seededIds((made += 1));

async function newFolder(): Promise<string> {
  const folder = await temporaryFolder();
  cleanups.push(() => folder.remove());
  return folder.path;
}

function administratorOf({ people }: Registry) {
  const administrator = people.list().find(({ groups }) => groups.includes('administrators'));
  return administrator ? { id: administrator.id, name: administrator.name } : { id: 'operator' };
}

export function sender(app: FastifyInstance): Send {
  return async (method, url, options = {}) => {
    const token = 'token' in options ? options.token : operatorToken;
    const response = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body !== undefined && {
        payload: typeof options.body === 'string' ? options.body : JSON.stringify(options.body),
      }),
    });
    const json = String(response.headers['content-type']).includes('json') && response.body !== '';
    return {
      status: response.statusCode,
      text: response.body,
      headers: response.headers,
      body: json ? (JSON.parse(response.body) as Record<string, unknown>) : {},
    };
  };
}

function toolNamed(name: string): ToolDefinition {
  return { name, inputSchema: { type: 'object' } };
}

/** A policy as far as the control plane looks into one. */
export function policyNaming(...agents: string[]): CompiledPolicy {
  const profile = (name: string) =>
    ({ name, mode: 'enforce', conceal: false, place: { file: `${name}.yaml`, line: 1 } }) as const;
  return {
    version: 'sha256:policy',
    workspace: {
      name: 'test',
      conceal: false,
      mode: agents.length === 0 ? 'observe' : 'enforce',
      servers: new Map([['crm', { name: 'crm', command: ['crm'], trust: 'internal' }]]),
      groups: new Map(),
    },
    agents: new Map(agents.map((name) => [name, profile(name)])),
    lock: {
      version: 1,
      servers: {
        crm: {
          tools: [
            { digest: 'sha256:lookup', definition: toolNamed('lookup') },
            { digest: 'sha256:gone', definition: toolNamed('gone') },
          ],
        },
        web: { tools: [{ digest: 'sha256:fetch', definition: toolNamed('fetch') }] },
      },
    },
  };
}

function policyHolder(policy: CompiledPolicy): ControlOptions['policy'] {
  const loaded: LoadResult = { policy, diagnostics: [] };
  return {
    current: () => policy,
    lastLoad: () => ({ at: '2026-03-03T14:32:15.000Z', activated: true, diagnostics: [] }),
    reload: () => Promise.resolve(loaded),
    acceptTools: () => Promise.resolve(loaded),
    standing: () => ({ in_force: policy.version, candidates: [] }),
    documents: () => policy.version,
    versions: () => Promise.resolve([]),
    version: () => Promise.reject(new Error('no version is asked for here')),
    approve: () => Promise.resolve(),
    reject: () => Promise.resolve(),
    rollBack: () => Promise.resolve(),
  };
}

const decision: Decision = {
  id: 'dec_1',
  effect: 'deny',
  policy_effect: 'deny',
  mode: 'enforce',
  code: 'not_permitted',
  reasons: ['nothing allows it'],
  policy_version: 'sha256:policy',
  reservations: [],
};

export const waiting: Approval = {
  id: 'apr_1',
  status: 'pending',
  digest: 'sha256:call',
  agent: 'support',
  user: 'dana@example.com',
  kind: 'tool_invoke',
  server: 'crm',
  target: 'refund-create',
  arguments: { amount: 250 },
  reason: 'a refund over 100 needs a person',
  policy_version: 'sha256:policy',
  requested_at: '2026-03-03T14:00:00.000Z',
  expires_at: '2026-03-04T14:00:00.000Z',
};
