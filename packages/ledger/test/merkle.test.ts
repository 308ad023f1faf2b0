import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CompactRange } from '../src/merkle/compact-range.ts';
import { hashLeaf, hashNode, emptyRoot, type Hash } from '../src/merkle/hash.ts';
import {
  consistencyProof,
  inclusionProof,
  rootOf,
  verifyConsistency,
  verifyInclusion,
  type SubtreeSource,
} from '../src/merkle/proof.ts';
import { parseTilePath, tilePath } from '../src/merkle/tile-path.ts';
import { VerifiedTree } from '../src/verify/tree.ts';
import { vectorFolder } from './support.ts';

const leaves = (count: number): Hash[] =>
  Array.from({ length: count }, (_, index) => hashLeaf(Buffer.from(`leaf ${index}`)));

/** RFC 6962 section 2.1, word for word: slow and obvious. */
function definedRoot(hashes: readonly Hash[]): Hash {
  if (hashes.length === 0) return emptyRoot;
  if (hashes.length === 1) return hashes[0]!;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return hashNode(definedRoot(hashes.slice(0, split)), definedRoot(hashes.slice(split)));
}

const subtreesOf =
  (hashes: readonly Hash[]): SubtreeSource =>
  (level, index) =>
    definedRoot(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));

const treeAndIndex = fc
  .integer({ min: 1, max: 80 })
  .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));

describe('the tree', () => {
  test('a compact range, the subtrees and the verifier compute the root that RFC 6962 defines', () => {
    const range = new CompactRange();
    const verified = new VerifiedTree();
    for (let size = 0; size <= 300; size += 1) {
      const hashes = leaves(size);
      expect(range.root()).toBe(definedRoot(hashes));
      expect(verified.root().toString('latin1')).toBe(definedRoot(hashes));
      expect(rootOf(subtreesOf(hashes), 0, size)).toBe(definedRoot(hashes));
      range.push(hashLeaf(Buffer.from(`leaf ${size}`)));
      verified.push(Buffer.from(`leaf ${size}`));
    }
  });

  test('every leaf of every tree has an inclusion proof', () => {
    fc.assert(
      fc.property(treeAndIndex, ([size, index]) => {
        const hashes = leaves(size);
        const proof = inclusionProof(subtreesOf(hashes), index, size);
        return verifyInclusion(BigInt(index), BigInt(size), hashes[index]!, proof, definedRoot(hashes));
      }),
    );
  });

  test('every tree is proved to continue each of its beginnings', () => {
    fc.assert(
      fc.property(treeAndIndex, ([size, before]) => {
        const hashes = leaves(size);
        const first = before + 1;
        const proof = consistencyProof(subtreesOf(hashes), first, size);
        const firstRoot = definedRoot(hashes.slice(0, first));
        return verifyConsistency(BigInt(first), BigInt(size), proof, firstRoot, definedRoot(hashes));
      }),
    );
  });

  test('a proof with any bit changed, for another index or another size, proves nothing', () => {
    fc.assert(
      fc.property(treeAndIndex, fc.nat(), fc.nat(7), ([size, index], at, bit) => {
        const hashes = leaves(size);
        const root = definedRoot(hashes);
        const proof = inclusionProof(subtreesOf(hashes), index, size);
        const check = (path: readonly Hash[], i = index, s = size): boolean =>
          verifyInclusion(BigInt(i), BigInt(s), hashes[index]!, path, root);
        const bytes = Buffer.from(proof.join(''), 'latin1');
        if (bytes.length > 0) bytes[at % bytes.length]! ^= 1 << bit;
        const changed = proof.map((_, step) => bytes.toString('latin1', step * 32, step * 32 + 32));
        return (
          (proof.length === 0 || (!check(changed) && !check(proof.slice(1)))) &&
          !check([...proof, root]) &&
          (size === 1 || !check(proof, (index + 1) % size)) &&
          !check(proof, index, size * 2)
        );
      }),
    );
  });
});

interface Vector {
  leafIdx: bigint;
  treeSize: bigint;
  size1: bigint;
  size2: bigint;
  root: string;
  root1: string;
  root2: string;
  leafHash: string;
  proof: string[] | null;
  desc: string;
  wantErr: boolean;
}

/** JSON with its integers as bigint: the vectors go up to 2^64. */
function parseVector(text: string): Vector {
  return JSON.parse(text, (_key, value: unknown, context?: { source: string }) =>
    typeof value === 'number' ? BigInt(context!.source) : value,
  ) as Vector;
}

function vectorsIn(kind: 'inclusion' | 'consistency'): { file: string; vector: Vector }[] {
  const folder = vectorFolder('merkle');
  if (folder === undefined) return [];
  return fs
    .readdirSync(path.join(folder, kind), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({
      file: name,
      vector: parseVector(fs.readFileSync(path.join(folder, kind, name), 'utf8')),
    }));
}

const bytesOf = (base64: string): Hash => Buffer.from(base64, 'base64').toString('latin1');

describe('published vectors', () => {
  const inclusion = vectorsIn('inclusion');
  const consistency = vectorsIn('consistency');

  test.skipIf(inclusion.length === 0)('inclusion: every vector gets the verdict that it names', () => {
    for (const { file, vector } of inclusion) {
      const { leafIdx, treeSize, leafHash, proof, root } = vector;
      const verdict = verifyInclusion(
        leafIdx,
        treeSize,
        bytesOf(leafHash),
        (proof ?? []).map(bytesOf),
        bytesOf(root),
      );
      expect(verdict, file).toBe(!vector.wantErr);
    }
  });

  test.skipIf(consistency.length === 0)('consistency: every vector gets the verdict that it names', () => {
    for (const { file, vector } of consistency) {
      const { size1, size2, root1, root2, proof } = vector;
      const verdict = verifyConsistency(
        size1,
        size2,
        (proof ?? []).map(bytesOf),
        bytesOf(root1),
        bytesOf(root2),
      );
      expect(verdict, file).toBe(!vector.wantErr);
    }
  });
});

describe('tile paths', () => {
  test('are read as tlog-tiles writes them, and in no other spelling', () => {
    expect(tilePath({ kind: 0, number: 1234067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ kind: 'entries', number: 5, width: 17 })).toBe('tile/entries/005.p/17');
    for (const wrong of [
      'tile/0/5',
      'tile/00/005',
      'tile/64/005',
      'tile/0/005.p/0',
      'tile/0/005.p/256',
      'tile/0/x000/005',
      'tile/0/../005',
      'tile/0/005.p/017',
    ]) {
      expect(parseTilePath(wrong), wrong).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.nat(63), fc.nat(), fc.integer({ min: 1, max: 256 }), (kind, number, width) => {
        expect(parseTilePath(tilePath({ kind, number, width }))).toEqual({ kind, number, width });
      }),
    );
  });
});
