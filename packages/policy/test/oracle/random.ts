/** Random policies and calls; every part of the language that decides is in them. */
import fc from 'fast-check';
import { expression } from './expression.ts';
import { tools } from './plain.ts';
import type { PlainAction, PlainCall, PlainDocument, PlainPolicy } from './plain.ts';

const action = (of: readonly string[]): fc.Arbitrary<PlainAction> =>
  fc.record({ tool: fc.constantFrom(...of), when: expression }, { requiredKeys: ['tool'] });
const mild = Object.keys(tools).filter((key) => tools[key] === 'read' || tools[key] === 'write');
const actionNames = ['first_action', 'second_action', 'third_action'];
const actions = fc.record({
  first_action: action(mild),
  second_action: action(mild),
  third_action: action(Object.keys(tools)),
});

const toolWord = fc.constantFrom(
  ...actionNames,
  ...Object.keys(tools),
  ...['read', 'write', 'post', '*', 'crm/*', '*/w*', 'web/*t', 'w*', '*e'],
);
const toolWords = fc.array(toolWord, { maxLength: 3 });
/** What destroys or acts outside is named in no tier below approval: such policies do not load. */
const mildWords = fc.array(
  fc.constantFrom(
    'first_action',
    'second_action',
    ...mild,
    'read',
    'write',
    '*',
    'crm/*',
    '*/w*',
    'w*',
    '*e',
  ),
  { maxLength: 3 },
);
const fewToolWords = fc.array(toolWord, { maxLength: 1 });
const dataWord = fc.constantFrom('ssn', 'email', 'customer_name', 'surname', 'shoe_size');

function lists(word: fc.Arbitrary<string>) {
  return fc.record(
    { allow: fc.array(word, { maxLength: 2 }), deny: fc.array(word, { maxLength: 1 }) },
    { requiredKeys: [] },
  );
}

const access = fc.record(
  {
    tools: fc.record({ allow: toolWords, deny: fewToolWords }, { requiredKeys: [] }),
    resources: lists(fc.constantFrom('crm://a/1', 'crm://a/*', 'crm://*', '*://b/*', 'crm://b/2')),
    prompts: lists(fc.constantFrom('crm/hello', 'crm/*', 'hello', '*', 'web/h*')),
    sampling: lists(fc.constantFrom('crm', 'web', '*')),
    data: lists(dataWord),
  },
  { requiredKeys: [] },
);
const guardrails = fc.record(
  {
    tier_1_automatic: mildWords,
    tier_2_logged: mildWords,
    tier_3_approval: toolWords,
    tier_4_blocked: fewToolWords,
  },
  { requiredKeys: [] },
);
/** Limits do not change what is allowed; they have to survive the shuffling too. */
const limits = fc.record({ calls: fc.constantFrom('5/minute', '9/minute', '7/hour') }, { requiredKeys: [] });
const powers = { access, guardrails, limits };

const agent = (name: string) =>
  fc.record(
    {
      agent: fc.constant(name),
      roles: fc.subarray(['r1', 'r2', 'r3']),
      mode: fc.constantFrom('observe' as const, 'enforce' as const),
      ...powers,
    },
    { requiredKeys: ['agent'] },
  );
const role = (name: string, inherit: string[]) =>
  fc.record(
    { role: fc.constant(name), inherit: fc.subarray(inherit), ...powers },
    { requiredKeys: inherit.length > 0 ? ['role', 'inherit'] : ['role'] },
  );

/** A critical or high agent whose tiers 1 and 2 are empty, also through its role: others do not load. */
const critical = fc.record({
  agent: fc.constant('c'),
  risk: fc.constantFrom('critical', 'high'),
  access,
  guardrails: fc.record({ tier_3_approval: toolWords, tier_4_blocked: fewToolWords }, { requiredKeys: [] }),
});

const documents: fc.Arbitrary<PlainDocument[]> = fc
  .tuple(
    agent('a'),
    agent('b'),
    critical,
    role('r1', ['r2', 'r3']),
    role('r2', ['r3']),
    role('r3', []),
    fc.array(
      fc.record({
        guardrails: fc.record(
          { tier_3_approval: toolWords, tier_4_blocked: fewToolWords },
          { requiredKeys: [] },
        ),
      }),
      { maxLength: 2 },
    ),
  )
  .map(([a, b, c, r1, r2, r3, everyone]) => [a, b, c, r1, r2, r3, ...everyone]);

export const policies: fc.Arbitrary<PlainPolicy> = fc.record({
  mode: fc.constantFrom('enforce' as const, 'observe' as const),
  keep_tier_4_blocked: fc.boolean(),
  actions,
  documents,
});

const subject = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(...Object.keys(tools), 'crm/gone').map((key) => ({
      kind: 'tool_invoke' as const,
      server: key.split('/')[0]!,
      target: key.split('/')[1]!,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('crm://a/1', 'crm://b/2', 'web://b/3').map((target) => ({
      kind: 'resource_read' as const,
      server: 'crm',
      target,
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('crm', 'web')
      .map((server) => ({ kind: 'prompt_get' as const, server, target: 'hello' })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('crm', 'web')
      .map((server) => ({ kind: 'sampling' as const, server, target: server })),
  },
);

const rarely = <Value>(usual: Value, other: Value) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(other) });

const call: fc.Arbitrary<PlainCall> = fc
  .tuple(
    subject,
    fc.record(
      {
        n: fc.constantFrom<unknown>(-1, 5, 10, 11, 1.5, '10', null),
        s: fc.constantFrom<unknown>('x', 'y', 7),
      },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        agent: fc.constantFrom('a', 'b', 'c', 'nobody'),
        user: fc.constantFrom('dana', 'eve'),
        status: rarely<PlainCall['status']>('active', 'suspended'),
        drifted: rarely(false, true),
      },
      { requiredKeys: ['agent', 'status', 'drifted'] },
    ),
  )
  .map(([what, args, who]) => ({ ...what, args, ...who }));

/** Calls to try on one policy. */
export const calls: fc.Arbitrary<PlainCall[]> = fc.array(call, { minLength: 20, maxLength: 20 });
