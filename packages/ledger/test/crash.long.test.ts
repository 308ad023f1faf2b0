import { test } from 'vitest';
import { judgeCrashes, recordRun } from './crash-points.ts';
import { killRepeatedly } from './kill.ts';

test('10,000 crash points with unsynced writes dropped or torn', async () => {
  await judgeCrashes(await recordRun(), 10_000);
}, 3_600_000);

test('killed at 200 random points under load', async () => {
  await killRepeatedly(200);
}, 3_600_000);
