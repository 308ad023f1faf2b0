import { Fault } from '@remit/contracts';
import type { Action, JsonValue, NewRecord, Performed, ToolDefinition } from '@remit/contracts';
import { fingerprint } from '@remit/inspect';
import {
  Approvals,
  ArgumentChecks,
  enforce,
  LimitCounters,
  type AgentStatus,
  type Interim,
  type Ports,
} from '@remit/enforce';
import { loadWorkspace } from '@remit/policy';
import { beforeEach, describe, expect, test } from 'vitest';
import { action, counterIds, full, ManualClock, MemoryLedger } from './fixtures.ts';

const tool = (name: string, properties: Record<string, JsonValue>, required: string[]): ToolDefinition => ({
  name,
  inputSchema: { type: 'object', properties, required },
});
const definitions = [
  tool('customer-lookup', { customer_id: { type: 'string' } }, ['customer_id']),
  tool('refund-create', { amount: { type: 'number' }, note: { type: 'string' } }, ['amount']),
  tool('database-query', { sql: { type: 'string' } }, []),
];
const lock = {
  version: 1 as const,
  servers: {
    crm: { tools: definitions.map((definition) => ({ digest: fingerprint(definition), definition })) },
  },
};
const workspace = (mode: string) => `
workspace: test
language: 1
mode: ${mode}
servers:
  crm: { command: [node, crm.mjs] }
actions:
  refund_over_100: { tool: refund-create, when: args.amount > 100 }
`;
const support = `
agent: support
access:
  tools: { allow: [customer-lookup, refund-create], deny: [database-query] }
  prompts: { allow: ["crm/*"] }
  data: { deny: [ssn] }
guardrails:
  tier_1_automatic: [customer-lookup]
  tier_2_logged: [refund-create]
  tier_3_approval: [refund_over_100]
limits:
  calls: 5/minute
`;

function compiled(mode = 'enforce') {
  const files = [
    { path: 'workspace.yaml', text: workspace(mode) },
    { path: 'support.yaml', text: support },
  ];
  const { policy, diagnostics } = loadWorkspace(files, lock);
  if (!policy) throw new Error(JSON.stringify(diagnostics, null, 2));
  return policy;
}

let ledger: MemoryLedger;
let clock: ManualClock;
let approvals: Approvals;
let ports: Ports;
let status: AgentStatus | undefined;
/** What the upstream saw, and what was recorded by then. */
let performed: { args: unknown; story: string[] }[];
let answer: Performed;

beforeEach(() => {
  ledger = new MemoryLedger();
  clock = new ManualClock();
  status = 'active';
  performed = [];
  answer = { result: 'success', value: { content: [] } };
  const newId = counterIds();
  approvals = new Approvals({ ledger, clock, newId });
  const policy = compiled();
  ports = {
    policy: () => policy,
    agents: { authenticate: () => undefined, holds: () => true, status: () => status },
    ledger,
    limits: new LimitCounters(),
    approvals,
    argumentChecks: new ArgumentChecks(),
    clock,
    newId,
  };
});

let count = 0;
function lookup(overrides: Partial<Action> = {}): Action {
  return action({
    id: `act_${++count}`,
    target: 'customer-lookup',
    arguments: { customer_id: 'cust-456' },
    ...overrides,
  });
}
const refund = (amount: number, overrides: Partial<Action> = {}) =>
  lookup({ target: 'refund-create', arguments: { amount }, ...overrides });

function govern(of: Action) {
  const perform = (args: unknown) => {
    performed.push({ args, story: ledger.story });
    return Promise.resolve(answer);
  };
  return enforce(of, { perform }, ports);
}

const last = (): NewRecord => ledger.appended.at(-1)!;

