/**
 * Makes a client go through Remit, and undoes it. The file as it was is kept before anything is
 * written, so that undoing brings every byte back.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '@remit/contracts';
import { applyEdits, modify } from 'jsonc-parser';
import { z } from 'zod';
import { writeAtomically } from '../data/atomic-file.ts';
import type { ClientSettings } from './client-settings.ts';

/** How the client starts the relay. */
export interface RelayEntry {
  type: 'stdio';
  command: string;
  args: string[];
  env: Record<string, string>;
}

const backupSchema = z.object({
  file: z.string(),
  workspace: z.string(),
  mode: z.number().int(),
  original_sha256: z.string(),
  rewritten_sha256: z.string(),
});
export type Backup = z.infer<typeof backupSchema> & { folder: string };

/** The settings with the imported servers replaced by one that relays to Remit; all else as it was. */
export function rewritten(settings: ClientSettings, imported: readonly string[], relay: RelayEntry): string {
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  const change = (text: string, name: string, value: unknown): string =>
    applyEdits(text, modify(text, [...settings.map, name], value, { formattingOptions }));
  const without = imported.reduce((text, name) => change(text, name, undefined), settings.text);
  return change(without, 'remit', relay);
}

/**
 * Keeps the file's bytes in `backups`, then writes.
 * @throws Fault `client_settings_already_rewritten`.
 */
export function rewriteClient(
  backups: string,
  workspace: string,
  settings: ClientSettings,
  text: string,
): Backup {
  const file = realpathSync(settings.file);
  const folder = join(backups, digest(file).slice(0, 16));
  if (existsSync(folder)) {
    throw new Fault('client_settings_already_rewritten', `${file} goes through Remit already.`, {
      place: { file },
      remedy: 'Undo that first with `remit init --undo`.',
    });
  }
  const original = readFileSync(file);
  const mode = statSync(file).mode & 0o777;
  const backup = { file, workspace, mode, original_sha256: digest(original), rewritten_sha256: digest(text) };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeAtomically(join(folder, 'original'), original, 0o600);
  writeAtomically(join(folder, 'backup.json'), `${JSON.stringify(backup, null, 2)}\n`, 0o600);
  // The relay's key is in it now, so nobody else may read it.
  writeAtomically(file, text, mode & 0o700);
  return { ...backup, folder };
}

/** What was rewritten for this workspace and not undone yet. */
export function listBackups(backups: string, workspace: string): Backup[] {
  if (!existsSync(backups)) return [];
  return readdirSync(backups)
    .map((name) => join(backups, name))
    .filter((folder) => existsSync(join(folder, 'backup.json')))
    .map((folder) => ({ ...readBackup(folder), folder }))
    .filter((backup) => backup.workspace === workspace);
}

function readBackup(folder: string): z.infer<typeof backupSchema> {
  return backupSchema.parse(JSON.parse(readFileSync(join(folder, 'backup.json'), 'utf8')));
}

/**
 * Puts the original back, byte for byte, and forgets the backup.
 * @throws Fault `client_settings_changed` where the client has written to the file since (unless
 * forced), `backup_damaged` where the backup is no longer what was kept.
 */
export function restoreClient(backup: Backup, force: boolean): void {
  const path = join(backup.folder, 'original');
  const original = readFileSync(path);
  if (digest(original) !== backup.original_sha256) {
    throw new Fault('backup_damaged', `The backup of ${backup.file} is not what was kept.`, {
      place: { file: path },
      remedy: 'Look at it, and restore the settings by hand.',
    });
  }
  const changed = existsSync(backup.file) && digest(readFileSync(backup.file)) !== backup.rewritten_sha256;
  if (changed && !force) {
    throw new Fault('client_settings_changed', `${backup.file} was changed after Remit rewrote it.`, {
      place: { file: backup.file },
      remedy: `Compare it with ${path}; \`remit init --undo --force\` puts that back and drops the changes.`,
    });
  }
  writeAtomically(backup.file, original, backup.mode);
  rmSync(backup.folder, { recursive: true });
}

function digest(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
