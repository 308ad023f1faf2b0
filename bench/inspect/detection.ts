/** Precision and recall of the detectors by kind, and findings in ordinary results. */
import { detect, type Finding } from '@remit/inspect';
import type { BenchRow } from '../row.ts';
import { hasCorpora, judgedKinds, type Sample, secretSamples, sentences, values } from './corpora.ts';
import { ordinaryResults } from './ordinary.ts';

const SECRETS = new Set(['api_key', 'private_key', 'jwt', 'connection_string', 'high_entropy']);
const ORDINARY = 10_000;

interface Score {
  found: number;
  missed: number;
  wrong: number;
}

/** Samples that were judged otherwise than expected, for whoever works on the detectors. */
export type Report = (kind: string, what: 'missed' | 'wrong', text: string) => void;

export function benchDetection(report: Report = () => undefined): BenchRow[] {
  if (!hasCorpora()) {
    console.log('../shared/corpora is missing: precision and recall are not measured');
    return [];
  }
  return [...personalData(report), ...secrets(report), ...ordinary(report)];
}

function personalData(report: Report): BenchRow[] {
  const scores = new Map([...judgedKinds].map((kind) => [kind, { found: 0, missed: 0, wrong: 0 }]));
  for (const sample of [...sentences(), ...values()]) judge(sample, scores, report);
  return [...scores].flatMap(([kind, score]) =>
    rowsOf(kind, score, kind === 'phone' ? [0.9, 0.9] : [0.98, 0.97]),
  );
}

function judge(sample: Sample, scores: Map<string, Score>, report: Report): void {
  const found = detect(sample.text, sample.field === undefined ? {} : { field: sample.field });
  for (const expected of sample.expected) {
    const hit = found.some((finding) => finding.kind === expected.kind && overlaps(finding, expected));
    const score = scores.get(expected.kind)!;
    if (hit) score.found++;
    else {
      score.missed++;
      report(expected.kind, 'missed', sample.text.slice(Math.max(0, expected.start - 40), expected.end + 10));
    }
  }
  for (const finding of found) {
    if (!sample.judged.has(finding.kind)) continue;
    if (sample.expected.some((one) => one.kind === finding.kind && overlaps(finding, one))) continue;
    if (sample.asWhole === true && finding.end - finding.start < sample.text.trim().length) continue;
    scores.get(finding.kind)!.wrong++;
    report(finding.kind, 'wrong', sample.text.slice(Math.max(0, finding.start - 30), finding.end + 10));
  }
}

function overlaps(one: { start: number; end: number }, other: { start: number; end: number }): boolean {
  return one.start < other.end && other.start < one.end;
}

function rowsOf(
  kind: string,
  { found, missed, wrong }: Score,
  [precisionMin, recallMin]: number[],
): BenchRow[] {
  const precision = found / (found + wrong);
  const recall = found / (found + missed);
  return [
    share(`${kind}: precision`, precision, precisionMin!, found + wrong),
    share(`${kind}: recall`, recall, recallMin!, found + missed),
  ];
}

function share(name: string, ours: number, least: number, of: number): BenchRow {
  return { name, unit: `of ${of}`, ours, peers: {}, target: `≥ ${least}`, pass: ours >= least };
}

/** A label of 0 says "not this rule's secret" only, so it says nothing of precision. */
function secrets(report: Report): BenchRow[] {
  const samples = secretSamples().filter(({ label }) => label === 1);
  const missed = samples.filter(({ text }) => !detect(text).some(({ kind }) => SECRETS.has(kind)));
  for (const { rule, text } of missed) report('secrets', 'missed', `${rule}: ${text}`);
  return [share('secrets: recall', 1 - missed.length / samples.length, 0.9, samples.length)];
}

function ordinary(report: Report): BenchRow[] {
  const results = ordinaryResults(ORDINARY);
  const byKind = new Map<string, number>();
  for (const { name, text } of results) {
    for (const finding of detect(text)) {
      const kind = SECRETS.has(finding.kind) ? 'secrets' : finding.kind;
      byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
      report(`ordinary ${finding.kind}`, 'wrong', `${name}: ${around(text, finding)}`);
    }
  }
  const per = (count: number) => (count / results.length) * 10_000;
  return ['secrets', 'payment_card', 'us_ssn', 'iban', 'phone', 'ip_address', 'email'].map((kind) => ({
    name: `${kind}: findings in 10,000 ordinary results`,
    unit: 'findings',
    ours: per(byKind.get(kind) ?? 0),
    peers: {},
    ...(kind === 'secrets' && { target: '≤ 1', pass: per(byKind.get(kind) ?? 0) <= 1 }),
  }));
}

function around(text: string, { start, end }: Finding): string {
  return text.slice(Math.max(0, start - 60), Math.min(end, start + 80) + 10).replaceAll('\n', '⏎');
}
