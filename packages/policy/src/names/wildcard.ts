/**
 * Whether items follow a pattern in which a wildcard stands for any run of them, also an empty one.
 * Linear: it never goes further back than to the last wildcard.
 */
export function runMatches<Item>(
  pattern: ArrayLike<Item>,
  wildcard: Item,
  items: ArrayLike<Item>,
  matches: (wanted: Item, item: Item) => boolean,
): boolean {
  let at = 0;
  let reached = 0;
  let last = -1;
  let resume = 0;
  while (reached < items.length) {
    if (at < pattern.length && pattern[at] === wildcard) {
      last = at;
      resume = reached;
      at += 1;
    } else if (at < pattern.length && matches(pattern[at]!, items[reached]!)) {
      at += 1;
      reached += 1;
    } else if (last >= 0) {
      at = last + 1;
      resume += 1;
      reached = resume;
    } else {
      return false;
    }
  }
  while (at < pattern.length && pattern[at] === wildcard) at += 1;
  return at === pattern.length;
}
