/** RFC 6962 section 2.1 and RFC 9162 section 2.1.3.2, 2.1.4.2, with node:crypto and nothing of Remit's. */
import { createHash } from 'node:crypto';

export const sha256 = (...parts: Buffer[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** MTH({d(0)}) = SHA-256(0x00 || d(0)). */
export const leafHash = (entry: Buffer): Buffer => sha256(Buffer.of(0), entry);

const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right);

/** MTH of leaf hashes, by the recursive definition: k is the largest power of two smaller than n. */
export function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return nodeHash(treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

/** The root that a path leads to, computed from the top down as PATH(m, D[n]) is defined; undefined where it does not fit. */
export function rootOfPath(leaf: Buffer, m: number, n: number, path: readonly Buffer[]): Buffer | undefined {
  if (m >= n) return undefined;
  if (n === 1) return path.length === 0 ? leaf : undefined;
  const [last] = path.slice(-1);
  if (last === undefined) return undefined;
  const k = 2 ** Math.ceil(Math.log2(n) - 1);
  const rest = path.slice(0, -1);
  const below = m < k ? rootOfPath(leaf, m, k, rest) : rootOfPath(leaf, m - k, n - k, rest);
  if (below === undefined) return undefined;
  return m < k ? nodeHash(below, last) : nodeHash(last, below);
}
