/** "Did you mean": the known names that are nearest to one that a person wrote. */

const SUGGESTIONS_MAX = 3;
const COMPARED_LENGTH_MAX = 64;

/**
 * Number of insertions, deletions, replacements and swaps of neighbours that turn one word into the
 * other (optimal string alignment distance).
 */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, beforeLast[column - 2]! + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length]!;
}

function fold(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9/]/g, '')
    .slice(0, COMPARED_LENGTH_MAX);
}

/** Distance that ignores case and separators; a tool is also compared by its bare name. */
function distance(wanted: string, candidate: string): number {
  const bare = candidate.slice(candidate.indexOf('/') + 1);
  const names = wanted.includes('/') ? [candidate] : [candidate, bare];
  return Math.min(...names.map((name) => editDistance(fold(wanted), fold(name))));
}

/** Up to three names, nearest first, then by name; none that is too far to be meant. */
export function nearestNames(wanted: string, candidates: Iterable<string>): string[] {
  const allowed = Math.max(2, Math.floor(Math.min(wanted.length, COMPARED_LENGTH_MAX) / 3));
  const close: { name: string; distance: number }[] = [];
  for (const name of candidates) {
    const found = distance(wanted, name);
    if (found <= allowed) close.push({ name, distance: found });
  }
  close.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return close.slice(0, SUGGESTIONS_MAX).map((entry) => entry.name);
}

/** "did you mean `a` or `b`?", or undefined where nothing is near. */
export function didYouMean(wanted: string, candidates: Iterable<string>): string | undefined {
  return askedOf(nearestNames(wanted, candidates));
}

/** The same of names that are known to be near. */
export function askedOf(nearest: readonly string[]): string | undefined {
  const names = nearest.map((name) => `\`${name}\``);
  if (names.length === 0) return undefined;
  return `did you mean ${names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`}?`;
}
