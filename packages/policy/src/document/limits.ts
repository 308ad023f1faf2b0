/**
 * The `limits:` part of a document:
 *
 *     limits:
 *       calls: 60/minute
 *       concurrency: { max: 4, by: tool }
 *       actions: [{ action: refund_over_100, max: 5, per: day }]
 *       sums: [{ sum: args.amount, max: 1000, per: day, timezone: Europe/Berlin }]
 *       distinct: [{ distinct: args.customer_id, max: 50, per: hour }]
 *       tokens: 200000/day
 *       cost: { max: 25, per: month }
 *
 * Each also takes a list, and `limits` itself may be a list of such entries. `by` says whose calls are
 * counted together: those of the `agent` (the default), or the agent's for each `tool`, `user`,
 * `conversation` or value of an argument.
 */
import { didYouMean, bounds } from '@remit/contracts';
import type { Spot } from '../diagnostics.ts';
import { describe, describeAs, schemaOf } from './described.ts';
import { readTimeZone, readWindow } from './limit-window.ts';
import { periodNames, type LimitWindow, type WindowKeys } from './limit-window.ts';
import { listOf, oneOf, oneOrMore, readPositive, readWord, shaped } from './reading.ts';
import type { Reader, Reading, Word } from './reading.ts';
import type { Tree } from './tree.ts';

const limitSubjects = ['agent', 'tool', 'user', 'conversation'] as const;
export type LimitSubject = (typeof limitSubjects)[number];

export interface Limit {
  kind: 'calls' | 'concurrency' | 'sum' | 'distinct' | 'tokens' | 'cost';
  max: number;
  /** Absent for concurrency. */
  window?: LimitWindow;
  /** One of the subjects, or an argument like `args.customer_id`. */
  by: LimitSubject | Word;
  /** The argument that is summed, or whose values are counted. */
  measured?: Word;
  /** The action or tool whose calls are counted; all of them where absent. */
  action?: Word;
  path: string;
  spot: Spot;
}

interface LimitKeys extends WindowKeys {
  max: number;
  by: LimitSubject | Word;
  action: Word;
  sum: Word;
  distinct: Word;
}

const isSubject = (text: string): text is LimitSubject => limitSubjects.some((subject) => subject === text);

const readSubject: Reader<LimitSubject | Word> = (tree, reading) => {
  const word = readWord(tree, reading);
  if (word === undefined) return undefined;
  if (isSubject(word.text)) return word.text;
  if (word.text.startsWith('args')) return word;
  const claimed = word.text.startsWith('conversation.') || word.text.startsWith('context.');
  const message = claimed
    ? `\`${word.text}\` is what the agent claims, so a limit for each of its values could be escaped`
    : `\`${reading.path}\` has to be one of \`agent\`, \`tool\`, \`user\`, \`conversation\`, or an argument like \`args.customer_id\``;
  const remedy = claimed ? 'count by an argument, `user` or `agent`' : didYouMean(word.text, limitSubjects);
  reading.findings.error(claimed ? 'limit_by_claim' : 'invalid_value', message, tree.spot, remedy);
  return undefined;
};

describe(readSubject, () => ({ type: 'string' }));

/** A sum of money, exact: as many decimals as it was written with. */
const readAmount: Reader<number> = (tree, reading) => {
  const value = tree.kind === 'scalar' ? tree.value : undefined;
  if (typeof value === 'number' && Number.isFinite(value) && value > 0 && value <= Number.MAX_SAFE_INTEGER)
    return value;
  reading.findings.error('invalid_value', `\`${reading.path}\` has to be a number above zero`, tree.spot);
  return undefined;
};

describe(readAmount, () => ({ type: 'number', exclusiveMinimum: 0 }));

const readTargets: Reader<number> = (tree, reading) => {
  const max = readPositive(tree, reading);
  if (max === undefined || max <= bounds.limit_targets_max) return max;
  const message = `\`${reading.path}\` is more than the ${bounds.limit_targets_max} different targets that are counted exactly`;
  reading.findings.error('invalid_value', message, tree.spot, 'count a shorter period, or limit calls');
  return undefined;
};

describeAs(readTargets, readPositive);

const windowKeys = {
  per: oneOf([...periodNames, 'conversation'] as const),
  window: oneOf(['sliding', 'fixed'] as const),
  timezone: readTimeZone,
};
const keys = { max: readPositive, ...windowKeys, by: readSubject };
const readCallsKeys = shaped<Pick<LimitKeys, keyof typeof keys>>({
  what: 'a limit of `calls`',
  keys,
  required: ['max', 'per'],
});
const readTokensKeys = shaped<Pick<LimitKeys, keyof typeof keys>>({
  what: 'a limit of `tokens`',
  keys,
  required: ['max', 'per'],
});
const readCostKeys = shaped<Pick<LimitKeys, keyof typeof keys>>({
  what: 'a limit of `cost`',
  keys: { ...keys, max: readAmount },
  required: ['max', 'per'],
});
const readActionKeys = shaped<Omit<LimitKeys, 'sum' | 'distinct'>>({
  what: 'a limit of `actions`',
  keys: { ...keys, action: readWord },
  required: ['action', 'max', 'per'],
});
const readSumKeys = shaped<Omit<LimitKeys, 'distinct'>>({
  what: 'a limit of a sum',
  keys: { ...keys, max: readAmount, action: readWord, sum: readWord },
  required: ['sum', 'max', 'per'],
});
const readDistinctKeys = shaped<Omit<LimitKeys, 'sum'>>({
  what: 'a limit of different targets',
  keys: { ...keys, max: readTargets, action: readWord, distinct: readWord },
  required: ['distinct', 'max', 'per'],
});
const readConcurrencyKeys = shaped<Pick<LimitKeys, 'max' | 'by'>>({
  what: 'a limit of `concurrency`',
  keys: { max: keys.max, by: keys.by },
  required: ['max'],
});

