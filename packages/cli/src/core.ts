/** What every composition stands on: the ledger, and the registry of agents, people and credentials. */
import { openRegistry, type Registry } from '@remit/control';
import { pseudonymsUnder, type Ports } from '@remit/enforce';
import { openLedger, type Ledger, type LedgerOptions } from '@remit/ledger';
import type { Logger } from 'pino';
import { explainRollback, recordRestored } from './backup/restored.ts';
import { credentialKeyOf, keyFileOf, ledgerFolderOf, registryFileOf } from './data/layout.ts';
import { logName } from './data/log-name.ts';
import { openCredentialKey } from './keys.ts';
import type { Machine } from './machine.ts';

export interface CoreOptions {
  machine: Machine;
  /** The data folder, taken by this process. */
  data: string;
  /** A second place for signed checkpoints. */
  checkpoints?: string | undefined;
  /** URL of the PostgreSQL database that keeps the log. */
  ledger_url?: string | undefined;
  /** Who cosigns them. */
  witnesses?: LedgerOptions['witness_policy'] | undefined;
  log: Logger;
  /** The ledger could not make something durable: what was promised may be lost, so the process has to end. */
  failed: (error: Error) => void;
}

export interface Core {
  ledger: Ledger;
  registry: Registry;
  /** Of values that agents see hashed. */
  pseudonym: NonNullable<Ports['pseudonym']>;
  close(): Promise<void>;
}

export async function openCore({
  machine,
  data,
  checkpoints,
  ledger_url,
  witnesses,
  failed,
}: CoreOptions): Promise<Core> {
  const { clock, newId } = machine;
  const ledger = await openLedger({
    folder: ledgerFolderOf(data),
    key_file: keyFileOf(data),
    origin: logName(machine, data),
    source: 'embedded',
    clock,
    newId,
    failed,
    ...(checkpoints === undefined ? {} : { checkpoint_folder: checkpoints }),
    ...(ledger_url === undefined ? {} : { postgres: ledger_url }),
    ...(witnesses === undefined ? {} : { witness_policy: witnesses }),
  }).catch((error: unknown) => {
    throw explainRollback(error, data);
  });
  try {
    await recordRestored(ledger, data, machine);
    const workspaceKey = openCredentialKey(credentialKeyOf(data), () => machine.newKey());
    const registry = await openRegistry({
      file: registryFileOf(data),
      workspaceKey,
      ledger,
      clock,
      newId,
    });
    const close = async (): Promise<void> => {
      await registry.close();
      await ledger.close();
    };
    return { ledger, registry, pseudonym: pseudonymsUnder(workspaceKey), close };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}
