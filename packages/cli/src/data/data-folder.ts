/**
 * The data folder: one process owns it at a time, nobody but its user reads it. The lock is the
 * operating system's own (through SQLite's exclusive mode), so that a killed process leaves none.
 */
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { cannot } from '../exit-code.ts';
import { removeListener } from './listener-file.ts';

export interface DataFolder {
  readonly path: string;
  /** Gives the folder to the next process. */
  release(): void;
}

const lockFile = 'folder.lock';

/**
 * Makes the folder where it is missing (mode 0700) and takes it.
 * @throws CommandFault `data_folder_in_use`, `data_folder_unusable`.
 */
export function takeDataFolder(path: string): DataFolder {
  prepare(path);
  const lock = takeLock(path);
  // Nobody else runs here, so a listener file is what a killed process left.
  removeListener(path);
  return { path, release: () => lock.close() };
}

function prepare(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o700);
  } catch (error) {
    throw cannot(
      'data_folder_unusable',
      `The data folder ${path} cannot be made private to this user: ${(error as Error).message}.`,
      'Choose another folder with --data, or give this one to the user that runs Remit.',
      error,
    );
  }
}

function takeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(join(path, lockFile), { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw unusableLock(path, error);
    throw cannot(
      'data_folder_in_use',
      `Another Remit uses the data folder ${path}.`,
      'Stop that one first, or choose another folder with --data.',
      error,
    );
  }
}

function unusableLock(path: string, error: unknown): Error {
  return cannot(
    'data_folder_unusable',
    `The data folder ${path} cannot be locked: ${(error as Error).message}.`,
    'Choose a folder on a local disk that this user may write to, with --data.',
    error,
  );
}

/** SQLITE_BUSY (5) and SQLITE_LOCKED (6), whatever extended code comes with them. */
function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode ?? 0;
  return (code & 0xff) === 5 || (code & 0xff) === 6;
}
