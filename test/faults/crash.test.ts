/** Kill -9 between the stages of the journey and at random, under load; invariants 1 and 2. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordedCalls, temporaryFolder, waitFor } from '@remit/testkit';
import type { TemporaryFolder } from '@remit/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startRemit } from '../e2e/remit.ts';
import { judge } from './judge.ts';
import { callRecord, callUntilLost } from './load.ts';
import { recordingWorkspace } from './workspace.ts';

// Several starts of the whole program each; a loaded machine takes its time.
vi.setConfig({ testTimeout: 180_000 });

const crashRemit = fileURLToPath(new URL('./crash-remit.ts', import.meta.url));
const up = [
  process.execPath,
  '--conditions=remit-source',
  '--disable-warning=ExperimentalWarning',
  crashRemit,
];

let folder: TemporaryFolder;
let database: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  database = join(folder.path, 'executed.db');
});
afterEach(() => folder.remove());

const workspace = () => recordingWorkspace({ database });

/** Under load from eight callers until it dies; then an ordinary Remit on the same folders judges. */
async function crash(env: Record<string, string>, kill?: (pid: number) => Promise<void>) {
  const crashing = await startRemit(workspace(), {
    folder: folder.path,
    ...(env['CRASH_AT'] && { up }),
    env,
  });
  const key = await crashing.key('worker');
  const load = callUntilLost(crashing.origin, key, 8);
  await kill?.(crashing.process.pid);
  const answered = await load;
  expect((await crashing.process.exited).signal).toBe('SIGKILL');

  await using remit = await startRemit(workspace(), { folder: folder.path });
  return { answered, key, remit, events: await judge(remit, database, answered) };
}

test.each(['before-intent', 'after-intent', 'before-outcome', 'before-answer'])(
  'a kill %s loses nothing that was answered and repeats nothing',
  async (point) => {
    const { answered } = await crash({ CRASH_AT: `${point}:40` });
    expect(answered.filter(({ result }) => result).length).toBeGreaterThan(10);
  },
);

test('a kill while the server works ends as unknown, and the call is not sent again', async () => {
  const first = await startRemit(workspace(), { folder: folder.path });
  const key = await first.key('worker');
  const call = callRecord(first.origin, key, { then: 'hang' }, 'the-one');
  await waitFor(() => recordedCalls(database).length === 1);
  first.process.kill('SIGKILL');
  const answered = [await call];

  await using remit = await startRemit(workspace(), { folder: folder.path });
  const events = await judge(remit, database, answered);
  expect(events.get('the-one')?.result).toBe('unknown');
});

test('kills at random moments under load lose nothing that was answered and repeat nothing', async () => {
  for (let round = 0; round < 3; round++) {
    // The moment is a number of executed calls, so that it lies under load however fast the machine is.
    const moment = recordedCalls(database).length + 20 + Math.floor(Math.random() * 200);
    await crash({}, async (pid) => {
      await waitFor(() => recordedCalls(database).length >= moment);
      process.kill(pid, 'SIGKILL');
    });
  }
});
