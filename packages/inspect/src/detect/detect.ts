/** What the detectors find in a text, in the open and behind disguises, as spans of the text itself. */
import { type Chosen, choose, usualDetectors } from './chosen.ts';
import type { Finding } from './finding.ts';
import { scan } from './scan.ts';

export interface DetectOptions {
  /** Prepared with `choose`; all that need no asking for where it is absent. */
  chosen?: Chosen;
  /** The name of the field that the text is the value of, for detectors that need a word beside a number. */
  field?: string;
}

const usual = choose(usualDetectors);

/** In the order of the text, without overlaps: of two that overlap the surer one stays, then the longer one. */
export function detect(text: string, { chosen = usual, field = '' }: DetectOptions = {}): Finding[] {
  return withoutOverlaps(scan({ text, field }, chosen));
}

function withoutOverlaps(findings: Finding[]): Finding[] {
  if (findings.length < 2) return findings;
  const kept: Finding[] = [];
  for (const finding of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (last === undefined || finding.start >= last.end) kept.push(finding);
    else if (outweighs(finding, last)) kept[kept.length - 1] = finding;
  }
  return kept;
}

function outweighs(one: Finding, other: Finding): boolean {
  if (one.confidence !== other.confidence) return one.confidence > other.confidence;
  return one.end - one.start > other.end - other.start;
}
