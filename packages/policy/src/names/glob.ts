/** Patterns with `*` for any run of characters, also an empty one. */
import { runMatches } from './wildcard.ts';

export function isGlob(text: string): boolean {
  return text.includes('*');
}

export function globMatches(pattern: string, text: string): boolean {
  return runMatches(pattern, '*', text, (wanted, character) => wanted === character);
}

/** True where some text matches both patterns. */
export function globsMeet(left: string, right: string): boolean {
  // One row of the table at a time: row[j] says whether left[0..i) and right[0..j) have a text in common.
  let row = [true];
  for (let j = 1; j <= right.length; j += 1) row[j] = row[j - 1]! && right[j - 1] === '*';
  for (let i = 1; i <= left.length; i += 1) {
    const anything = left[i - 1] === '*';
    const next = [row[0]! && anything];
    for (let j = 1; j <= right.length; j += 1) {
      if (anything || right[j - 1] === '*') next[j] = row[j]! || next[j - 1]!;
      else next[j] = row[j - 1]! && left[i - 1] === right[j - 1];
    }
    row = next;
  }
  return row[right.length]!;
}
