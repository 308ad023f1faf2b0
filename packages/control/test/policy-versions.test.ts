/** The versions that are kept: bounded, the oldest first to go, and never one that is needed. */
import { readdir } from 'node:fs/promises';
import { PolicyVersions } from '@remit/control';
import { loadWorkspace, versionParts } from '@remit/policy';
import { temporaryFolder, type TemporaryFolder } from '@remit/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const day = 24 * 3_600_000;

/** As many versions as there are names, a day apart; gives their digests. */
async function keepAll(versions: PolicyVersions, names: readonly string[]): Promise<string[]> {
  const kept: string[] = [];
  for (const [index, name] of names.entries()) {
    const files = [{ path: 'remit.yaml', text: `workspace: ${name}\n` }];
    const version = loadWorkspace(files, undefined).policy?.version ?? '';
    await versions.keep(version, versionParts(files, undefined), index * day);
    kept.push(version);
  }
  return kept;
}

test('a version that is kept is read back, and listed newest first', async () => {
  const versions = new PolicyVersions(folder.path);
  const [older, newer] = await keepAll(versions, ['one', 'two']);
  expect((await versions.list()).map(({ version }) => version)).toEqual([newer, older]);
  expect(await versions.load(older!)).toEqual({
    files: [{ path: 'remit.yaml', text: 'workspace: one\n' }],
    lock: undefined,
  });
});

test.each([
  ['versions', { versions_max: 2, bytes_max: 1e6 }],
  ['bytes', { versions_max: 9, bytes_max: 100 }],
])('past the bound of %s the oldest go, except those that are needed', async (_, limits) => {
  const versions = new PolicyVersions(folder.path, limits);
  const [first, second, third, fourth] = await keepAll(versions, ['one', 'two', 'six', 'ten']);
  expect(await versions.prune(new Set([first!]))).toEqual([third, second]);
  expect((await versions.list()).map(({ version }) => version)).toEqual([fourth, first]);
  expect(await readdir(folder.path)).toHaveLength(2);
});

test('what is no digest is no version, wherever it would lead', async () => {
  const versions = new PolicyVersions(folder.path);
  await expect(versions.load('sha256:../../etc/passwd')).rejects.toMatchObject({
    code: 'policy_version_not_found',
  });
});
