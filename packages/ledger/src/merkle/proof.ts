/** Inclusion and consistency proofs, made from subtrees. */
import * as check from './check-proof.ts';
import { emptyRoot, hashNode, type Hash } from './hash.ts';

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

/** @see check.verifyInclusion */
export function verifyInclusion(
  index: bigint,
  size: bigint,
  leaf: Hash,
  proof: readonly Hash[],
  root: Hash,
): boolean {
  return check.verifyInclusion(hashNode, index, size, leaf, proof, root);
}

/** @see check.verifyConsistency */
export function verifyConsistency(
  first: bigint,
  second: bigint,
  proof: readonly Hash[],
  firstRoot: Hash,
  secondRoot: Hash,
): boolean {
  return check.verifyConsistency(hashNode, first, second, proof, firstRoot, secondRoot);
}
