/** Kills a process that appends, again and again on one folder, and compares what it was promised. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { openLedger } from '@remit/ledger';
import { verifyLedger } from '@remit/ledger/verify';
import { seededRandom } from './recording-disk.ts';
import { collect, optionsIn, temporaryFolder } from './support.ts';

const child = path.join(import.meta.dirname, 'writing-child.ts');

/** Starts the writer and kills it after a number of acknowledgements; returns those that arrived. */
async function killAfter(folder: string, acknowledgements: number): Promise<string[]> {
  const execArgv = ['--conditions=remit-source', '--disable-warning=ExperimentalWarning'];
  const writer = fork(child, [folder, '16'], { execArgv });
  onTestFinished(() => void writer.kill('SIGKILL'));
  const acknowledged: string[] = [];
  writer.on('message', (message: string) => {
    acknowledged.push(message);
    if (acknowledged.length === acknowledgements) writer.kill('SIGKILL');
  });
  await once(writer, 'close');
  expect(acknowledged.length).toBeGreaterThanOrEqual(acknowledgements);
  return acknowledged;
}

export async function killRepeatedly(times: number): Promise<void> {
  const folder = temporaryFolder();
  const random = seededRandom(times);
  const promised: string[] = [];
  for (let round = 0; round < times; round += 1) {
    promised.push(...(await killAfter(folder, 1 + Math.floor(random() * 300))));
  }
  const ledger = await openLedger(optionsIn(folder));
  const records = await collect(ledger.records({ events: ['tool_invoke'] }));
  const kept = new Set(records.map(({ phase, id }) => `${phase} ${id}`));
  expect(promised.filter((record) => !kept.has(record))).toEqual([]);
  const open = (await ledger.search({ limit: 1000 })).events.filter(({ result }) => result === undefined);
  expect(open).toEqual([]);
  await ledger.close();
  const { folder: data, checkpoint_folder } = optionsIn(folder);
  expect(verifyLedger({ folder: data, checkpoint_folder })).toMatchObject({ ok: true, findings: [] });
}
