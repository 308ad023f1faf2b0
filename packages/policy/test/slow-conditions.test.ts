/** Calls that would make a condition slow: each is denied before it costs anything. */
import type { JsonObject } from '@remit/contracts';
import { decide, loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, file, lock, mustLoad, workspaceText } from './support-desk.ts';

function decisionWhen(conditions: readonly string[], args: JsonObject, tier = 'tier_1_automatic') {
  const names = conditions.map((_, at) => `tried_${at}`);
  const actions = conditions.map(
    (when, at) => `\n  tried_${at}: { tool: refund-create, when: ${JSON.stringify(when)} }`,
  );
  const workspace = workspaceText.replace('actions:', `actions:${actions.join('')}`);
  const agent = `agent: support\nguardrails: { ${tier}: [${names.join(', ')}] }`;
  const policy = mustLoad(loadWorkspace([file(workspace, 'w.yaml'), file(agent, 'a.yaml')], lock));
  return decide(policy, call('refund-create', args), active);
}

const reasonWhen = (when: string, args: JsonObject): string => decisionWhen([when], args).reasons[0]!;

const text = (length: number) => 'a'.repeat(length);
const list = (length: number, of = 'a') => Array<string>(length).fill(of);
const literal = `[${Array(300).fill('1').join(', ')}]`;
const tooLarge = /the arguments are too large for (it|its loops)/;

describe('a condition is too much work', () => {
  it.each<[string, string, JsonObject]>([
    ['loops within loops', 'args.tags.all(a, args.tags.all(b, a == b))', { tags: list(1000) }],
    ['loops over lists of the source', `${literal}.all(a, ${literal}.all(b, a == b))`, {}],
    ['a list searched in a loop', 'args.tags.all(a, a in args.tags)', { tags: list(1000) }],
    ['a list searched for a literal in a loop', 'args.tags.all(a, "b" in args.tags)', { tags: list(1000) }],
    [
      'lists compared in a loop',
      'args.tags.all(a, args.extra == args.tags)',
      { tags: list(1000), extra: list(1000) },
    ],
    [
      'texts that double',
      'args.tags.map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).size() == 0',
      { tags: list(10, text(50_000)) },
    ],
    [
      'texts that are joined',
      'args.tags.join(args.reason).contains("b")',
      { tags: list(1000), reason: text(10_000) },
    ],
    [
      'a long sum of texts',
      `(${Array(100).fill('args.reason').join(' + ')}).contains("b")`,
      { reason: text(1_000_000) },
    ],
    ['a text split into letters', 'args.reason.split("").size() > 3', { reason: text(1_000_000) }],
    [
      'a pattern tried in a loop',
      'args.tags.exists(a, a.matches("^(a|aa|aaa)+$"))',
      { tags: list(1000, `${text(100)}!`) },
    ],
    [
      'a pattern of many parts on a long text',
      'args.reason.matches("(a{100}){10}b")',
      { reason: text(60_000) },
    ],
    [
      'a time zone asked in a loop',
      'args.tags.all(a, now.getHours("Europe/Berlin") == 11)',
      { tags: list(40_000) },
    ],
  ])('for %s', (_, when, args) => {
    expect(reasonWhen(when, args)).toMatch(tooLarge);
  });

  it('for a text of digits that is no duration', () => {
    const reason = reasonWhen('duration(args.reason) > duration("1h")', { reason: '1'.repeat(40_000) });
    expect(reason).toContain('duration() takes a length of time');
  });

  it('for more values than it may look at', () => {
    expect(reasonWhen('args.tags.size() > 3', { tags: list(50_001) })).toContain(
      'hold more than 50000 values',
    );
  });
});

describe('conditions of one tool are too much work together, where none is alone,', () => {
  const together = /the arguments are too large for all conditions of this tool together/;
  const times = (count: number, when: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => when(at));

  it.each<[string, string[], JsonObject]>([
    ['for loops', times(300, (at) => `args.tags.all(a, a != "${at}")`), { tags: list(2000) }],
    ['for fields of a large argument', times(300, (at) => `args.tags[${at}] == "a"`), { tags: list(2000) }],
  ])('%s', (_, conditions, args) => {
    expect(decisionWhen(conditions.slice(0, 2), args).reasons[0]).not.toMatch(together);
    expect(decisionWhen(conditions, args).reasons[0]).toMatch(together);
  });

  it('and one that blocks counts as if it did, though nobody looks at it any more', () => {
    const conditions = times(300, (at) => `args.tags.exists(a, a == "${at}")`);
    const decision = decisionWhen(conditions, { tags: list(2000) }, 'tier_4_blocked');
    expect([decision.effect, decision.code, decision.tier]).toEqual(['deny', 'denied_by_policy', 'blocked']);
  });
});

describe('a condition is not too much work', () => {
  it.each<[string, string, JsonObject]>([
    ['for a long list in one loop', 'args.tags.exists(a, a == "b")', { tags: list(40_000) }],
    ['for a long text', 'args.reason.contains("b") || args.reason.size() < 3', { reason: text(2_000_000) }],
    [
      'for a field compared with a literal, whatever else the call holds',
      'args.amount > 100',
      { amount: 1, reason: text(8_000_000) },
    ],
    [
      'for a list compared with another',
      'args.tags == args.extra',
      { tags: list(20_000), extra: list(20_001) },
    ],
  ])('%s', (_, when, args) => {
    expect(reasonWhen(when, args)).toContain('no rule allows it');
  });
});
