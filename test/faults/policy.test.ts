/** Kill -9 around an activation: the record decides which version is in force (control, policies/standing.ts). */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder, type TemporaryFolder } from '@remit/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startRemit, type RunningRemit } from '../e2e/remit.ts';
import { recordingWorkspace } from './workspace.ts';

// Several starts of the whole program each; a loaded machine takes its time.
vi.setConfig({ testTimeout: 180_000 });

const up = [
  process.execPath,
  '--conditions=remit-source',
  '--disable-warning=ExperimentalWarning',
  fileURLToPath(new URL('./crash-remit.ts', import.meta.url)),
];

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const workspace = (calls: string) =>
  recordingWorkspace({ database: join(folder.path, 'executed.db'), limits: { calls } });

interface Listed {
  active: { version: string };
  versions: { version: string; state: string }[];
}

async function list(remit: RunningRemit): Promise<Listed> {
  return JSON.parse((await remit.run('policies', 'list', '--json')).stdout) as Listed;
}

/** Two versions are kept, the second one in force and in the documents; then the first is rolled back to. */
test.each([
  ['before-activation', 'second'],
  ['after-activation', 'first'],
] as const)('a kill %s leaves the %s version in force', async (point, expected) => {
  const versions = { first: '', second: '' };
  for (const [name, calls] of [
    ['first', '60/minute'],
    ['second', '90/minute'],
  ] as const) {
    const remit = await startRemit(workspace(calls), { folder: folder.path });
    versions[name] = (await list(remit)).active.version;
    await remit.stop();
  }
  const options = { folder: folder.path, up, env: { CRASH_AT: point } };
  const crashing = await startRemit(workspace('90/minute'), options);
  expect((await list(crashing)).active.version).toBe(versions.second);
  await crashing.run('policies', 'rollback', versions.first);
  expect((await crashing.process.exited).signal).toBe('SIGKILL');

  await using remit = await startRemit(workspace('90/minute'), { folder: folder.path });
  const { active, versions: kept } = await list(remit);
  expect(active.version).toBe(versions[expected]);
  expect(kept.map(({ version }) => version).toSorted()).toEqual(Object.values(versions).toSorted());
});
