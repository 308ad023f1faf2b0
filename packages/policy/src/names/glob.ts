/**
 * Patterns with `*` for any run of characters, also an empty one. Matching is linear: it never goes
 * further back than to the last `*`.
 */

export function isGlob(text: string): boolean {
  return text.includes('*');
}

export function globMatches(pattern: string, text: string): boolean {
  let at = 0;
  let reached = 0;
  let star = -1;
  let resume = 0;
  while (reached < text.length) {
    if (at < pattern.length && pattern[at] === '*') {
      star = at;
      resume = reached;
      at += 1;
    } else if (at < pattern.length && pattern[at] === text[reached]) {
      at += 1;
      reached += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      reached = resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
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
