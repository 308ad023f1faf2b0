/**
 * No policy and no call, however hostile, stops the process, throws out of `loadWorkspace` or `decide`,
 * or reaches what JavaScript objects have by themselves. How long a call may take is bounded by steps
 * (`condition_steps_max`); `npm run bench -- decide` measures what the worst of them cost.
 */
import type { JsonObject, JsonValue } from '@remit/contracts';
import { decide, explain, loadWorkspace } from '@remit/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { active, call, file, load, lock, workspaceText } from './support-desk.ts';

/** Runs with each seed that is kept, and with one that nobody has seen; a failure prints its seed: keep it here. */
const seeds = [1, 42, 20_261_122, -1_234_567_890];

function explore<Value>(
  arbitrary: fc.Arbitrary<Value>,
  holds: (value: Value) => void,
  numRuns: number,
): void {
  const property = fc.property(arbitrary, holds);
  for (const seed of seeds) fc.assert(property, { seed, numRuns });
  fc.assert(property, { numRuns });
}

const inherited = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
];
const before = Object.getOwnPropertyNames(Object.prototype).toSorted();
const nothingReached = (): void => {
  expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(before);
};

const words = fc.constantFrom(
  ...inherited,
  ...[
    'agent',
    'role',
    'roles',
    'access',
    'tools',
    'allow',
    'deny',
    'guardrails',
    'tier_1_automatic',
    'tier_4_blocked',
  ],
  ...[
    'limits',
    'calls',
    'sums',
    'distinct',
    'sum',
    'max',
    'per',
    'by',
    'window',
    'timezone',
    'day',
    'conversation',
  ],
  ...[
    'workspace',
    'servers',
    'actions',
    'tool',
    'when',
    'planned',
    'data',
    'groups',
    'mode',
    'observe',
    'risk',
    'scope',
  ],
  ...[
    'refund-create',
    'crm/*',
    '*',
    'args.amount',
    'args.amount > 100',
    '60/minute',
    'args["__proto__"]',
    'UTC',
    '<<',
  ],
);
const scalar = fc.oneof(
  words,
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    scalar as fc.Arbitrary<JsonValue>,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(fc.oneof(words, fc.string({ maxLength: 8 })), tie('tree')), {
        selector: ([key]) => key,
        maxLength: 6,
      })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));
const documents = fc
  .array(tree, { maxLength: 4 })
  .map((trees) => trees.map((each) => JSON.stringify(each)).join('\n---\n'));

const valid = `agent: support
risk: high
access: { tools: { allow: [crm/*, read_customer_info], deny: [database-query] }, resources: { allow: ["crm://*"] } }
guardrails: { tier_3_approval: [refund_over_100], tier_4_blocked: [export_customer_list] }
limits: { calls: 60/minute, sums: [{ sum: args.amount, max: 1000, per: day, timezone: Europe/Berlin }] }
`;
/** Real text with pieces cut out, put elsewhere or replaced. */
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(valid.length),
      cut: fc.nat(12),
      put: fc.oneof(
        words,
        fc.string({ unit: 'binary', maxLength: 4 }),
        fc.constantFrom('{', '}', '[', ']', ':', '\n', '&a', '*a', '!!', '"', '- '),
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((edits) =>
    edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), valid),
  );

const names = fc.constantFrom(
  'args.amount',
  'args.count',
  'args.reason',
  'args.urgent',
  'args.tags',
  'args.items',
  'args.extra',
  'args.address.city',
  'args.?amount.orValue(1.0)',
  'user.id',
  'agent.roles',
  'now',
  'conversation.id',
  'x',
);
const literals = fc.oneof(
  fc.integer().map(String),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => (Number.isInteger(value) ? `${value}.0` : String(value))),
  fc.string({ unit: 'binary', maxLength: 10 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('true', 'null', '[]', '{}', '"1h"', '"UTC"', '[1, "a", null]', '{"a": 1}', 'b"x"', '1u'),
);
/** Expressions, in part of no declared type, so that many of them load and are evaluated. */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      names,
      literals,
      fc
        .tuple(
          inner,
          fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||', 'in'),
          inner,
        )
        .map(([left, operator, right]) => `(dyn(${left}) ${operator} dyn(${right}))`),
      fc
        .tuple(
          fc.constantFrom(
            '!',
            '-',
            'size',
            'int',
            'double',
            'string',
            'timestamp',
            'duration',
            'decimal',
            'type',
            'dyn',
            'has',
            'bytes',
          ),
          inner,
        )
        .map(([f, of]) => `${f}(dyn(${of}))`),
      fc
        .tuple(
          inner,
          fc.constantFrom(
            'contains',
            'matches',
            'split',
            'join',
            'getHours',
            'startsWith',
            'orValue',
            'substring',
            ...inherited,
          ),
          inner,
        )
        .map(([of, f, by]) => `dyn(${of}).${f}(${by})`),
      fc
        .tuple(inner, fc.constantFrom('all', 'exists', 'map', 'filter', 'exists_one'), inner)
        .map(([of, f, body]) => `dyn(${of}).${f}(x, dyn(${body}))`),
      fc
        .tuple(inner, fc.constantFrom(...inherited, 'length', 'size', 'amount'))
        .map(([of, field]) => `dyn(${of}).${field}`),
      fc.tuple(inner, inner).map(([of, index]) => `${of}[${index}]`),
      fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    ),
  };
});

