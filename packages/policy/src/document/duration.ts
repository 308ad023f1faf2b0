/** Lengths of time as people write them: `30s`, `15m`, `4h`, `7d`, `2w`, `1y` (365 days). */
import { didYouMean } from '@remit/contracts';
import { describe } from './described.ts';
import type { Reader } from './reading.ts';

const units_ms = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
} as const;

const DURATION = /^([1-9][0-9]{0,5})(s|m|h|d|w|y)$/;

/** A length of time, as written and in milliseconds. */
export interface Duration {
  text: string;
  ms: number;
}

export const readDuration: Reader<Duration> = (tree, reading) => {
  const text = tree.kind === 'scalar' ? String(tree.value) : '';
  const [, count, unit] = DURATION.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) {
    return { text, ms: Number(count) * units_ms[unit as keyof typeof units_ms] };
  }
  const message = `\`${reading.path}\` has to be a length of time such as \`30s\`, \`15m\`, \`4h\`, \`7d\`, \`2w\` or \`1y\``;
  const [, number, word = ''] = /^(\d+) ?([a-z]+)$/i.exec(text) ?? [];
  const hint = number === undefined ? undefined : didYouMean(word[0] ?? '', Object.keys(units_ms));
  const remedy = hint === undefined ? undefined : `write \`${number}${word[0]!.toLowerCase()}\``;
  reading.findings.error('invalid_duration', message, tree.spot, remedy);
  return undefined;
};

describe(readDuration, () => ({ type: 'string', pattern: DURATION.source }));
