/**
 * The conditions that cost most among those that load (issue 3: no policy takes more than 50 ms to evaluate one
 * call). Each shape is given arguments as large as the bound on steps still lets through.
 */
import type { JsonObject, ToolsLock } from '@remit/contracts';
import { decide } from '@remit/policy';
import type { CompiledPolicy } from '@remit/policy';
import { call, load, state } from './remit.ts';

interface Shape {
  when: string;
  /** How many actions of the tool have the condition, written a little differently; one where absent. */
  actions?: number;
  /** Arguments of a size; their work grows with it. */
  args: (size: number) => JsonObject;
}

const SIZE_MAX = 4_000_000;
const a = (length: number): string => 'a'.repeat(length);
const tags = (length: number, of = 'a'): string[] => Array<string>(length).fill(of);
const literal = `[${tags(20, '"1"').join(', ')}]`;
const withTags = (size: number): JsonObject => ({ tags: tags(size) });
const withReason = (size: number): JsonObject => ({ reason: a(size) });
/** No pattern here matches it, and each finds that out at its end only. */
const withEnding = (size: number): JsonObject => ({ reason: `${a(size)}cb` });

const slowShapes: Record<string, Shape> = {
  'many conditions past the bound': {
    when: 'args.tags.all(a, a == "a")',
    args: () => withTags(1000),
    actions: 3000,
  },
  'many conditions with a loop': { when: 'args.tags.all(a, a == "a")', args: withTags, actions: 300 },
  'many conditions that fail': { when: 'args.extra[1] == "a"', args: () => ({ extra: [] }), actions: 3000 },
  'many conditions of a field': { when: 'args.reason == "a"', args: withReason, actions: 3000 },
  'many conditions of a long list': { when: 'args.tags[0] == "a"', args: withTags, actions: 300 },
  'many time zones': {
    when: 'args.tags.all(a, now.getHours("Europe/Berlin") == 11)',
    args: withTags,
    actions: 100,
  },
  'a loop': { when: 'args.tags.all(a, a == "a")', args: withTags },
  'a loop with much in it': {
    when: `args.tags.all(a, ${tags(40, 'a != "b"').join(' && ')})`,
    args: withTags,
  },
  'a loop that makes a list': { when: 'args.tags.map(a, a).filter(a, a == "a").size() > 3', args: withTags },
  'loops within loops': { when: 'args.tags.all(a, args.tags.all(b, a == b))', args: withTags },
  'loops over a list of the source': {
    when: `${literal}.all(a, args.tags.all(b, b != "b"))`,
    args: withTags,
  },
  'maps within maps': { when: 'args.tags.map(a, args.tags.map(b, [a, b])).size() > 3', args: withTags },
  'a list searched in a loop': { when: 'args.tags.all(a, !("b" in args.tags))', args: withTags },
  'lists compared': {
    when: 'args.tags == args.extra',
    args: (size) => ({ tags: tags(size), extra: tags(size) }),
  },
  'lists compared in a loop': {
    when: 'args.tags.all(a, args.extra == args.tags)',
    args: (size) => ({ tags: tags(size), extra: tags(size) }),
  },
  'objects compared in a loop': {
    when: 'args.items.all(a, a == args.items[0])',
    args: (size) => ({ items: Array.from({ length: size }, () => ({ a: 1, b: { c: [1, 2, 3] } })) }),
  },
  'numbers in a loop': {
    when: 'args.numbers.all(a, a * 3.0 / 2.0 - 1.0 < 9.0)',
    args: (size) => ({ numbers: Array<number>(size).fill(2) }),
  },
  'money in a loop': {
    when: 'args.tags.all(a, decimal(a) + decimal("0.10") < decimal("100.00"))',
    args: (size) => ({ tags: tags(size, '12.34') }),
  },
  'times in a loop': {
    when: 'args.tags.all(a, timestamp(a) + duration("1h") < now)',
    args: (size) => ({ tags: tags(size, '2025-11-22T10:00:00.123+01:00') }),
  },
  'a time zone in a loop': {
    when: 'args.tags.all(a, now.getHours("Europe/Berlin") == 11)',
    args: withTags,
  },
  'a text searched': { when: 'args.reason.contains("b")', args: withReason },
  'a text searched in a loop': {
    when: 'args.tags.all(a, !args.reason.contains("b"))',
    args: (size) => ({ tags: tags(100), reason: a(size) }),
  },
  'a text that nearly matches everywhere': {
    when: `args.reason.contains("${a(1000)}b")`,
    args: withReason,
  },
  'a text in small letters': { when: 'args.reason.lowerAscii() == "b"', args: withReason },
  'a text split into letters': { when: 'args.reason.split("").size() > 3', args: withReason },
  'texts joined': {
    when: 'args.tags.join(args.reason).contains("b")',
    args: (size) => ({ tags: tags(1000), reason: a(size) }),
  },
  'a sum of texts': {
    when: `(${tags(100, 'args.reason').join(' + ')}).contains("b")`,
    args: withReason,
  },
  'texts that double': {
    when: 'args.tags.map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).size() == 0',
    args: (size) => ({ tags: tags(10, a(size)) }),
  },
  'a pattern on a long text': { when: 'args.reason.matches("^(a|aa|aaa)+b$")', args: withEnding },
  'a pattern of many parts': { when: 'args.reason.matches("(a{10}){10}b")', args: withEnding },
  'a pattern that keeps many ways open': {
    when: 'args.reason.matches("(.*a.*a.*a.*a.*a.*a.*){2}c$")',
    args: withEnding,
  },
  'a pattern in a loop': {
    when: 'args.tags.exists(a, a.matches("^(a|aa|aaa)+$"))',
    args: (size) => ({ tags: tags(size, `${a(100)}!`) }),
  },
};

