/** The two hashes of RFC 6962 section 2.1, and the tree made of them, without `node:crypto`. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesOfBase64, bytesOfLatin1, concat, latin1 } from './bytes.ts';

/** A SHA-256 value, one character per byte. */
export type Hash = string;

const hashBytes = 32;
const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export function hashOf(bytes: Uint8Array): Hash {
  return latin1(sha256(bytes));
}

export function hashLeaf(record: Uint8Array): Hash {
  return hashOf(concat(leafPrefix, record));
}

export function hashNode(left: Hash, right: Hash): Hash {
  return hashOf(concat(nodePrefix, bytesOfLatin1(left), bytesOfLatin1(right)));
}

export function hashFromBase64(text: string): Hash | undefined {
  const bytes = bytesOfBase64(text);
  return bytes?.length === hashBytes ? latin1(bytes) : undefined;
}

/** Grows leaf by leaf; keeps the roots of its perfect subtrees. */
export class GrowingTree {
  readonly #subtrees: { leaves: number; root: Hash }[] = [];
  size = 0;

  push(leaf: Hash): void {
    let top = { leaves: 1, root: leaf };
    while (this.#subtrees.at(-1)?.leaves === top.leaves) {
      const left = this.#subtrees.pop()!;
      top = { leaves: 2 * left.leaves, root: hashNode(left.root, top.root) };
    }
    this.#subtrees.push(top);
    this.size += 1;
  }

  root(): Hash {
    const roots = this.#subtrees.map(({ root }) => root);
    return roots.length === 0
      ? hashOf(new Uint8Array())
      : roots.reduceRight((right, left) => hashNode(left, right));
  }
}
