/** Start and stop of Remit, in the log like everything else. */
import type { EventKind, RecordMeta } from '@remit/contracts';
import type { Ledger } from '@remit/ledger';
import type { CompiledPolicy } from '@remit/policy';
import type { Logger } from 'pino';
import type { Machine } from './machine.ts';
import { version } from './version.ts';

type Recorder = Pick<Machine, 'clock' | 'newId'>;

/** @throws Fault `ledger_unavailable`: what cannot be recorded does not start. */
export async function recordStart(ledger: Ledger, machine: Recorder, policy: CompiledPolicy): Promise<void> {
  await append(ledger, machine, 'start', { version, policy_version: policy.version });
}

/** A stop that cannot be recorded is a stop all the same; the next start says that none was recorded. */
export async function recordStop(ledger: Ledger, machine: Recorder, log: Logger): Promise<void> {
  try {
    await append(ledger, machine, 'stop', { version });
  } catch (error) {
    log.warn({ error }, 'the stop could not be recorded');
  }
}

async function append(
  ledger: Ledger,
  { clock, newId }: Recorder,
  event: EventKind,
  meta: RecordMeta,
): Promise<void> {
  const time = new Date(clock.now()).toISOString();
  await ledger.append([
    { phase: 'event', id: newId('evt'), event, time, meta: { result: 'success', ...meta, by: 'remit' } },
  ]);
}