describe('an allowed call', () => {
  test('is recorded before it is performed and again before it is answered', async () => {
    const outcome = await govern(lookup());
    expect(outcome).toMatchObject({ kind: 'answered', result: 'success' });
    expect(performed).toEqual([{ args: { customer_id: 'cust-456' }, story: ['intent tool_invoke'] }]);
    expect(ledger.story).toEqual(['intent tool_invoke', 'outcome tool_invoke success']);
  });

  test('has in its outcome what was forwarded before the answer, the digest sealed', async () => {
    const perform = (_: unknown, interim: Interim) => {
      interim.visible('notifications/progress', { progress: 1 });
      return Promise.resolve(answer);
    };
    await enforce(lookup(), { perform }, ports);
    expect(last()).toMatchObject({
      phase: 'outcome',
      meta: { interim: { messages: 1 } },
      payload: { interim_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string },
    });
    await govern(lookup());
    expect(last().meta).not.toHaveProperty('interim');
  });

  test('of tier automatic keeps a digest of the result, of tier logged the whole result', async () => {
    answer = { result: 'success', value: { content: [{ type: 'text', text: 'hello' }] } };
    await govern(lookup());
    expect(last().payload).not.toHaveProperty('output');
    expect(last().payload?.output_digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    await govern(refund(20));
    expect(last().payload?.output).toEqual(answer.value);
  });

  test('keeps everything that could identify a person out of the public record', async () => {
    await govern(lookup({ user: 'dana', context: { customer_id: 'cust-456' }, rationale: 'asked by dana' }));
    for (const { meta } of ledger.appended) expect(JSON.stringify(meta)).not.toMatch(/dana|cust-456/);
    expect(ledger.appended[0]?.payload).toMatchObject({ user: 'dana', rationale: 'asked by dana' });
  });

  test('loses denied fields of its result before the agent sees it', async () => {
    answer = {
      result: 'success',
      value: { structuredContent: { name: 'Ada', ssn: '078-05-1120' }, content: [] },
    };
    const outcome = await govern(lookup());
    expect(outcome).toMatchObject({ value: { structuredContent: { name: 'Ada' } } });
    expect(JSON.stringify(outcome)).not.toContain('078-05-1120');
    expect(last().meta['removed']).toEqual({ ssn: 1 });
  });
});

describe('a refusal', () => {
  test.each([
    ['an explicit deny', () => lookup({ target: 'database-query', arguments: {} }), 'denied_by_policy'],
    ['a tool that nobody has', () => lookup({ target: 'nonsense' }), 'unknown_tool'],
    ['an agent that nobody registered', () => lookup({ agent: 'nobody' }), 'not_permitted'],
    ['arguments against the schema', () => lookup({ arguments: { customer_id: 7 } }), 'invalid_arguments'],
    [
      'denied data in arguments',
      () => refund(20, { arguments: { amount: 20, note: '{"ssn":"078-05-1120"}' } }),
      'content_blocked',
    ],
    [
      'a definition that differs from the lock',
      () => lookup({ tool_digest: 'sha256:other' }),
      'tool_changed',
    ],
  ])('for %s is one event, and nothing is performed', async (_, make, code) => {
    expect(await govern(make())).toMatchObject({ kind: 'refused', refusal: { code } });
    expect(ledger.story).toEqual(['event tool_invoke denied']);
    expect(performed).toEqual([]);
  });

  test('for a suspended agent holds from the next call on, in every mode', async () => {
    status = 'suspended';
    const observing = compiled('observe');
    expect(await govern(lookup())).toMatchObject({ refusal: { code: 'agent_suspended' } });
    ports.policy = () => observing;
    expect(await govern(lookup())).toMatchObject({ refusal: { code: 'agent_suspended' } });
  });

  test('names rule, place, reason and remedy', async () => {
    const outcome = await govern(lookup({ target: 'database-query', arguments: {} }));
    expect(outcome).toMatchObject({
      refusal: {
        effect: 'deny',
        rule: { file: 'support.yaml', line: 4 },
        reason: expect.stringContaining('database-query') as unknown,
        remedy: expect.stringMatching(/\w/) as unknown,
      },
    });
  });
});

describe('a limit', () => {
  test('is recorded with the instant that it was reserved at, not that of the arrival', async () => {
    const arrived = new Date(clock.time - 90_000).toISOString();
    await govern(lookup({ received_at: arrived }));
    const [intent] = ledger.appended;
    expect(intent?.time).toBe(arrived);
    expect(intent?.payload).toMatchObject({
      reserved_at: new Date(clock.time).toISOString(),
      reservations: [{ key: 'calls/60000/agent=support', max: 5 }],
    });
    expect(JSON.stringify(intent?.meta)).not.toContain('calls/60000');
  });

  test('of a sum says what is used, and is not reached by what was never sent', async () => {
    const { policy } = loadWorkspace(
      [
        { path: 'workspace.yaml', text: workspace('enforce') },
        {
          path: 'support.yaml',
          text: 'agent: support\naccess: { tools: { allow: [refund-create] } }\nguardrails: { tier_2_logged: [refund-create] }\nlimits: { sums: { sum: args.amount, max: 100, per: day } }',
        },
      ],
      lock,
    );
    ports = { ...ports, policy: () => policy! };
    expect(await govern(refund(60.1))).toMatchObject({ kind: 'answered' });
    answer = { result: 'unknown', sent: false, reason: 'no connection' };
    await govern(refund(30));
    answer = { result: 'unknown', sent: true, reason: 'no answer' };
    await govern(refund(20.2));
    const outcome = await govern(refund(20));
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: { code: 'rate_limited', retry_after_s: 86_400 },
    });
    const { reason } = (outcome as { refusal: { reason: string } }).refusal;
    expect(reason).toContain('has no room for this call: 80.3 of 100 are used, and it would add 20.');
    expect(await govern(refund(1000))).toMatchObject({ refusal: { code: 'limit_reached' } });
    answer = { result: 'success', value: { content: [] } };
    expect(await govern(refund(19.7))).toMatchObject({ kind: 'answered' });
  });

  test('lets exactly its number through, however many come at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => govern(lookup())));
    expect(outcomes.filter(({ kind }) => kind === 'answered')).toHaveLength(5);
    expect(performed).toHaveLength(5);
    const refused = outcomes.find(({ kind }) => kind === 'refused');
    expect(refused).toMatchObject({ refusal: { code: 'rate_limited', retry_after_s: 60 } });
  });

  test('counts failed and unanswered calls, and gives back what was provably never sent', async () => {
    answer = { result: 'unknown', sent: true, reason: 'it hung' };
    for (let n = 0; n < 4; n++) await govern(lookup());
    answer = { result: 'unknown', sent: false, reason: 'no connection' };
    for (let n = 0; n < 9; n++)
      expect(await govern(lookup())).toMatchObject({ refusal: { code: 'upstream_failed' } });
    expect(last().meta.released).toBe(true);
    answer = { result: 'error', value: { content: [] } };
    expect(await govern(lookup())).toMatchObject({ kind: 'answered', result: 'error' });
    expect(await govern(lookup())).toMatchObject({ refusal: { code: 'rate_limited' } });
  });
});

