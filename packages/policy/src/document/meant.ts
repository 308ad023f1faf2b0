/** What was probably meant by a name that nothing has: in words, and, where it is one name, to put in its place. */
import { askedOf, nearestNames } from '@remit/contracts';
import type { Remedy } from '../diagnostics.ts';

export function meant(written: string, known: Iterable<string>): Remedy | undefined {
  const names = nearestNames(written, known);
  const text = askedOf(names);
  if (text === undefined) return undefined;
  return { text, ...(names.length === 1 && { instead: { of: written, put: names[0]! } }) };
}
