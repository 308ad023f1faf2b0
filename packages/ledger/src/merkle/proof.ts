/** Inclusion and consistency proofs: made from subtrees, checked as RFC 9162 sections 2.1.3.2 and 2.1.4.2 say. */
import { emptyRoot, hashBytes, hashNode, type Hash } from './hash.ts';

/** Root of the perfect subtree of 2^`level` leaves that begins at leaf `index` · 2^`level`. */
export type SubtreeSource = (level: number, index: number) => Hash;

/** Root of the leaves `start` to `end`; `start` is a multiple of the largest power of two within. */
export function rootOf(source: SubtreeSource, start: number, end: number): Hash {
  const length = end - start;
  if (length === 0) return emptyRoot;
  const level = Math.log2(length);
  if (Number.isInteger(level)) return source(level, start / length);
  const middle = start + splitOf(length);
  return hashNode(rootOf(source, start, middle), rootOf(source, middle, end));
}

/** RFC 6962 section 2.1.1, from the leaf's sibling up. */
export function inclusionProof(source: SubtreeSource, index: number, size: number): Hash[] {
  const proof: Hash[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      proof.push(rootOf(source, middle, end));
      end = middle;
    } else {
      proof.push(rootOf(source, start, middle));
      start = middle;
    }
  }
  return proof.reverse();
}

/** RFC 6962 section 2.1.2, for 0 < `first` ≤ `second`. */
export function consistencyProof(source: SubtreeSource, first: number, second: number): Hash[] {
  const proof: Hash[] = [];
  let start = 0;
  let end = second;
  while (first !== end) {
    const middle = start + splitOf(end - start);
    if (first <= middle) {
      proof.push(rootOf(source, middle, end));
      end = middle;
    } else {
      proof.push(rootOf(source, start, middle));
      start = middle;
    }
  }
  // The verifier has the old root itself, so it is left out where the old tree is this subtree.
  if (start > 0) proof.push(rootOf(source, start, end));
  return proof.reverse();
}

/** Largest power of two smaller than `length`, for `length` > 1. */
function splitOf(length: number): number {
  let split = 1;
  while (split * 2 < length) split *= 2;
  return split;
}

/** True when the proof shows `leaf` at `index` of the tree of `size` leaves with this root. Sizes reach 2^64. */
export function verifyInclusion(
  index: bigint,
  size: bigint,
  leaf: Hash,
  proof: readonly Hash[],
  root: Hash,
): boolean {
  if (index < 0n || index >= size || ![leaf, root, ...proof].every(isHash)) return false;
  let node = index;
  let last = size - 1n;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0n) return false;
    if (isOdd(node) || node === last) {
      hash = hashNode(sibling, hash);
      while (!isOdd(node) && node !== 0n) {
        node >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = hashNode(hash, sibling);
    }
    node >>= 1n;
    last >>= 1n;
  }
  return last === 0n && hash === root;
}

/** True when the proof shows that the tree of `first` leaves is the beginning of the one of `second`. */
export function verifyConsistency(
  first: bigint,
  second: bigint,
  proof: readonly Hash[],
  firstRoot: Hash,
  secondRoot: Hash,
): boolean {
  // Every tree begins with the empty one: there is nothing to show, and no answer is safer than yes.
  if (first <= 0n || first > second) return false;
  if (first === second) return proof.length === 0 && firstRoot === secondRoot;
  if (![firstRoot, secondRoot, ...proof].every(isHash)) return false;
  if (proof.length === 0) return false;
  const path = isPowerOfTwo(first) ? [firstRoot, ...proof] : proof;
  return climb(first - 1n, second - 1n, path, firstRoot, secondRoot);
}

function climb(
  first: bigint,
  second: bigint,
  path: readonly Hash[],
  firstRoot: Hash,
  secondRoot: Hash,
): boolean {
  let node = first;
  let last = second;
  while (isOdd(node)) {
    node >>= 1n;
    last >>= 1n;
  }
  let [old, current] = [path[0]!, path[0]!];
  for (const sibling of path.slice(1)) {
    if (last === 0n) return false;
    if (isOdd(node) || node === last) {
      old = hashNode(sibling, old);
      current = hashNode(sibling, current);
      while (!isOdd(node) && node !== 0n) {
        node >>= 1n;
        last >>= 1n;
      }
    } else {
      current = hashNode(current, sibling);
    }
    node >>= 1n;
    last >>= 1n;
  }
  return last === 0n && old === firstRoot && current === secondRoot;
}

function isHash(value: Hash): boolean {
  return value.length === hashBytes;
}

function isOdd(value: bigint): boolean {
  return (value & 1n) === 1n;
}

function isPowerOfTwo(value: bigint): boolean {
  return (value & (value - 1n)) === 0n;
}
