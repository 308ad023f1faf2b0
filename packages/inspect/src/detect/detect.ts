/** What the detectors find in a text, in the open and behind disguises, as spans of the text itself. */
import { bounds } from '@remit/contracts';
import { type Chosen, choose, usualDetectors } from './chosen.ts';
import { unveil, type Unveiled } from './disguise/unveil.ts';
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
  return withoutOverlaps(detectAt(text, field, chosen, bounds.disguise_depth_max));
}

function detectAt(text: string, field: string, chosen: Chosen, depth: number): Finding[] {
  const open = depth === 0 ? undefined : (hidden: string) => detectAt(hidden, '', chosen, depth - 1);
  const { findings, veiled } = scan({ text, field }, chosen, open);
  if (!veiled || depth === 0) return findings;
  return [...findings, ...behindCharacters(text, field, chosen, depth)];
}

/** Windows overlap by more than what a disguised value may be long. */
const WINDOW = 65_536;
const OVERLAP = 4096;
/** So near to a cut it is not clear what stands around a finding; the other window sees it whole. */
const MARGIN = 128;

/** What shows once look-alikes, unseen characters and escapes are taken off, window by window. */
function behindCharacters(text: string, field: string, chosen: Chosen, depth: number): Finding[] {
  const findings: Finding[] = [];
  for (let from = 0; from < text.length; from += WINDOW - OVERLAP) {
    const window = text.slice(from, from + WINDOW);
    const unveiled = unveil(window);
    const isFirst = from === 0;
    const isLast = from + WINDOW >= text.length;
    for (const { kind, start, end, confidence } of unveiled === undefined
      ? []
      : detectAt(unveiled.text, isFirst ? field : '', chosen, depth - 1)) {
      const { before, behind } = stretchOf(unveiled!, start, end);
      if ((!isFirst && before < MARGIN) || (!isLast && behind > WINDOW - MARGIN)) continue;
      findings.push({ kind, start: from + before, end: from + behind, confidence, disguise: 'characters' });
    }
    if (isLast) break;
  }
  return findings;
}

/** Where the characters of a finding stood, whichever way they were turned. */
function stretchOf({ starts, ends }: Unveiled, from: number, to: number): { before: number; behind: number } {
  let before = starts[from]!;
  let behind = ends[from]!;
  for (let index = from + 1; index < to; index++) {
    before = Math.min(before, starts[index]!);
    behind = Math.max(behind, ends[index]!);
  }
  return { before, behind };
}

function withoutOverlaps(findings: Finding[]): Finding[] {
  if (findings.length < 2) return findings;
  const kept: Finding[] = [];
  for (const finding of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (last === undefined || finding.start >= last.end) kept.push(finding);
    // The same in the open: no disguise.
    else if (isSame(finding, last)) continue;
    else if (outweighs(finding, last)) kept[kept.length - 1] = finding;
  }
  return kept;
}

function isSame(one: Finding, other: Finding): boolean {
  return one.kind === other.kind && one.start === other.start && one.end === other.end;
}

function outweighs(one: Finding, other: Finding): boolean {
  if (one.confidence !== other.confidence) return one.confidence > other.confidence;
  return one.end - one.start > other.end - other.start;
}
