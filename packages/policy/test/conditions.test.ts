/**
 * Conditions as people write them, each also evaluated by a second implementation of the language
 * (`@bufbuild/cel`). Where the two differ, the row says so and why.
 */
import { isCelError, run } from '@bufbuild/cel';
import type { Action, JsonObject } from '@remit/contracts';
import { decide, loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, file, lock, mustLoad, workspaceText } from './support-desk.ts';

type Outcome = true | false | 'fails';

interface Example {
  when: string;
  args?: JsonObject;
  is: Outcome;
  /** What the second implementation says, where it differs by design. */
  elsewhere?: Outcome;
  because?: string;
}

const text = 'the second implementation has no optional types';
const money = '`decimal` is a function of ours';

const examples: Example[] = [
  { when: 'args.amount > 100', args: { amount: 101 }, is: true },
  { when: 'args.amount > 100', args: { amount: 100 }, is: false },
  { when: 'args.amount > 100', args: { amount: 100.5 }, is: true },
  { when: 'args.amount == 100', args: { amount: 100 }, is: true },
  { when: 'args.amount == 100', args: { amount: 100.5 }, is: false },
  { when: 'args.amount != 100', args: { amount: 100 }, is: false },
  { when: '100 == args.amount', args: { amount: 100 }, is: true },
  { when: 'args.amount == 9007199254740993', args: { amount: 9007199254740992 }, is: false },
  { when: 'args.count == 100', args: { count: 100 }, is: true },
  { when: 'args.count > 99.5', args: { count: 100 }, is: true },
  { when: 'args.count % 2 == 0', args: { count: 4 }, is: true },
  { when: 'args.count in [1, 2, 3]', args: { count: 2 }, is: true },
  { when: 'args.amount in [1.0, 2.5]', args: { amount: 2.5 }, is: true },
  { when: 'args.amount * 2.0 > 10.0', args: { amount: 6 }, is: true },
  { when: 'double(args.count) * 1.5 == 3.0', args: { count: 2 }, is: true },
  { when: 'args.extra == 100', args: { extra: 100 }, is: true },
  { when: 'args.extra == "100"', args: { extra: 100 }, is: false },
  { when: 'args.extra > 3', args: { extra: 4 }, is: true },
  { when: 'args.extra == null', args: { extra: null }, is: true },
  { when: 'args.extra.deep.deeper == "x"', args: { extra: { deep: { deeper: 'x' } } }, is: true },
  { when: 'args.extra.deep.deeper == "x"', args: { extra: { deep: {} } }, is: 'fails' },
  { when: 'args.reason == "damaged"', args: { reason: 'damaged' }, is: true },
  {
    when: 'args.reason.startsWith("dam") && !args.urgent',
    args: { reason: 'damaged', urgent: false },
    is: true,
  },
  { when: 'args.reason.size() > 3', args: { reason: 'damaged' }, is: true },
  { when: 'args.urgent', args: { urgent: true }, is: true },
  {
    when: 'args.urgent ? args.amount > 10.0 : args.amount > 100.0',
    args: { urgent: true, amount: 50 },
    is: true,
  },
  { when: 'args.tags.exists(tag, tag == "vip")', args: { tags: ['new', 'vip'] }, is: true },
  { when: 'args.tags.all(tag, tag.size() < 4)', args: { tags: ['new', 'vip'] }, is: true },
  { when: 'args.tags.size() == 0', args: { tags: [] }, is: true },
  { when: '"vip" in args.tags', args: { tags: ['vip'] }, is: true },
  { when: 'args.tags[0] == "vip"', args: { tags: ['vip'] }, is: true },
  { when: 'args.tags[0] == "vip"', args: { tags: [] }, is: 'fails' },
  {
    when: 'args.items.exists(item, item.price > 10.0)',
    args: { items: [{ price: 5 }, { price: 15 }] },
    is: true,
  },
  {
    when: 'args.items.filter(item, item.price > 10.0).size() == 1',
    args: { items: [{ price: 5 }, { price: 15 }] },
    is: true,
  },
  { when: 'args.address.city == "Bern"', args: { address: { city: 'Bern' } }, is: true },
  { when: 'has(args.address) && args.address.city == "Bern"', args: {}, is: false },
  { when: 'has(args.amount) && args.amount > 100', args: { amount: 500 }, is: true },
  { when: 'has(args.amount) && args.amount > 100', args: {}, is: false },
  { when: '!has(args.reason) || args.reason == ""', args: {}, is: true },
  { when: 'args.amount > 100', args: {}, is: 'fails' },
  { when: 'args.amount > 100 || args.urgent', args: { urgent: true }, is: true },
  { when: 'args.amount > 100 && args.urgent', args: { urgent: false }, is: false },
  { when: 'args.?amount.orValue(0.0) > 100', args: {}, is: false, elsewhere: 'fails', because: text },
  {
    when: 'args.?amount.orValue(0.0) > 100',
    args: { amount: 101 },
    is: true,
    elsewhere: 'fails',
    because: text,
  },
  { when: 'args.reason.matches("^dam[a-z]+$")', args: { reason: 'damaged' }, is: true },
  { when: 'args.reason.matches("age")', args: { reason: 'damaged' }, is: true },
  { when: 'args.reason . matches ("^x")', args: { reason: 'damaged' }, is: false },
  { when: '(args.reason + "x").matches("x$") && "matches".matches("m")', args: { reason: 'y' }, is: true },
  { when: 'environment == "production"', is: true },
  { when: 'agent.name == "support" && agent.risk == "low"', is: true },
  { when: 'agent.owner == "x"', is: 'fails' },
  { when: '"clerk" in agent.roles', is: true },
  { when: 'tool.name == "refund-create" && tool.server == "crm" && tool.effect == "write"', is: true },
  { when: 'user.id == "dana@example.com" && "managers" in user.groups', is: true },
  { when: 'conversation.id == "c-1" && conversation.customer_id == "7"', is: true },
  { when: 'has(conversation.triggered_by)', is: false },
  { when: 'now > timestamp("2026-01-01T00:00:00Z")', is: true },
  { when: 'now.getFullYear() == 2026 && now.getHours() < 18', is: true },
  { when: 'now - duration("1h") < now', is: true },
  { when: 'now - timestamp("2026-11-22T08:30:00Z") == duration("1h30m")', is: true },
  { when: 'now.getHours("Europe/Berlin") == 11 && now.getHours("America/New_York") == 5', is: true },
  { when: 'now.getDayOfWeek("Asia/Tokyo") == 0 && now.getDayOfWeek("Pacific/Kiritimati") == 1', is: true },
  { when: 'timestamp("2026-03-29T01:30:00Z").getHours("Europe/Berlin") == 3', is: true },
  { when: 'timestamp("2026-12-31T23:30:00Z").getFullYear("Europe/Berlin") == 2027', is: true },
  {
    when: 'now.getDayOfYear() == 325 && now.getDayOfYear("Europe/Berlin") == 325',
    is: true,
  },
  {
    when: 'now.getMinutes("Asia/Kolkata") == 30 && now.getDate("UTC") == 22 && now.getMonth("UTC") == 10',
    is: true,
  },
  { when: 'timestamp(args.reason) < now', args: { reason: '2026-11-22T09:59:59.999Z' }, is: true },
  { when: 'timestamp(args.reason) < now', args: { reason: '2026-11-22T11:59:59+02:00' }, is: true },
  {
    when: 'timestamp(args.reason) < now',
    args: { reason: '2026-11-22T09:59:59' },
    is: 'fails',
  },
  { when: 'duration(args.reason) > duration("90m")', args: { reason: '1h31m' }, is: true },
  { when: 'duration(args.reason) > duration("90m")', args: { reason: 'long' }, is: 'fails' },
  {
    when: 'decimal(args.amount) + decimal("0.2") == decimal("0.3")',
    args: { amount: 0.1 },
    is: true,
    elsewhere: 'fails',
    because: money,
  },
  {
    when: 'decimal(args.amount) - decimal(args.count) < decimal(0)',
    args: { amount: 2.99, count: 3 },
    is: true,
    elsewhere: 'fails',
    because: money,
  },
  {
    when: 'decimal(args.reason) >= decimal("99999999999999999999.01")',
    args: { reason: '99999999999999999999.02' },
    is: true,
    elsewhere: 'fails',
    because: money,
  },
  {
    when: 'decimal(args.reason) > decimal(0)',
    args: { reason: '1.000,00' },
    is: 'fails',
  },
  {
    when: 'args.amount > 100',
    args: { amount: '500' },
    is: 'fails',
  },
  {
    when: 'args.amount == 500',
    args: { amount: '500' },
    is: 'fails',
    elsewhere: false,
    because: 'an argument that is not of its declared type is refused before anything is compared',
  },
  {
    when: 'args.count == 1',
    args: { count: 1.5 },
    is: 'fails',
    elsewhere: false,
    because: 'an argument that is not of its declared type is refused before anything is compared',
  },
];