const ofText = { type: 'array', items: { type: 'string' } };
const lock: ToolsLock = {
  version: 1,
  servers: {
    crm: {
      tools: [
        {
          digest: 'sha256:0',
          definition: {
            name: 'tool-0',
            inputSchema: {
              type: 'object',
              properties: {
                tags: ofText,
                extra: ofText,
                numbers: { type: 'array', items: { type: 'number' } },
                items: { type: 'array', items: { type: 'object' } },
                reason: { type: 'string' },
              },
            },
          },
        },
      ],
    },
  },
};

/** Decisions that evaluate such conditions, by what makes them slow. */
export function slowDecisions(): { name: string; decide: () => void }[] {
  return Object.entries(slowShapes).map(([name, shape]) => ({ name, decide: atBound(shape) }));
}

/** Evaluates the conditions over the largest arguments that are not refused as too large. */
function atBound({ when, args, actions = 1 }: Shape): () => void {
  const policy = policyOf(when, actions);
  const decided = (size: number) => decide(policy, { ...call('support', 0), arguments: args(size) }, state);
  const isTooLarge = (size: number) => decided(size).reasons.some((reason) => TOO_LARGE.test(reason));
  let [size, tooLarge] = [1, SIZE_MAX];
  while (tooLarge - size > 1 + size / 1000) {
    const middle = Math.floor((size + tooLarge) / 2);
    if (isTooLarge(middle)) tooLarge = middle;
    else size = middle;
  }
  const action = { ...call('support', 0), arguments: args(size) };
  return () => void decide(policy, action, state);
}

const TOO_LARGE = /too large for|hold more than/;

function policyOf(when: string, actions: number): CompiledPolicy {
  const names = Array.from({ length: actions }, (_, at) => `tried_${at}`);
  const lines = names.map(
    (name, at) => `  ${name}: { tool: tool-0, when: ${JSON.stringify(`${when} && "${at}" != ""`)} }\n`,
  );
  const workspace = `workspace: bench\nservers: { crm: { command: [crm] } }\nactions:\n${lines.join('')}`;
  const agent = `agent: support\nguardrails: { tier_1_automatic: [${names.join(', ')}] }\n`;
  return load([workspace, agent], lock);
}
