import { mismatches, readExamples } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { file, line } from './support-desk.ts';

const read = (text: string) => readExamples(file(text, 'a.test.yaml'));

describe('examples in a test file', () => {
  it('take agent, person, context and time from the file where they do not say so themselves', () => {
    const { examples } = read(`agent: support
user: dana@example.com
now: 2026-03-02T10:00:00+01:00
context: { customer_id: C-1 }
tests:
  - { name: one, call: search, expect: allow }
  - { name: two, agent: billing, now: 2026-03-03T10:00:00Z, call: search, args: { a: [1, null] }, expect: deny }
`);
    expect(examples).toEqual([
      {
        name: 'one',
        spot: { file: 'a.test.yaml', line: 6, column: 5 },
        now: '2026-03-02T09:00:00.000Z',
        steps: [
          {
            kind: 'call',
            spot: { file: 'a.test.yaml', line: 6, column: 24 },
            agent: 'support',
            user: 'dana@example.com',
            context: { customer_id: 'C-1' },
            tool: 'search',
            arguments: {},
            times: 1,
            labels: [],
            expect: { effect: 'allow' },
          },
        ],
      },
      expect.objectContaining({
        now: '2026-03-03T10:00:00.000Z',
        steps: [expect.objectContaining({ agent: 'billing', arguments: { a: [1, null] } })],
      }),
    ]);
  });

  it('in several steps wait as long as they say', () => {
    const { examples } = read(
      'tests: [{ name: n, agent: a, steps: [{ call: t, times: 3, expect: { tier: logged, code: rate_limited } }, { wait: 90s }] }]',
    );
    expect(examples[0]?.steps).toMatchObject([
      { kind: 'call', times: 3, expect: { tier: 'logged', code: 'rate_limited' } },
      { kind: 'wait', wait_ms: 90_000 },
    ]);
  });

  it.each([
    [
      'an unknown key',
      'tests: [{ name: n, agent: a, cal: t, expect: allow }]',
      'unknown_key a.test.yaml:1:30',
      '`call`',
    ],
    [
      'a misspelled effect',
      'tests: [{ name: n, agent: a, call: t, expect: alow }]',
      'invalid_value a.test.yaml:1:47',
      '`allow`',
    ],
    [
      'an unknown code',
      'tests: [{ name: n, agent: a, call: t, expect: { code: rate_limit } }]',
      'invalid_value a.test.yaml:1:55',
      '`rate_limited`',
    ],
    ['no expectation', 'tests: [{ name: n, agent: a, call: t }]', 'missing_key a.test.yaml:1:9', '`expect`'],
    ['no agent', 'tests: [{ name: n, call: t, expect: allow }]', 'missing_key a.test.yaml:1:9', '`agent`'],
    ['no name', 'tests: [{ agent: a, call: t, expect: allow }]', 'missing_key a.test.yaml:1:9', '`name`'],
    [
      'call and steps together',
      'tests: [{ name: n, agent: a, call: t, expect: allow, steps: [] }]',
      'invalid_value a.test.yaml:1:9',
      'both',
    ],
    ['a time without zone', 'now: 2026-03-02T10:00:00\ntests: []', 'invalid_value a.test.yaml:1:6', 'zone'],
    [
      'a span without unit',
      'tests: [{ name: n, steps: [{ wait: 90 }] }]',
      'invalid_value a.test.yaml:1:36',
      'span',
    ],
    [
      'an invalid context',
      'context: { conversation_id: 7 }\ntests: []',
      'invalid_value a.test.yaml:1:10',
      'context',
    ],
    ['no tests', 'agent: a', 'missing_key a.test.yaml:1:1', '`tests`'],
  ])('with %s are refused, with the place', (_, text, start, part) => {
    const { examples, diagnostics } = read(text);
    const [first = ''] = diagnostics.map(line);
    expect(examples).toEqual([]);
    expect(first).toContain(`error ${start} `);
    expect(first).toContain(part);
  });

  it('keep a key called __proto__ as data', () => {
    const { examples } = read(
      'tests: [{ name: n, agent: a, call: t, args: { __proto__: { x: 1 } }, expect: deny }]',
    );
    const [step] = examples[0]?.steps ?? [];
    expect(step?.kind === 'call' && Object.hasOwn(step.arguments, '__proto__')).toBe(true);
  });
});

describe('an expectation', () => {
  const decided = {
    effect: 'deny',
    code: 'rate_limited',
    reason: 'The limit is used up.',
    rule: { name: 'a limits.calls', file: 'a.yaml', line: 3 },
  } as const;

  it('that leaves something out does not look at it', () => {
    expect(mismatches({}, decided)).toEqual([]);
    expect(mismatches({ effect: 'deny', rule: 'limits', reason: 'used up' }, decided)).toEqual([]);
  });

  it('says each part that is not as expected', () => {
    expect(
      mismatches(
        { effect: 'allow', tier: 'logged', code: 'not_permitted', rule: 'deny[0]', reason: 'no' },
        decided,
      ),
    ).toEqual([
      'effect is deny, not allow',
      'tier is not set, not logged',
      'code is rate_limited, not not_permitted',
      'rule is `a limits.calls`, which does not hold `deny[0]`',
      'reason is `The limit is used up.`, which does not hold `no`',
    ]);
  });
});