const document =
  'agent: support\nrisk: low\nrole: clerk\nguardrails: { tier_3_approval: [tried] }\n---\nrole: clerk\n';

function policyWhen(when: string) {
  const actions = workspaceText.replace(
    'actions:',
    `actions:\n  tried: { tool: refund-create, when: ${JSON.stringify(when)} }`,
  );
  return loadWorkspace([file(actions, 'w.yaml'), file(document, 'a.yaml')], lock);
}

const attended: Partial<Action> = {
  user: 'dana@example.com',
  context: { conversation_id: 'c-1', customer_id: '7' },
};

function here({ when, args = {} }: Example): Outcome {
  const { effect, code } = decide(mustLoad(policyWhen(when)), call('refund-create', args, attended), active);
  if (effect === 'approve') return true;
  return code === 'not_permitted' ? false : 'fails';
}

/** The same example for the second implementation: integers of the schema as 64-bit ones. */
function elsewhere({ when, args = {} }: Example): Outcome {
  const result = run(when, {
    args: Object.fromEntries(
      Object.entries(args).map(([name, value]) => [
        name,
        name === 'count' && Number.isInteger(value) ? BigInt(value as number) : value,
      ]),
    ) as never,
    agent: { name: 'support', risk: 'low', roles: ['clerk'] },
    tool: { name: 'refund-create', server: 'crm', effect: 'write' },
    user: { id: 'dana@example.com', groups: ['managers'] },
    conversation: { id: 'c-1', customer_id: '7' },
    environment: 'production',
    now: run(`timestamp("${active.now}")`) as never,
  });
  return isCelError(result) ? 'fails' : (result as boolean);
}

