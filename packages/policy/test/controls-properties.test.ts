/** Controls of agents, roles, defaults and baselines: no order changes them, and no document stops the process. */
import { agentControls, decide, loadWorkspace } from '@remit/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { active, call, file, lock, workspaceText } from './support-desk.ts';

const maybe = <Shape extends Record<string, fc.Arbitrary<unknown>>>(shape: Shape) =>
  fc.record(shape, { requiredKeys: [] });
const terms = {
  who: fc.subarray(['managers', 'finance'], { minLength: 1 }),
  count: fc.integer({ min: 1, max: 3 }),
  owner: fc.boolean(),
  within: fc.constantFrom('1h', '4h'),
};
const shape = {
  scope: maybe({
    environments: fc.subarray(['production', 'staging'], { minLength: 1 }),
    hours: fc.constantFrom(
      { from: '08:00', to: '18:00', timezone: 'UTC' },
      { days: ['sat-sun'], from: '00:00', to: '24:00', timezone: 'Europe/Berlin' },
    ),
    hosts: maybe({
      allow: fc.subarray(['a.example', '*.b.example', '*'], { minLength: 1 }),
      deny: fc.subarray(['x.b.example', 'a.example'], { minLength: 1 }),
    }),
    unattended: fc.constantFrom('allow', 'approve', 'deny'),
  }),
  unattended: fc.constantFrom('allow', 'approve', 'deny'),
  approvals: maybe({
    ...terms,
    actions: fc.array(
      fc.record(
        { action: fc.constantFrom('refund_over_100', 'search'), ...terms },
        { requiredKeys: ['action'] },
      ),
      { maxLength: 2 },
    ),
  }),
  flows: fc.array(
    fc.record({
      from: fc.constantFrom('untrusted', 'restricted'),
      to: fc.constantFrom('external', 'search'),
      then: fc.constantFrom('approve', 'deny'),
    }),
    { maxLength: 2 },
  ),
  limits: fc.constantFrom({ calls: '5/minute' }, { concurrency: 2 }),
};
const controls = maybe(shape);
const baseline = fc
  .tuple(fc.constantFrom('low', 'medium', 'high'), controls)
  .map(([risk, rest]) => ({ risk, ...rest }));

const policies = fc
  .tuple(
    controls,
    controls,
    controls,
    fc.uniqueArray(baseline, { selector: ({ risk }) => risk, maxLength: 3 }),
    controls,
  )
  .map(([agent, r1, r2, baselines, defaults]) => ({
    defaults,
    documents: [
      {
        agent: 'support',
        owner: 'dana@example.com',
        role: ['r1', 'r2'],
        access: { tools: { allow: ['crm/search', 'refund-create'] } },
        ...agent,
      },
      { role: 'r1', ...r1 },
      { role: 'r2', ...r2 },
      ...baselines,
    ],
  }));

const people = workspaceText
  .replace('managers: [dana@example.com]', 'managers: [dana@example.com]\n  finance: [finn@example.com]')
  .replace('trust: internal', 'trust: internal, environment: staging');

const calls = [
  call('search', { url: 'https://x.b.example' }),
  call('search', { url: 'https://a.example' }, { user: 'eve@example.com' }),
  call('search', {}),
  call('refund-create', { amount: 500 }, { user: 'eve@example.com' }),
  call('refund-create', { amount: 5 }),
];

type Policy = { defaults: object; documents: object[] };

function load({ defaults, documents }: Policy, order: readonly number[]) {
  const texts = documents.map((document) => JSON.stringify(document));
  const files = [
    file(`${people}defaults: ${JSON.stringify(defaults)}\n`, 'w.yaml'),
    ...order.map((at) => file(texts[at]!, `${order.indexOf(at)}.yaml`)),
  ];
  return loadWorkspace(files, lock);
}

function meaning(result: ReturnType<typeof load>): unknown {
  const { policy } = result;
  if (policy === undefined) return [...new Set(result.diagnostics.map(({ code }) => code))].toSorted();
  const decided = calls.map((one) => {
    const { effect, code, tier, approval, reservations } = decide(policy, one, active);
    const who = approval && {
      ...approval,
      who: approval.who.map((list) => list.toSorted().join()).toSorted(),
    };
    return { effect, code, tier, who, keys: reservations.map(({ key, max }) => `${key} ${max}`).toSorted() };
  });
  const shown = agentControls(policy, 'support')!.controls.map(
    ({ name, text, from }) => `${name} ${text} ${from}`,
  );
  return { decided, shown: shown.toSorted() };
}

describe('controls', () => {
  it('do not depend on the order of files and documents', () => {
    fc.assert(
      fc.property(policies, fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (policy, ranks) => {
        const order = policy.documents.map((_, at) => at);
        const mixed = order.toSorted((a, b) => ranks[a]! - ranks[b]!);
        expect(meaning(load(policy, mixed))).toEqual(meaning(load(policy, order)));
      }),
      { numRuns: 200 },
    );
  });

  it('written in any way whatever are a finding or a policy, and nothing else', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('1h', 'mon', '*.a', '/a/**', 'UTC', '08:00'));
    const names = Object.keys(shape);
    const anything = fc.dictionary(
      fc.constantFrom(
        ...names,
        'content',
        'messages',
        'models',
        'retention',
        'risk',
        'require',
        'tiers',
        '__proto__',
      ),
      fc.oneof(
        value,
        fc.dictionary(
          fc.constantFrom('who', 'hours', 'hosts', 'paths', 'allow', 'from', 'results', 'to'),
          value,
        ),
      ),
      { maxKeys: 4 },
    );
    fc.assert(
      fc.property(anything, fc.constantFrom('agent: support', 'role: r', 'risk: high'), (fields, kind) => {
        const entries = Object.entries(fields).map(
          ([key, inner]) => `${JSON.stringify(key)}: ${JSON.stringify(inner)}`,
        );
        const result = loadWorkspace(
          [file(people, 'w.yaml'), file(`${kind}\n${entries.join('\n')}\n`)],
          lock,
        );
        const failed = result.diagnostics.some(({ severity }) => severity === 'error');
        expect(result.policy === undefined).toBe(failed);
      }),
      { numRuns: 500 },
    );
  });
});
