import { test } from 'vitest';
import { judgeCrashes, recordRun } from './crash-points.ts';
import { killRepeatedly } from './kill.ts';

test('with every unsynced write dropped or torn, at 1,000 crash points, the log opens, verifies and has all that was acknowledged', async () => {
  await judgeCrashes(await recordRun(), 1000);
}, 120_000);

test('a process killed at random points under load has lost nothing that it acknowledged', async () => {
  await killRepeatedly(4);
}, 120_000);