describe('a call that needs a person', () => {
  test('waits, runs once after the approval, and asks anew after that', async () => {
    const held = await govern(refund(150));
    expect(held).toMatchObject({
      refusal: { code: 'approval_pending', effect: 'approve', approval: { status: 'pending' } },
    });
    const [waiting] = approvals.list({});
    expect(await govern(refund(150))).toMatchObject({ refusal: { approval: { id: waiting?.id } } });
    await approvals.decide(waiting!.id, 'approve', 'dana');

    const twins = await Promise.all([govern(refund(150)), govern(refund(150))]);
    expect(twins.filter(({ kind }) => kind === 'answered')).toHaveLength(1);
    expect(performed).toHaveLength(1);
    expect(performed[0]?.story).toContain('event approval_redeemed success');
    expect(await govern(refund(150))).toMatchObject({ refusal: { code: 'approval_pending' } });
    expect(performed).toHaveLength(1);
  });

  test('with other arguments is another call', async () => {
    await govern(refund(150));
    const [waiting] = approvals.list({});
    await approvals.decide(waiting!.id, 'approve', 'dana');
    expect(await govern(refund(151))).toMatchObject({ refusal: { code: 'approval_pending' } });
    expect(performed).toEqual([]);
  });

  test('that a person denied says so, with the words of that person', async () => {
    await govern(refund(150));
    await approvals.decide(approvals.list({})[0]!.id, 'deny', 'dana', 'call the customer first');
    const outcome = await govern(refund(150));
    expect(outcome).toMatchObject({ refusal: { code: 'approval_denied' } });
    expect(JSON.stringify(outcome)).toContain('call the customer first');
  });

  test('is decided again when it comes back: a suspension in between holds', async () => {
    await govern(refund(150));
    await approvals.decide(approvals.list({})[0]!.id, 'approve', 'dana');
    status = 'suspended';
    expect(await govern(refund(150))).toMatchObject({ refusal: { code: 'agent_suspended' } });
  });

  test('with a string that has no canonical form is refused, not approved', async () => {
    const odd = refund(150, { arguments: { amount: 150, note: '\ud800' } });
    expect(await govern(odd)).toMatchObject({ refusal: { code: 'invalid_arguments' } });
  });
});

