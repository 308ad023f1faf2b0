/** A policy version is the bytes that its digest is taken of. */
import { hash } from 'node:crypto';
import { loadWorkspace, readVersion, versionParts } from '@remit/policy';
import { describe, expect, it, test } from 'vitest';
import { file, lock, mustLoad, workspaceText } from './support-desk.ts';

const files = [
  file(workspaceText, 'workspace.yaml'),
  file('agent: other\nowner: "\u2028["\npurpose: |\n  {\n  [\n', 'a/b.yaml'),
];
const bytesOf = (parts: Iterable<string>) => Buffer.from([...parts].join(''));

describe('the bytes of a version', () => {
  test.each([
    ['with a lock', lock],
    ['without one', undefined],
  ] as const)('%s are what its digest is of', (_, tools) => {
    const { version } = mustLoad(loadWorkspace(files, tools));
    const bytes = bytesOf(versionParts(files.toReversed(), tools));
    expect(`sha256:${hash('sha256', bytes)}`).toBe(version);
    const back = readVersion(version, bytes);
    expect(mustLoad(loadWorkspace(back.files, back.lock)).version).toBe(version);
    expect(back.files.toSorted((a, b) => (a.path > b.path ? -1 : 1))).toEqual(files);
  });

  it('are refused where one of them differs', () => {
    const { version } = mustLoad(loadWorkspace(files, lock));
    const bytes = bytesOf(versionParts(files, lock));
    bytes[bytes.length >> 1]! ^= 1;
    expect(() => readVersion(version, bytes)).toThrow(
      expect.objectContaining({ code: 'policy_version_damaged' }),
    );
  });

  it('are refused where they have the digest and no documents', () => {
    const bytes = Buffer.from('[1,2]\n');
    expect(() => readVersion(`sha256:${hash('sha256', bytes)}`, bytes)).toThrow(
      expect.objectContaining({ code: 'policy_version_damaged' }),
    );
  });
});
