/**
 * The roots of the perfect subtrees that a tree of `size` leaves consists of, largest first: all
 * that has to be known to append to the tree and to compute its root.
 */
import { Fault } from '@remit/contracts';
import { emptyRoot, hashBytes, hashNode, type Hash } from './hash.ts';

export class CompactRange {
  #size: number;
  readonly #peaks: Hash[];

  constructor(size = 0, peaks: readonly Hash[] = []) {
    if (peaks.length !== peakCount(size)) {
      throw new Fault(
        'ledger_damaged',
        `a tree of ${size} leaves has ${peakCount(size)} peaks, not ${peaks.length}`,
      );
    }
    this.#size = size;
    this.#peaks = [...peaks];
  }

  /** Of peaks that were joined to one string. */
  static ofJoined(size: number, peaks: string): CompactRange {
    return new CompactRange(size, peaks.match(new RegExp(`[^]{${hashBytes}}`, 'g')) ?? []);
  }

  get size(): number {
    return this.#size;
  }

  get peaks(): readonly Hash[] {
    return this.#peaks;
  }

  push(leaf: Hash): void {
    let hash = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2)
      hash = hashNode(this.#peaks.pop()!, hash);
    this.#peaks.push(hash);
    this.#size += 1;
  }

  root(): Hash {
    if (this.#peaks.length === 0) return emptyRoot;
    return this.#peaks.reduceRight((right, left) => hashNode(left, right));
  }

  clone(): CompactRange {
    return new CompactRange(this.#size, this.#peaks);
  }

  equals(other: CompactRange): boolean {
    return this.#size === other.size && this.#peaks.every((peak, index) => peak === other.peaks[index]);
  }
}

function peakCount(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