describe('conditions', () => {
  it.each(examples)('$when with $args: $is', (example) => {
    expect(here(example)).toBe(example.is);
  });

  it.each(examples)(
    '$when with $args: a second implementation agrees, or the difference is listed',
    (example) => {
      expect(elsewhere(example)).toBe(example.elsewhere ?? example.is);
      expect(example.because === undefined).toBe(example.elsewhere === undefined);
    },
  );

  it('see nobody where the agent acts unattended', () => {
    const policy = mustLoad(policyWhen('has(user.id)'));
    expect(decide(policy, call('refund-create'), active).code).toBe('not_permitted');
    const asking = mustLoad(policyWhen('user.id == "dana@example.com"'));
    expect(decide(asking, call('refund-create'), active).code).toBe('denied_by_policy');
  });

  it('treat every key of the arguments alike, also those that JavaScript objects inherit', () => {
    const policy = mustLoad(policyWhen('args.extra.constructor == "x" || has(args.extra.toString)'));
    const tried = (extra: string) =>
      decide(policy, call('refund-create', JSON.parse(`{"extra": ${extra}}`) as JsonObject), active);
    expect(tried('{"constructor": "x"}').effect).toBe('approve');
    expect(tried('{"constructor": "y"}').code).toBe('not_permitted');
    expect(tried('{}').code).toBe('denied_by_policy');
    expect(tried('{"__proto__": {"constructor": "x"}}').code).toBe('denied_by_policy');
  });

  it('deny where loops would turn too often for the arguments', () => {
    const policy = mustLoad(policyWhen('args.tags.all(a, args.tags.all(b, a == b))'));
    const tags = (length: number) =>
      decide(policy, call('refund-create', { tags: Array<string>(length).fill('x') }), active);
    expect(tags(100).effect).toBe('approve');
    expect(tags(10_000).reasons[0]).toContain('the arguments are too large for its loops');
  });

  it('count the characters of a text that is split before it is looped over', () => {
    const policy = mustLoad(
      policyWhen('args.reason.split("").all(a, args.reason.split("").exists(b, a == b))'),
    );
    const reasons = decide(policy, call('refund-create', { reason: 'x'.repeat(50_000) }), active).reasons;
    expect(reasons[0]).toContain('the arguments are too large for its loops');
  });

  it('match patterns in linear time', () => {
    const policy = mustLoad(policyWhen('args.reason.matches("^(a+)+$")'));
    expect(decide(policy, call('refund-create', { reason: `${'a'.repeat(20_000)}!` }), active).code).toBe(
      'not_permitted',
    );
    expect(
      decide(policy, call('refund-create', { reason: 'a'.repeat(70_000) }), active).reasons[0],
    ).toContain('longer than the 65536 characters that a pattern may look at');
  });

  it('look at no argument that they do not name', () => {
    const policy = mustLoad(policyWhen('args.amount > 1'));
    const hostile = {
      amount: 2,
      get extra(): never {
        throw new Error('looked at');
      },
    };
    expect(decide(policy, call('refund-create', hostile as unknown as JsonObject), active).effect).toBe(
      'approve',
    );
  });
});
