/**
 * Checks proofs as RFC 9162 sections 2.1.3.2 and 2.1.4.2 say. Pure, and for every platform: how two hashes make the
 * one above them is given. A hash is a string of 32 characters, one per byte.
 */
type Hash = string;
export type HashNode = (left: Hash, right: Hash) => Hash;

const hashBytes = 32;

/** True when the proof shows `leaf` at `index` of the tree of `size` leaves with this root. Sizes reach 2^64. */
export function verifyInclusion(
  hashNode: HashNode,
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
  hashNode: HashNode,
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
  return climb(hashNode, first - 1n, second - 1n, path, firstRoot, secondRoot);
}

function climb(
  hashNode: HashNode,
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
