/** Writes a backup: files as they come, then their list. Whole or not at all. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '@remit/contracts';
import type { BackupFile } from './log-copy.ts';
import { signManifest, type BackupManifest } from './manifest.ts';
import { tarEnd, tarHeader, tarPadding } from './tar.ts';

export const manifestName = 'manifest';

export interface BackupContents {
  origin: string;
  /** RFC 3339. */
  made_at: string;
  /** Of this Remit. */
  version: string;
  size: number;
  files: readonly BackupFile[];
  /** Whose signing key signs the list. */
  key_file: string;
}

export interface WrittenBackup {
  bytes: number;
  /** Of the list of files, hex: names the backup. */
  digest: string;
}

/**
 * `confirm` is called when everything is on disk, and before the file has its name: what it throws undoes it.
 * @throws Fault `backup_exists`, `backup_interrupted`; the system's error, with nothing left behind.
 */
export async function writeBackup(
  target: string,
  contents: BackupContents,
  confirm: (written: WrittenBackup) => Promise<void>,
): Promise<WrittenBackup> {
  if (fs.existsSync(target)) throw exists(target);
  const draft = `${target}.draft`;
  const file = await fs.promises.open(draft, 'wx', 0o600);
  try {
    let written: WrittenBackup;
    try {
      written = await writeAll(file, contents);
      await file.sync();
    } finally {
      await file.close();
    }
    await confirm(written);
    // Not `rename`, which would take the place of whatever has the name by now.
    fs.linkSync(draft, target);
    syncFolder(path.dirname(target));
    return written;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

async function writeAll(file: fs.promises.FileHandle, contents: BackupContents): Promise<WrittenBackup> {
  let bytes = 0;
  const write = async (part: Uint8Array): Promise<void> => {
    await file.writeFile(part);
    bytes += part.length;
  };
  const { key_file, files, ...described } = contents;
  const manifest: BackupManifest = { ...described, files: [] };
  for (const entry of files) {
    await write(tarHeader(entry));
    const { sha256 } = await copy(entry, write);
    manifest.files.push({ name: entry.name, bytes: entry.bytes, sha256 });
  }
  const note = Buffer.from(signManifest(manifest, key_file));
  await write(tarHeader({ name: manifestName, bytes: note.length }));
  await write(note);
  await write(Buffer.alloc(tarPadding(note.length)));
  await write(tarEnd);
  return { bytes, digest: createHash('sha256').update(note).digest('hex') };
}

async function copy(
  entry: BackupFile,
  write: (part: Uint8Array) => Promise<void>,
): Promise<{ sha256: string }> {
  const digest = createHash('sha256');
  let copied = 0;
  for await (const part of entry.read()) {
    digest.update(part);
    await write(part);
    copied += part.length;
  }
  if (copied !== entry.bytes)
    throw new RangeError(`\`${entry.name}\` has ${copied} bytes instead of ${entry.bytes}`);
  await write(Buffer.alloc(tarPadding(copied)));
  return { sha256: digest.digest('hex') };
}

function syncFolder(folder: string): void {
  const file = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

function exists(file: string): Fault {
  return new Fault('backup_exists', `\`${file}\` exists already.`, {
    place: { file },
    remedy: 'Name a file that does not exist: a backup never takes the place of another.',
  });
}
