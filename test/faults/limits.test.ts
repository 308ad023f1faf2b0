/** Invariant 4, judged by the upstream: a cap is never exceeded, whatever the callers do. */
import { join } from 'node:path';
import { executions, temporaryFolder } from '@remit/testkit';
import { expect, test } from 'vitest';
import { startRemit } from '../e2e/remit.ts';
import { callRecord } from './load.ts';
import { recordingWorkspace } from './workspace.ts';

test('of 200 parallel calls against a cap of 10, with failures and retries, exactly 10 reach the server', async () => {
  await using folder = await temporaryFolder();
  const database = join(folder.path, 'executed.db');
  await using remit = await startRemit(recordingWorkspace({ database, limits: { calls: '10/hour' } }));
  const key = await remit.key('worker');
  const callers = Array.from({ length: 200 }, async (_, n) => {
    const first = await callRecord(remit.origin, key, n % 3 === 0 ? { then: 'fail' } : {});
    const again = await callRecord(remit.origin, key);
    return [first, again];
  });
  const answers = (await Promise.all(callers)).flat();

  expect([...executions(database).values()].reduce((sum, times) => sum + times, 0)).toBe(10);
  const refused = answers.filter(({ result }) => result?.structuredContent?.remit?.code === 'rate_limited');
  expect(refused).toHaveLength(390);
});

test('a restart does not open the cap again', async () => {
  await using folder = await temporaryFolder();
  const database = join(folder.path, 'executed.db');
  const workspace = recordingWorkspace({ database, limits: { calls: '3/hour' } });
  const first = await startRemit(workspace, { folder: folder.path });
  const key = await first.key('worker');
  for (let n = 0; n < 2; n++) await callRecord(first.origin, key);
  await first.stop();

  await using second = await startRemit(workspace, { folder: folder.path });
  for (let n = 0; n < 5; n++) await callRecord(second.origin, key);
  expect(executions(database).size).toBe(3);
});
