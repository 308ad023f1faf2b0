/** Finds national numbers: at a run of digits, or at a word of letters and digits. */
import type { DetectorName } from '@remit/contracts';
import type { Finding } from '../finding.ts';
import { continuesBefore, continuesBehind } from '../number-run.ts';
import { wordsBefore, type Surroundings } from '../surroundings.ts';
import { europe } from './europe.ts';
import type { NationalId } from './id.ts';
import { world } from './world.ts';

export const nationalIds: Readonly<Partial<Record<DetectorName, NationalId>>> = { ...europe, ...world };

/** The longest one printed is `1 85 05 78 006 084 36`. */
const CHARACTERS_MAX = 24;
const LENGTH_MIN = 6;
const SEPARATORS = /[ .\-/+]/g;

export type ChosenIds = readonly (readonly [DetectorName, NationalId])[];

/**
 * The first of `chosen` that begins at `at`. Letters and digits are taken together up to the first sign that
 * stands in no such number, and then without the last group, and so on.
 */
export function findNationalId(around: Surroundings, at: number, chosen: ChosenIds): Finding | undefined {
  const { text } = around;
  if (continuesBefore(text, at)) return undefined;
  const near =
    /^[A-Za-z\d](?:[A-Za-z\d]|[ .\-/+](?=[A-Za-z\d]))*/.exec(text.slice(at, at + CHARACTERS_MAX + 1))?.[0] ??
    '';
  let words: string | undefined;
  for (let end = near.length; end >= LENGTH_MIN; end = endOfGroupBefore(near, end)) {
    if (continuesBehind(text, at + end)) continue;
    const written = near.slice(0, end);
    const length = written.replace(SEPARATORS, '').length;
    for (const [kind, id] of chosen) {
      // The Finnish number keeps its separator.
      if (!id.lengths.includes(length) && !id.lengths.includes(end)) continue;
      const confidence = confidenceOf(id, written, () => (words ??= wordsBefore(around, at)));
      if (confidence > 0) return { kind, start: at, end: at + end, confidence };
    }
  }
  return undefined;
}

function endOfGroupBefore(near: string, end: number): number {
  for (let at = end - 1; at > 0; at--) if (/[ .\-/+]/.test(near.charAt(at))) return at;
  return 0;
}

function confidenceOf(id: NationalId, written: string, words: () => string): number {
  // A hyphen or plus of the Finnish number is part of it.
  const compacts = [written.replace(SEPARATORS, '').toUpperCase(), written.toUpperCase()];
  const compact = compacts.find((text) => id.lengths.includes(text.length) && id.valid(text));
  if (compact === undefined) return 0;
  const isPrinted = id.printed?.test(written) ?? false;
  if (id.particular === 'compact' || (id.particular === 'printed' && isPrinted)) return 0.9;
  return id.named.test(words()) ? 0.9 : 0;
}
