/**
 * US social security numbers. Area 001 to 899 without 666, group 01 to 99, serial 0001 to 9999
 * (Social Security Administration, POMS RM 10201.035; 20 CFR 422.103).
 */
import type { Match } from './finding.ts';
import { continuesBefore, continuesBehind, type NumberRun } from './number-run.ts';
import { wordsBefore, type Surroundings } from './surroundings.ts';

const NAMED = /\b(?:ssn|ssns|social security|social sec|social|soc sec|ss ?(?:no|num|number))\b/;

export function findUsSsn(around: Surroundings, run: NumberRun): Match | undefined {
  const groups = groupsOfSsn(run);
  if (groups === 0) return undefined;
  const start = run.start;
  const end = run.ends[groups - 1]!;
  if (!isAssigned(run.digits(groups))) return undefined;
  if (continuesBefore(run.text, start) || continuesBehind(run.text, end)) return undefined;
  const named = NAMED.test(wordsBefore(around, start));
  const separator = run.separator(groups);
  if (separator === '-' && groups === 3) return { start, end, confidence: named ? 0.99 : 0.9 };
  return named ? { start, end, confidence: 0.95 } : undefined;
}

function groupsOfSsn(run: NumberRun): number {
  if (run.length(0) === 9) return 1;
  if (!run.hasLengths([3, 2, 4])) return 0;
  // Behind it no further group with the same separator.
  return run.text.charAt(run.ends[2]!) === '-' && run.count > 3 ? 0 : 3;
}

function isAssigned(digits: string): boolean {
  const area = digits.slice(0, 3);
  return (
    area !== '000' &&
    area !== '666' &&
    area < '900' &&
    digits.slice(3, 5) !== '00' &&
    digits.slice(5) !== '0000'
  );
}
