/**
 * The `limits:` part of a document:
 *
 *     limits:
 *       calls: 60/minute
 *       concurrency: { max: 4, by: tool }
 *       actions: [{ action: refund_over_100, max: 5, per: day }]
 *
 * `calls` and `concurrency` also take a list. `by` says whose calls are counted together: those of
 * the `agent` (the default), or the agent's for each `tool`, `user` or `conversation`.
 */
import type { Spot } from '../diagnostics.ts';
import { didYouMean } from './suggest.ts';
import { oneOf, oneOrMore, readPositive, readWord, shaped } from './reading.ts';
import type { Reader, Reading, Word } from './reading.ts';
import type { Tree } from './tree.ts';

const periods_ms = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
} as const;
type Period = keyof typeof periods_ms;
const periodNames = Object.keys(periods_ms) as Period[];

const limitSubjects = ['agent', 'tool', 'user', 'conversation'] as const;
export type LimitSubject = (typeof limitSubjects)[number];

export interface Limit {
  kind: 'calls' | 'concurrency' | 'action';
  max: number;
  /** Length of the sliding window; a concurrency limit has none. */
  window_ms?: number;
  by: LimitSubject;
  /** The action or tool whose calls are counted; all of them where absent. */
  action?: Word;
  path: string;
  spot: Spot;
}

interface LimitKeys {
  max: number;
  per: Period;
  by: LimitSubject;
  action: Word;
}

const readPeriod: Reader<Period> = (tree, reading) => {
  const value = tree.kind === 'scalar' ? String(tree.value) : '';
  if (value === 'conversation') {
    const message = '`per: conversation` is not supported yet, so it would not be enforced';
    reading.findings.error('not_supported_yet', message, tree.spot, 'use a period, with `by: conversation`');
    return undefined;
  }
  return oneOf(periodNames)(tree, reading);
};

const keys = { max: readPositive, per: readPeriod, by: oneOf(limitSubjects) };
const later = ['sum', 'distinct'];
const readCallsKeys = shaped<Omit<LimitKeys, 'action'>>({
  what: 'a limit of `calls`',
  keys,
  later,
  required: ['max', 'per'],
});
const readActionKeys = shaped<LimitKeys>({
  what: 'a limit of `actions`',
  keys: { ...keys, action: readWord },
  later,
  required: ['action', 'max', 'per'],
});
const readConcurrencyKeys = shaped<Pick<LimitKeys, 'max' | 'by'>>({
  what: 'a limit of `concurrency`',
  keys: { max: keys.max, by: keys.by },
  required: ['max'],
});

const RATE = /^([1-9][0-9]{0,8})\/([a-z]+)$/;

/** `60/minute`. */
function readRate(text: string, tree: Tree, reading: Reading): Partial<LimitKeys> | undefined {
  const [, max, per] = RATE.exec(text) ?? [];
  const period = periodNames.find((name) => name === per);
  if (max !== undefined && period !== undefined) return { max: Number(max), per: period };
  const hint = per === undefined ? undefined : didYouMean(per, periodNames);
  const message = `\`${text}\` is not a rate; a rate reads like \`60/minute\`, per ${periodNames.join(', ')}`;
  reading.findings.error('invalid_rate', message, tree.spot, hint);
  return undefined;
}

function limit(
  kind: Limit['kind'],
  read: Partial<LimitKeys> | undefined,
  tree: Tree,
  reading: Reading,
): Limit | undefined {
  if (read?.max === undefined) return undefined;
  if (kind !== 'concurrency' && read.per === undefined) return undefined;
  if (kind === 'action' && read.action === undefined) return undefined;
  return {
    kind,
    max: read.max,
    by: read.by ?? 'agent',
    path: reading.path,
    spot: tree.spot,
    ...(read.per === undefined ? {} : { window_ms: periods_ms[read.per] }),
    ...(read.action === undefined ? {} : { action: read.action }),
  };
}

const readCalls: Reader<Limit> = (tree, reading) => {
  const written = tree.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
  const read = written === undefined ? readCallsKeys(tree, reading) : readRate(written, tree, reading);
  return limit('calls', read, tree, reading);
};

const readConcurrency: Reader<Limit> = (tree, reading) => {
  if (tree.kind === 'mapping') return limit('concurrency', readConcurrencyKeys(tree, reading), tree, reading);
  const max = readPositive(tree, reading);
  return limit('concurrency', max === undefined ? undefined : { max }, tree, reading);
};

const readAction: Reader<Limit> = (tree, reading) =>
  limit('action', readActionKeys(tree, reading), tree, reading);

interface LimitsKeys {
  calls: Limit[];
  concurrency: Limit[];
  actions: Limit[];
}

const readKeys = shaped<LimitsKeys>({
  what: '`limits`',
  keys: {
    calls: oneOrMore(readCalls),
    concurrency: oneOrMore(readConcurrency),
    actions: oneOrMore(readAction),
  },
  later: ['sum', 'sums', 'distinct', 'tokens', 'cost'],
});

export const readLimits: Reader<Limit[]> = (tree, reading) => {
  const read = readKeys(tree, reading);
  return read && [...(read.calls ?? []), ...(read.concurrency ?? []), ...(read.actions ?? [])];
};
