/** Sets of leaf indexes. What is cleared together mostly lies together, so they are kept and written as runs: `3-7,9`. */

type Run = readonly [first: number, last: number];

const text = /^(?:\d{1,15}(?:-\d{1,15})?(?:,(?!$)|$))*$/;

/** Collects indexes that come in rising order; ten millions in a row take no more room than one. */
export class RisingIndexes {
  readonly #runs: [number, number][] = [];

  add(index: number): void {
    const last = this.#runs.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else this.#runs.push([index, index]);
  }

  get ranges(): IndexRanges {
    return IndexRanges.ofRuns(this.#runs);
  }
}

export class IndexRanges {
  /** Sorted, with at least one index between two of them. */
  readonly #runs: readonly Run[];

  private constructor(runs: readonly Run[]) {
    this.#runs = runs;
  }

  static of(indexes: Iterable<number>): IndexRanges {
    const sorted = [...indexes].sort((a, b) => a - b);
    return new IndexRanges(joined(sorted.map((index) => [index, index])));
  }

  /** Runs in the order of their beginnings. */
  static ofRuns(runs: readonly Run[]): IndexRanges {
    return new IndexRanges(joined(runs));
  }

  /** Undefined where the text is not what `toString` gives. */
  static parse(written: string): IndexRanges | undefined {
    if (!text.test(written)) return undefined;
    const runs = (written === '' ? [] : written.split(',')).map((run): Run => {
      const [first = '', last = first] = run.split('-');
      return [Number(first), Number(last)];
    });
    const ranges = new IndexRanges(joined(runs));
    return ranges.toString() === written ? ranges : undefined;
  }

  get count(): number {
    return this.#runs.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }

  get runs(): readonly Run[] {
    return this.#runs;
  }

  has(index: number): boolean {
    const run = this.#runs[this.#firstEndingAt(index)];
    return run !== undefined && run[0] <= index;
  }

  union(other: IndexRanges): IndexRanges {
    return new IndexRanges(joined([...this.#runs, ...other.#runs].sort((a, b) => a[0] - b[0])));
  }

  without(other: IndexRanges): IndexRanges {
    const runs = this.#runs.flatMap(([first, last]) => {
      const gaps: Run[] = [];
      let from = first;
      for (const [start, end] of other.between(first, last + 1).runs) {
        if (from < start) gaps.push([from, start - 1]);
        from = end + 1;
      }
      if (from <= last) gaps.push([from, last]);
      return gaps;
    });
    return new IndexRanges(runs);
  }

  both(other: IndexRanges): IndexRanges {
    return new IndexRanges(this.#runs.flatMap(([first, last]) => other.between(first, last + 1).runs));
  }

  /** Those from `from` up to, not including, `to`. */
  between(from: number, to: number): IndexRanges {
    const runs: Run[] = [];
    for (let at = this.#firstEndingAt(from); at < this.#runs.length; at += 1) {
      const [first, last] = this.#runs[at]!;
      if (first >= to) break;
      runs.push([Math.max(first, from), Math.min(last, to - 1)]);
    }
    return new IndexRanges(runs);
  }

  *[Symbol.iterator](): Generator<number> {
    for (const [first, last] of this.#runs) for (let index = first; index <= last; index += 1) yield index;
  }

  /** The first `count` of them, or all. */
  first(count: number): number[] {
    const indexes: number[] = [];
    for (const index of this) {
      if (indexes.length === count) break;
      indexes.push(index);
    }
    return indexes;
  }

  /** The same indexes in pieces whose text has at most `length` characters each. */
  pieces(length: number): IndexRanges[] {
    const pieces: Run[][] = [];
    let used = Infinity;
    for (const run of this.#runs) {
      const more = textOf(run).length + 1;
      if (used + more > length) {
        pieces.push([]);
        used = 0;
      }
      used += more;
      pieces.at(-1)!.push(run);
    }
    return pieces.map((runs) => new IndexRanges(runs));
  }

  toString(): string {
    return this.#runs.map(textOf).join(',');
  }

  /** Place of the first run that does not end before `index`. */
  #firstEndingAt(index: number): number {
    let [low, high] = [0, this.#runs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#runs[middle]![1] < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** `runs` sorted by their beginnings. */
function joined(runs: readonly Run[]): Run[] {
  const result: [number, number][] = [];
  for (const [first, last] of runs) {
    const before = result.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}

function textOf([first, last]: Run): string {
  return first === last ? String(first) : `${first}-${last}`;
}