const truth = fc
  .tuple(expression, fc.constantFrom('==', '!=', '<', '>=', 'in', '&&', '||'), expression)
  .map(([left, operator, right]) => `dyn(${left}) ${operator} dyn(${right})`);

const keys = fc.oneof(
  fc.constantFrom(
    'amount',
    'count',
    'reason',
    'urgent',
    'tags',
    'items',
    'extra',
    'address',
    'city',
    ...inherited,
  ),
  fc.string({ maxLength: 5 }),
);
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      fc.double({ noNaN: true }),
      fc.maxSafeInteger(),
      fc.string({ unit: 'binary' }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map(objectOf),
  ),
}));
const calls = fc.array(fc.tuple(keys, value), { maxLength: 8 }).map(objectOf);

/** As `JSON.parse` makes it: `__proto__` is a key like any other. */
function objectOf(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const parts = entries.map(([key, each]) => `${JSON.stringify(key)}: ${JSON.stringify(each) ?? 'null'}`);
  return JSON.parse(`{${parts.join(',')}}`) as JsonObject;
}

describe('whatever is written,', () => {
  it('documents load or are refused with a place', () => {
    explore(
      fc.oneof(documents, mutated),
      (text) => {
        const { policy, diagnostics } = load(text);
        const errors = diagnostics.filter(({ severity }) => severity === 'error');
        expect(policy === undefined).toBe(errors.length > 0);
        for (const { place, message } of errors) {
          expect(place.line).toBeGreaterThan(0);
          expect(message.length).toBeLessThan(70_000);
        }
        if (policy !== undefined)
          expect(['allow', 'approve', 'deny']).toContain(
            decide(policy, call('refund-create', { amount: 7 }), active).effect,
          );
      },
      80,
    );
    nothingReached();
  });

  it('conditions load or are refused; one that loads holds, does not, or denies, for every call', () => {
    let evaluated = 0;
    explore(
      fc.tuple(truth, fc.array(calls, { minLength: 1, maxLength: 4 })),
      ([when, given]) => {
        const workspace = workspaceText.replace(
          'actions:',
          `actions:\n  tried: { tool: refund-create, when: ${JSON.stringify(when)} }`,
        );
        const agent = 'agent: support\nguardrails: { tier_1_automatic: [tried] }';
        const { policy } = loadWorkspace([file(workspace, 'w.yaml'), file(agent, 'a.yaml')], lock);
        if (policy === undefined) return;
        evaluated += 1;
        for (const args of given) {
          const action = call('refund-create', args, {
            user: 'dana@example.com',
            context: { conversation_id: 'c' },
          });
          const { effect, code } = decide(policy, action, active);
          if (effect === 'deny') expect(['not_permitted', 'denied_by_policy']).toContain(code);
          else expect(effect).toBe('allow');
          explain(policy, action, active);
        }
      },
      120,
    );
    expect(evaluated).toBeGreaterThan(50);
    nothingReached();
  });

  it('arguments are counted, compared and refused, whatever they hold', () => {
    const { policy } = load(
      'agent: support\naccess: { tools: { allow: ["crm/*"] } }\nlimits: [{ sum: args.?amount, max: 1000, per: day }, { distinct: args.?tags, max: 5, per: hour }, { max: 9, per: day, by: args.?reason, action: refund_over_100 }]',
    );
    explore(
      calls,
      (args) => {
        const { effect, reservations } = decide(policy!, call('refund-create', args), active);
        expect(['allow', 'deny']).toContain(effect);
        for (const { key, sum, distinct } of reservations) {
          expect(key.length).toBeLessThan(400);
          if (sum !== undefined) expect(sum).toMatch(/^\d+(\.\d+)?$/);
          for (const target of distinct ?? []) expect(target.length).toBeLessThan(100);
        }
      },
      120,
    );
    nothingReached();
  });
});

describe('what JavaScript has by itself', () => {
  it.each([
    'args.reason.constructor == "x"',
    'args.reason.length == 1',
    'args.tags.constructor == "x"',
    'args.extra.constructor.constructor == "x"',
    'args.extra["__proto__"] == "x"',
    'user.__proto__ == "x"',
    'agent.constructor == "x"',
    'now.constructor == "x"',
    'duration("1h").constructor == "x"',
    'decimal(1).constructor == "x"',
    'type(args.extra).constructor == "x"',
    'google.constructor == "x"',
    'args.?reason.constructor == "x"',
    'constructor == "x"',
    'globalThis == "x"',
  ])('is not there for a condition: %s', (when) => {
    const workspace = workspaceText.replace(
      'actions:',
      `actions:\n  tried: { tool: refund-create, when: ${JSON.stringify(when)} }`,
    );
    const agent = 'agent: support\nguardrails: { tier_1_automatic: [tried] }';
    const { policy } = loadWorkspace([file(workspace, 'w.yaml'), file(agent, 'a.yaml')], lock);
    if (policy === undefined) return;
    const args = { reason: 'x', tags: ['x'], extra: { a: 1 } };
    const action = call('refund-create', args, { user: 'dana@example.com' });
    expect(decide(policy, action, active).effect).toBe('deny');
  });
});