describe('a ledger that cannot write', () => {
  test('lets nothing run, and the count and the approval are free again', async () => {
    await govern(refund(150));
    await approvals.decide(approvals.list({})[0]!.id, 'approve', 'dana');
    ledger.before = full;
    expect(await govern(refund(150))).toMatchObject({ refusal: { code: 'ledger_unavailable' } });
    expect(performed).toEqual([]);
    ledger.before = () => undefined;
    expect(await govern(refund(150))).toMatchObject({ kind: 'answered' });
  });

  test('does not tell the agent where the ledger lies', async () => {
    ledger.before = () => {
      throw new Fault('ledger_unavailable', 'the ledger could not make `/var/lib/remit/ledger` durable');
    };
    const told: unknown[] = [];
    ports.observer = { unrecorded: (_, error) => void told.push(error) };
    for (const call of [lookup(), refund(150), lookup({ target: 'database-query' })]) {
      const outcome = await govern(call);
      expect(outcome).toMatchObject({ refusal: { code: 'ledger_unavailable' } });
      expect(JSON.stringify(outcome)).not.toContain('/var/lib');
    }
    expect(String(told)).toContain('/var/lib');
  });

  test('withholds a result whose outcome it could not record', async () => {
    answer = { result: 'success', value: { content: [{ type: 'text', text: 'secret' }] } };
    ledger.before = (records) => {
      if (records.some(({ phase }) => phase === 'outcome')) full();
    };
    const outcome = await govern(lookup());
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'ledger_unavailable' } });
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });

  test('is the answer where even the refusal cannot be recorded', async () => {
    ledger.before = full;
    expect(await govern(lookup({ target: 'database-query' }))).toMatchObject({
      refusal: { code: 'ledger_unavailable' },
    });
  });
});

describe('observe mode', () => {
  beforeEach(() => {
    const observing = compiled('observe');
    ports.policy = () => observing;
  });

  test('records the refusal that would have been, and lets the call through', async () => {
    expect(await govern(lookup({ target: 'database-query', arguments: {} }))).toMatchObject({
      kind: 'answered',
    });
    expect(ledger.appended[0]?.meta.decision).toMatchObject({
      effect: 'allow',
      policy_effect: 'deny',
      code: 'denied_by_policy',
    });
  });

  test('asks nobody, limits nothing, and leaves results whole', async () => {
    answer = { result: 'success', value: { structuredContent: { ssn: '1' }, content: [] } };
    for (let n = 0; n < 9; n++)
      expect(await govern(refund(150))).toMatchObject({ kind: 'answered', value: answer.value });
    expect(last().meta['removed']).toEqual({ ssn: 1 });
  });

  test('records what limits and data rules would have refused', async () => {
    for (let n = 0; n < 6; n++) await govern(lookup());
    await govern(refund(20, { arguments: { amount: 20, note: '{"ssn":"1"}' } }));
    const intents = ledger.appended
      .filter(({ phase }) => phase === 'intent')
      .map(({ meta }) => meta.decision);
    expect(intents.slice(0, 5).map((decided) => decided?.['policy_effect'])).toEqual(Array(5).fill('allow'));
    expect(intents[5]).toMatchObject({ effect: 'allow', policy_effect: 'deny', code: 'rate_limited' });
    expect(intents[6]).toMatchObject({ effect: 'allow', policy_effect: 'deny', code: 'content_blocked' });
    expect(ledger.appended.some(({ meta }) => meta.result === 'denied')).toBe(false);
  });

  test('counts nothing after a restart that it did not count before', async () => {
    for (let n = 0; n < 6; n++) await govern(lookup());
    const reserving = ledger.appended.filter(({ payload }) => payload?.reservations);
    expect(reserving).toHaveLength(5);
  });

  test('stays closed to malformed arguments', async () => {
    expect(await govern(lookup({ arguments: {} }))).toMatchObject({ refusal: { code: 'invalid_arguments' } });
  });
});

test('a completion of a denied field is refused: its answers would be that field', async () => {
  const argument = { name: 'SSN', value: '078' };
  const completion = lookup({ kind: 'completion', target: 'greet', arguments: { argument } });
  expect(await govern(completion)).toMatchObject({ refusal: { code: 'content_blocked' } });
  const other = { argument: { name: 'who', value: '078' } };
  expect(await govern(lookup({ ...completion, arguments: other }))).toMatchObject({ kind: 'answered' });
});

test('a call that was never sent says so, and one that may have run says that', async () => {
  answer = { result: 'unknown', sent: false, reason: 'The server is down.' };
  expect(await govern(lookup())).toMatchObject({
    refusal: { remedy: expect.stringContaining('nothing happened') as string },
  });
  answer = { ...answer, sent: true };
  expect(await govern(lookup())).toMatchObject({
    refusal: { remedy: expect.stringContaining('may or may not have acted') as string },
  });
});

test('a call that the agent ended has an outcome, and nobody is answered', async () => {
  answer = { result: 'cancelled', sent: true };
  expect(await govern(lookup())).toMatchObject({ kind: 'cancelled' });
  expect(ledger.story.at(-1)).toBe('outcome tool_invoke cancelled');
});
