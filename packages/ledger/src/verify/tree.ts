/** The tree recomputed from nothing but leaves: a stack of subtree roots, merged while two are of one size. */
import { createHash } from 'node:crypto';

export class VerifiedTree {
  readonly #stack: { leaves: number; root: Buffer }[] = [];
  size = 0;

  /** `record` without the leaf prefix; returns the leaf's hash. */
  push(record: Buffer): Buffer {
    const leaf = sha256(Buffer.of(0), record);
    this.pushLeaf(leaf);
    return leaf;
  }

  pushLeaf(leaf: Buffer): void {
    let top = { leaves: 1, root: leaf };
    while (this.#stack.at(-1)?.leaves === top.leaves) {
      const left = this.#stack.pop()!;
      top = { leaves: left.leaves * 2, root: sha256(Buffer.of(1), left.root, top.root) };
    }
    this.#stack.push(top);
    this.size += 1;
  }

  /** Roots of the perfect subtrees, largest first, as groups and headers store them. */
  peaks(): Buffer[] {
    return this.#stack.map(({ root }) => root);
  }

  root(): Buffer {
    if (this.#stack.length === 0) return sha256();
    return this.peaks().reduceRight((right, left) => sha256(Buffer.of(1), left, right));
  }
}

function sha256(...parts: Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
