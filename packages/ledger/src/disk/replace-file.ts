/** Puts a whole file in place so that a crash leaves either the old or the new one: temp, fsync, rename, fsync folder. */
import path from 'node:path';
import type { FileSystem } from './file-system.ts';
import { SyncFailure } from './sync-failure.ts';

/** @throws the system's error where it cannot be written; SyncFailure where a sync failed. */
export function replaceFile(disk: FileSystem, target: string, bytes: Uint8Array): void {
  const temporary = `${target}.new`;
  const file = disk.open(temporary, 'w');
  try {
    disk.write(file, bytes, 0);
    syncOrFail(() => disk.sync(file), temporary);
  } finally {
    disk.close(file);
  }
  disk.rename(temporary, target);
  syncOrFail(() => disk.syncFolder(path.dirname(target)), path.dirname(target));
}

export function syncOrFail(sync: () => void, place: string): void {
  try {
    sync();
  } catch (error) {
    throw new SyncFailure(place, error);
  }
}
