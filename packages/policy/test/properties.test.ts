/** The fast evaluator against a slow and obvious one, and against itself with everything shuffled. */
import type { ToolsLock } from '@remit/contracts';
import { decide, loadWorkspace, mayUse } from '@remit/policy';
import type { CompiledPolicy } from '@remit/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actions, meaning, tools } from './oracle.ts';
import type { PlainCall, PlainDocument } from './oracle.ts';
import { active, call, mustLoad, tool } from './support-desk.ts';

const lock: ToolsLock = {
  version: 1,
  servers: Object.fromEntries(
    ['crm', 'web'].map((server) => {
      const names = Object.keys(tools).filter((key) => key.startsWith(`${server}/`));
      return [
        server,
        {
          tools: names.map((key) =>
            tool(key.slice(server.length + 1), { properties: { n: { type: 'integer' } } }),
          ),
        },
      ];
    }),
  ),
};

const workspace = {
  workspace: 'w',
  servers: { crm: { command: ['crm'] }, web: { command: ['web'] } },
  tools,
  actions: Object.fromEntries(
    Object.entries(actions).map(([name, { tool: of, when }]) => [name, { tool: of, when }]),
  ),
};

const word = fc.constantFrom(
  ...Object.keys(actions),
  ...Object.keys(tools),
  ...['read', 'write', 'post', '*', 'crm/*', '*/w*', 'web/*t', 'w*', '*e'],
);
const words = fc.array(word, { maxLength: 3 });
const access = fc.record(
  { tools: fc.record({ allow: words, deny: fc.array(word, { maxLength: 1 }) }, { requiredKeys: [] }) },
  { requiredKeys: [] },
);
const guardrails = fc.record(
  {
    tier_1_automatic: words,
    tier_2_logged: words,
    tier_3_approval: words,
    tier_4_blocked: fc.array(word, { maxLength: 1 }),
  },
  { requiredKeys: [] },
);
/** Data and limits do not change what is allowed; they have to survive the shuffling too. */
const extras = {
  limits: fc.record({ calls: fc.constantFrom('5/minute', '9/minute', '7/hour') }, { requiredKeys: [] }),
};

const agent = (name: string) =>
  fc.record(
    {
      agent: fc.constant(name),
      roles: fc.subarray(['r1', 'r2']),
      mode: fc.constantFrom('observe' as const, 'enforce' as const),
      access,
      guardrails,
      ...extras,
    },
    { requiredKeys: ['agent'] },
  );

const documents: fc.Arbitrary<PlainDocument[]> = fc
  .tuple(
    agent('a'),
    agent('b'),
    fc.record(
      { role: fc.constant('r1'), inherit: fc.constant(['r2']), access, guardrails, ...extras },
      { requiredKeys: ['role'] },
    ),
    fc.record({ role: fc.constant('r2'), access, guardrails, ...extras }, { requiredKeys: ['role'] }),
    fc.array(fc.record({ guardrails }), { maxLength: 2 }),
  )
  .map(([a, b, r1, r2, everyone]) => [a, b, r1, r2, ...everyone]);

const calls: PlainCall[] = ['a', 'b', 'c'].flatMap((name) =>
  Object.keys(tools).flatMap((key) => [5, 10, 11, undefined].map((n) => ({ agent: name, tool: key, n }))),
);

function decisionOn(policy: CompiledPolicy, { agent: name, tool: key, n }: PlainCall) {
  const [server = '', target = ''] = key.split('/');
  return decide(policy, call(target, n === undefined ? {} : { n }, { agent: name, server }), active);
}

function summary(policy: CompiledPolicy, plain: PlainCall): string {
  const { mode, policy_effect, code, tier } = decisionOn(policy, plain);
  const said = [policy_effect, code, tier].filter((part) => part !== undefined).join(' ');
  return mode === 'observe' ? `observe ${said}` : said;
}

function load(texts: string[]): CompiledPolicy {
  return mustLoad(
    loadWorkspace(
      texts.map((text, at) => ({ path: `${at}.yaml`, text })),
      lock,
    ),
  );
}

/** JSON is YAML; several documents in a file are set apart by `---`. */
function written(values: readonly unknown[]): string {
  return values.map((value) => `---\n${JSON.stringify(value)}\n`).join('');
}

/** The same values with keys and lists in another order. */
function shuffled(value: unknown, random: () => number): unknown {
  const mixed = <Item>(items: Item[]): Item[] =>
    items
      .map((item) => ({ item, rank: random() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ item }) => item);
  if (Array.isArray(value)) return mixed(value.map((item) => shuffled(item, random)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    mixed(Object.entries(value)).map(([key, inner]) => [key, shuffled(inner, random)]),
  );
}

/** A small generator of numbers from 0 to 1 (mulberry32), so that a failing order can be seen again. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

describe('decide', () => {
  it('says what a slow and obvious reading of the documents says', () => {
    fc.assert(
      fc.property(documents, (plain) => {
        const policy = load([written([workspace, ...plain])]);
        for (const one of calls) expect([one, summary(policy, one)]).toEqual([one, meaning(plain, one)]);
      }),
      { numRuns: 200 },
    );
  });

  it('does not depend on the order of files, documents, keys and lists', () => {
    fc.assert(
      fc.property(documents, fc.integer(), fc.integer({ min: 1, max: 4 }), (plain, seed, files) => {
        const random = randomFrom(seed);
        const mixed = [workspace, ...plain].map((document) => ({
          document: shuffled(document, random),
          file: Math.floor(random() * files),
          rank: random(),
        }));
        mixed.sort((a, b) => a.rank - b.rank);
        const texts = Array.from({ length: files }, (_, at) =>
          written(mixed.filter(({ file }) => file === at).map(({ document }) => document)),
        );
        const [one, other] = [load([written([workspace, ...plain])]), load(texts)];
        for (const each of calls) {
          expect(summary(other, each)).toBe(summary(one, each));
          expect(reserved(other, each)).toEqual(reserved(one, each));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('lets an agent see every tool of which some call is not refused', () => {
    fc.assert(
      fc.property(documents, (plain) => {
        const policy = load([written([workspace, ...plain])]);
        for (const name of ['a', 'b']) {
          for (const key of Object.keys(tools)) {
            const [server = '', target = ''] = key.split('/');
            const tried = calls.filter((one) => one.agent === name && one.tool === key);
            const some = tried.some((one) => decisionOn(policy, one).effect !== 'deny');
            if (some) expect(mayUse(policy, name, { kind: 'tool_invoke', server, target })).toBe(true);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

function reserved(policy: CompiledPolicy, plain: PlainCall): string[] {
  return decisionOn(policy, plain)
    .reservations.map(({ key, max }) => `${key} ${max}`)
    .toSorted();
}