const RATE = /^([1-9][0-9]{0,11})\/([a-z]+)$/;

/** `60/minute`. */
function readRate(text: string, tree: Tree, reading: Reading): Partial<LimitKeys> | undefined {
  const [, max, per] = RATE.exec(text) ?? [];
  const period = [...periodNames, 'conversation' as const].find((name) => name === per);
  if (max !== undefined && period !== undefined) return { max: Number(max), per: period };
  const hint = per === undefined ? undefined : didYouMean(per, periodNames);
  const message = `\`${text}\` is not a rate; a rate reads like \`60/minute\`, per ${periodNames.join(', ')}`;
  reading.findings.error('invalid_rate', message, tree.spot, hint);
  return undefined;
}

const measures = ['sum', 'distinct'] as const;

function limit(
  kind: Limit['kind'],
  read: Partial<LimitKeys> | undefined,
  tree: Tree,
  reading: Reading,
): Limit | undefined {
  if (read?.max === undefined) return undefined;
  const window = kind === 'concurrency' ? undefined : readWindow(read, tree, reading);
  if (kind !== 'concurrency' && window === undefined) return undefined;
  const measured = measures.includes(kind as 'sum') ? read[kind as 'sum'] : undefined;
  if (measures.includes(kind as 'sum') && measured === undefined) return undefined;
  return {
    kind,
    max: read.max,
    by: read.by ?? 'agent',
    path: reading.path,
    spot: tree.spot,
    ...(window === undefined ? {} : { window }),
    ...(measured === undefined ? {} : { measured }),
    ...(read.action === undefined ? {} : { action: read.action }),
  };
}

type KeysReader = (tree: Tree, reading: Reading) => Partial<LimitKeys> | undefined;

/** An entry that may also be written as a rate. */
function rated(kind: Limit['kind'], readKeys: KeysReader): Reader<Limit> {
  const reader: Reader<Limit> = (tree, reading) => {
    const written = tree.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
    const read = written === undefined ? readKeys(tree, reading) : readRate(written, tree, reading);
    return limit(kind, read, tree, reading);
  };
  const rate = { type: 'string', pattern: RATE.source };
  return describe(reader, () => ({ anyOf: [rate, schemaOf(readKeys)] }));
}

function keyed(kind: Limit['kind'], readKeys: KeysReader): Reader<Limit> {
  const reader: Reader<Limit> = (tree, reading) => limit(kind, readKeys(tree, reading), tree, reading);
  describeAs(reader, readKeys);
  return reader;
}

const readConcurrency: Reader<Limit> = (tree, reading) => {
  if (tree.kind === 'mapping') return limit('concurrency', readConcurrencyKeys(tree, reading), tree, reading);
  const max = readPositive(tree, reading);
  return limit('concurrency', max === undefined ? undefined : { max }, tree, reading);
};

describeAs(readConcurrency, readPositive, readConcurrencyKeys);

const readSum = keyed('sum', readSumKeys);
const readDistinct = keyed('distinct', readDistinctKeys);
const readActionCalls: Reader<Limit> = (tree, reading) => {
  const read = readActionKeys(tree, reading);
  return read?.action === undefined ? undefined : limit('calls', read, tree, reading);
};

/** What an entry counts is told by the key that it has. */
const readAction: Reader<Limit> = (tree, reading) => {
  const has = (key: string): boolean => tree.kind === 'mapping' && tree.entries.has(key);
  if (has('sum')) return readSum(tree, reading);
  return has('distinct') ? readDistinct(tree, reading) : readActionCalls(tree, reading);
};

describeAs(readAction, readActionKeys, readSumKeys, readDistinctKeys);

interface LimitsKeys {
  calls: Limit[];
  concurrency: Limit[];
  actions: Limit[];
  sums: Limit[];
  distinct: Limit[];
  tokens: Limit[];
  cost: Limit[];
}

const readKeys = shaped<LimitsKeys>({
  what: '`limits`',
  keys: {
    calls: oneOrMore(rated('calls', readCallsKeys)),
    concurrency: oneOrMore(readConcurrency),
    actions: oneOrMore(readAction),
    sums: oneOrMore(readSum),
    distinct: oneOrMore(readDistinct),
    tokens: oneOrMore(rated('tokens', readTokensKeys)),
    cost: oneOrMore(keyed('cost', readCostKeys)),
  },
});

const readMapping: Reader<Limit[]> = (tree, reading) => {
  const read = readKeys(tree, reading);
  return read && Object.values(read).flat();
};

describeAs(readMapping, readKeys);

/** An entry of a list: what it counts is told by its keys, as in `{ sum: args.amount, max: 1000, per: day }`. */
const readEntry: Reader<Limit[]> = (tree, reading) => {
  const counts = tree.kind === 'mapping' && ['action', 'max', 'per'].some((key) => tree.entries.has(key));
  if (!counts) return readMapping(tree, reading);
  const read = readAction(tree, reading);
  return read && [read];
};
describeAs(readEntry, readMapping, readAction);
const readList = listOf(readEntry);

export const readLimits: Reader<Limit[]> = (tree, reading) =>
  tree.kind === 'sequence' ? readList(tree, reading)?.flat() : readMapping(tree, reading);

describeAs(readLimits, readMapping, readList);
