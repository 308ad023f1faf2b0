/** The fast evaluator against the slow and obvious one, and against itself with everything shuffled. */
import type { Decision } from '@remit/contracts';
import type { CompiledPolicy } from '@remit/policy';
import fc from 'fast-check';
import { expect } from 'vitest';
import { decided, documentsOf, load, textOf } from './loading.ts';
import { deniesField, meaning } from './oracle.ts';
import type { PlainCall, PlainPolicy } from './plain.ts';
import { calls, policies } from './random.ts';

/** `runs` random policies, each asked about twenty random calls. */
export function checkAgreement(runs: number): void {
  fc.assert(
    fc.property(policies, calls, (policy, asked) => {
      const compiled = load([textOf(documentsOf(policy))]);
      for (const call of asked) expectAgreement(policy, compiled, call);
    }),
    { numRuns: runs },
  );
}

function expectAgreement(policy: PlainPolicy, compiled: CompiledPolicy, call: PlainCall): void {
  const { rules, ...meant } = meaning(policy, call);
  const decision = decided(compiled, call);
  const { mode, effect, policy_effect, code, tier, rule } = decision;
  const said = { mode, effect, policy_effect, ...(code && { code }), ...(tier && { tier }) };
  expect({ call, ...said }).toEqual({ call, ...meant });
  if (rules.length === 0) expect(rule).toBeUndefined();
  else expect(rules).toContain(rule?.name);
  if (effect !== 'deny') expectFields(policy, call, decision);
}

const probes = ['ssn', 'social_security_number', 'email_address', 'customer_name', 'surname', 'shoe_size'];

function expectFields(policy: PlainPolicy, call: PlainCall, { data }: Decision): void {
  const folded = (field: string): string => field.replaceAll('_', '');
  const denied = new Set((data?.denied ?? []).map(folded));
  for (const field of probes) {
    expect([call.agent, field, denied.has(folded(field))]).toEqual([
      call.agent,
      field,
      deniesField(policy, call.agent, field),
    ]);
  }
}

/** `runs` random policies, their documents mixed over files, and every key and list in another order. */
export function checkOrder(runs: number): void {
  fc.assert(
    fc.property(
      policies,
      calls,
      fc.integer(),
      fc.integer({ min: 1, max: 4 }),
      (policy, asked, seed, files) => {
        const documents = documentsOf(policy);
        const [one, other] = [load([textOf(documents)]), load(mixed(documents, randomFrom(seed), files))];
        for (const call of asked)
          expect(withoutPlaces(decided(other, call))).toEqual(withoutPlaces(decided(one, call)));
      },
    ),
    { numRuns: runs },
  );
}

function mixed(documents: readonly object[], random: () => number, files: number): string[] {
  const placed = documents.map((document) => ({
    document: shuffled(document, random),
    file: Math.floor(random() * files),
    rank: random(),
  }));
  placed.sort((a, b) => a.rank - b.rank);
  return Array.from({ length: files }, (_, at) =>
    textOf(placed.filter(({ file }) => file === at).map(({ document }) => document)),
  );
}

/** Which of several equal rules is named, and where it stands, is all that may differ; and the version. */
function withoutPlaces({ effect, policy_effect, mode, code, tier, data, reservations }: Decision): object {
  const reserved = reservations.map((each) => JSON.stringify({ ...each, rule: undefined })).toSorted();
  return { effect, policy_effect, mode, code, tier, denied: data?.denied, reserved };
}

/** The same values with keys and lists in another order. */
function shuffled(value: unknown, random: () => number): unknown {
  const inOtherOrder = <Item>(items: Item[]): Item[] =>
    items
      .map((item) => ({ item, rank: random() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ item }) => item);
  if (Array.isArray(value)) return inOtherOrder(value.map((item) => shuffled(item, random)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    inOtherOrder(Object.entries(value)).map(([key, inner]) => [key, shuffled(inner, random)]),
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
