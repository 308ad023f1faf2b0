import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openLedger } from '@remit/ledger';
import { optionsIn, temporaryFolder } from './support.ts';

const child = path.join(import.meta.dirname, 'writing-child.ts');

async function startChild(folder: string): Promise<ChildProcess> {
  const execArgv = ['--conditions=remit-source', '--disable-warning=ExperimentalWarning'];
  const process = fork(child, [folder, '1'], { execArgv });
  onTestFinished(() => void process.kill('SIGKILL'));
  await once(process, 'message');
  return process;
}

test('a second process on a data folder refuses; the lock of a dead one is taken over', async () => {
  const folder = temporaryFolder();
  const owner = await startChild(folder);
  await expect(openLedger(optionsIn(folder))).rejects.toMatchObject({ code: 'ledger_locked' });
  const exit = once(owner, 'exit');
  owner.kill('SIGKILL');
  await exit;
  const ledger = await openLedger(optionsIn(folder));
  await expect(openLedger(optionsIn(folder))).rejects.toMatchObject({ code: 'ledger_locked' });
  await ledger.close();
});
