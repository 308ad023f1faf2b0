/** Restores a backup into a folder of its own, verified before it has its name. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault } from '@remit/contracts';
import { readBackup, verifierKeyOf, type BackupManifest } from '@remit/ledger/backup';
import { verifyLedger, type VerifyResult } from '@remit/ledger/verify';
import { keyFileOf, keysFolderOf, ledgerFolderOf, logNameFileOf } from '../data/layout.ts';
import { cannot, wrongUse } from '../exit-code.ts';
import type { Machine } from '../machine.ts';
import { placeOf } from './entries.ts';
import { writeRestored } from './restored.ts';

export interface RestoreOptions {
  machine: Pick<Machine, 'clock'>;
  file: string;
  /** The data folder to make; empty where it exists. */
  data: string;
  /** The `keys` folder of the data folder that was backed up, kept apart. */
  keys?: string | undefined;
  /** Where its checkpoints are kept apart. */
  checkpoints?: string | undefined;
}

export interface RestoredBackup {
  manifest: BackupManifest;
  verified: VerifyResult;
  /** What vouched for the list of files: keys kept apart, or only what lay in the backup itself. */
  checked_with: 'keys' | 'checkpoints' | 'backup';
  /** Records that a checkpoint kept apart has signed, and that are missing. */
  missing: number;
}

/** @throws Fault `backup_damaged`, `backup_not_verified`; CommandFault `data_folder_not_empty`, `no_backup`, `no_keys`. */
export function restoreBackup(options: RestoreOptions): RestoredBackup {
  const { file, data, machine } = options;
  requireOptions(options);
  const draft = `${data}.restoring`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  try {
    if (options.keys !== undefined) cpSync(options.keys, keysFolderOf(draft), { recursive: true });
    const checked = { with: 'backup' as RestoredBackup['checked_with'] };
    const manifest = readBackup(
      file,
      (name) => placeOf(draft, name),
      () => trustedKey(draft, options, checked),
    );
    requireName(draft, manifest);
    const verified = verify(draft, options);
    const restored_at = new Date(machine.clock.now()).toISOString();
    writeRestored(draft, { version: 1, made_at: manifest.made_at, restored_at, size: manifest.size });
    if (existsSync(data)) rmdirSync(data);
    renameSync(draft, data);
    const missing = Math.max(0, verified.signed_size - verified.size);
    return { manifest, verified, checked_with: checked.with, missing };
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

function requireOptions({ file, data, keys }: RestoreOptions): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw wrongUse('no_backup', `There is no file ${file}.`, 'Name the backup.');
  if (existsSync(data) && readdirSync(data).length > 0)
    throw cannot(
      'data_folder_not_empty',
      `${data} is not empty.`,
      'Restore into a folder that does not exist yet.',
    );
  mkdirSync(dirname(data), { recursive: true, mode: 0o700 });
  if (keys !== undefined && !existsSync(join(keys, 'ledger.json')))
    throw wrongUse(
      'no_keys',
      `${keys} holds no keys.`,
      'Name the folder `keys` of the data folder that was backed up.',
    );
}

/** What was kept apart is worth more than what lies in the backup itself. */
function trustedKey(
  draft: string,
  { checkpoints }: RestoreOptions,
  checked: { with: RestoredBackup['checked_with'] },
): string {
  const keyFile = keyFileOf(draft);
  if (existsSync(keyFile)) {
    checked.with = 'keys';
    return verifierKeyOf(keyFile, readFileSync(logNameFileOf(draft), 'utf8').trim());
  }
  const apart = checkpoints === undefined ? undefined : join(checkpoints, 'log.vkey');
  if (apart !== undefined && existsSync(apart)) {
    checked.with = 'checkpoints';
    return readFileSync(apart, 'utf8');
  }
  return readFileSync(join(ledgerFolderOf(draft), 'log.vkey'), 'utf8');
}

function requireName(draft: string, { origin }: BackupManifest): void {
  if (readFileSync(logNameFileOf(draft), 'utf8') === `${origin}\n`) return;
  throw new Fault(
    'backup_damaged',
    'The backup is damaged: its log has another name than its list of files says.',
  );
}

/** A log that is shorter than a checkpoint kept apart is what restoring an older backup means; nothing else may be wrong. */
function verify(draft: string, { checkpoints }: RestoreOptions): VerifyResult {
  const result = verifyLedger({
    folder: ledgerFolderOf(draft),
    ...(existsSync(keyFileOf(draft)) && { key_file: keyFileOf(draft) }),
    ...(checkpoints !== undefined && existsSync(checkpoints) && { checkpoint_folder: checkpoints }),
  });
  const wrong = result.findings.find(({ code }) => code !== 'log_truncated');
  if (wrong === undefined) return result;
  throw new Fault(
    'backup_not_verified',
    `The restored log does not verify: ${wrong.message} (${wrong.place})`,
    {
      remedy: 'Nothing was restored. Take an older backup.',
    },
  );
}
