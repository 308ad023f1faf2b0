/** Texts made to be slow: each is a piece repeated, at two sizes. Linear time makes the ratio that of the sizes. */
import { detect } from '@remit/inspect';
import { interleave, median } from '../measure.ts';
import type { BenchRow } from '../row.ts';

const SMALL = 1_000_000;
const LARGE = 10_000_000;
const ROUNDS = 1;
/** Ten times the text may take so much more; above the ratio of the sizes for caches that are too small. */
const RATIO_MAX = 20;

const pieces: Readonly<Record<string, string>> = {
  digits: '4111111111111111',
  'digits in groups': '4111 ',
  'single digits': '1 ',
  dots: '1.',
  colons: 'a:',
  'hexadecimal colons': 'ab:cd:',
  'at signs': 'a@',
  quotes: '"a"@b ',
  letters: 'a',
  'base64 signs': 'YWJj',
  'base64 of slashes': 'ab/',
  'equals signs': 'token= ',
  'names of secrets': 'api_key: "',
  'begin of keys': '-----BEGIN PRIVATE KEY-----\n',
  'user options': 'curl -u a -u b ',
  addresses: 'a://b:c',
  tokens: 'eyJh',
  percents: '%34%',
  ampersands: '&#5',
  backslashes: '\\',
  'escapes of escapes': '\\\\u0034',
  'zero-width signs': '4\u200b',
  overrides: '\u202e4',
  'look-alikes': 'а',
  marks: 'a\u0301\u0336',
  'plus signs': '+1 ',
  brackets: '(2',
  ibans: 'GB82 WEST ',
  words: 'born dob phone card ',
};

export async function benchWorstCases(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, piece] of Object.entries(pieces)) rows.push(await compare(name, piece));
  return rows;
}

async function compare(name: string, piece: string): Promise<BenchRow> {
  const [small, large] = [SMALL, LARGE].map((length) => piece.repeat(Math.ceil(length / piece.length)));
  const times = await interleave(
    { small: () => milliseconds(small!), large: () => milliseconds(large!) },
    ROUNDS,
  );
  const ratio = median(times.large) / median(times.small);
  return {
    name: `worst case: ${name}, 10 MB`,
    unit: 'ms',
    ours: median(times.large),
    peers: { '1 MB': median(times.small) },
    ratio,
    target: `≤ ${RATIO_MAX}× of 1 MB`,
    pass: ratio <= RATIO_MAX,
  };
}

function milliseconds(text: string): number {
  const start = process.hrtime.bigint();
  detect(text);
  return Number(process.hrtime.bigint() - start) / 1e6;
}
