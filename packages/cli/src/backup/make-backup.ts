/**
 * A backup of a data folder that is in use: the log up to a checkpoint, the registry and the policy versions as
 * they stand, and the log's name. Never the keys: a copy of everything opens what was erased, a copy without them opens nothing
 * (docs/decisions/backups.md).
 */
import { rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backup as copyDatabase, DatabaseSync } from 'node:sqlite';
import { Fault } from '@remit/contracts';
import {
  administrativeRecord,
  PolicyVersions,
  type Actor,
  type Backup,
  type BackupMade,
} from '@remit/control';
import type { Ledger } from '@remit/ledger';
import { readUnchanged, textFile, writeBackup, type BackupFile } from '@remit/ledger/backup';
import { keyFileOf, policyVersionsOf, registryFileOf } from '../data/layout.ts';
import type { Machine } from '../machine.ts';
import { version } from '../version.ts';
import { logNameEntry, logEntry, policyEntry, registryEntry } from './entries.ts';

export interface BackupSource {
  machine: Pick<Machine, 'clock' | 'newId'>;
  /** The data folder. */
  data: string;
  ledger: Ledger;
}

export function backupMaker(source: BackupSource): Backup {
  return async (file, by) => {
    requireFolder(file);
    const registry = `${file}.registry.draft`;
    try {
      await copyRegistry(registryFileOf(source.data), registry);
      return await make(source, file, registry, by);
    } finally {
      rmSync(registry, { force: true });
    }
  };
}

async function make(source: BackupSource, file: string, registry: string, by: Actor): Promise<BackupMade> {
  const { machine, data, ledger } = source;
  const { size, files } = await ledger.copy();
  const { origin } = ledger.status();
  const contents = {
    origin,
    made_at: new Date(machine.clock.now()).toISOString(),
    version,
    size,
    files: [
      textFile(logNameEntry, `${origin}\n`),
      registryFile(registry),
      ...files.map((entry) => ({ ...entry, name: logEntry(entry.name) })),
      ...(await policyFiles(policyVersionsOf(data))),
    ],
    key_file: keyFileOf(data),
  };
  // There is no backup that the log does not know of.
  const written = await writeBackup(file, contents, async ({ bytes, digest }) => {
    const meta = { records: size, bytes, digest };
    await ledger.append([administrativeRecord(machine, by, { event: 'backup_made', meta })]);
  });
  return { file, size, ...written };
}

/** SQLite's own online backup: whole, whatever is written meanwhile. */
async function copyRegistry(from: string, to: string): Promise<void> {
  const registry = new DatabaseSync(from, { readOnly: true });
  try {
    await copyDatabase(registry, to);
  } finally {
    registry.close();
  }
}

/** A log that says which version is in force is restored with that version. */
async function policyFiles(folder: string): Promise<BackupFile[]> {
  const kept = await new PolicyVersions(folder).list();
  return kept.map(({ version, bytes }) => {
    const digest = version.slice('sha256:'.length);
    return { name: policyEntry(digest), bytes, read: () => readUnchanged(join(folder, digest), bytes) };
  });
}

function registryFile(file: string): BackupFile {
  const bytes = statSync(file).size;
  return { name: registryEntry, bytes, read: () => readUnchanged(file, bytes) };
}

function requireFolder(file: string): void {
  const folder = dirname(file);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new Fault('backup_unwritable', `There is no folder \`${folder}\`.`, {
    place: { file: folder },
    remedy: 'Make it, or name a file in another folder.',
  });
}
