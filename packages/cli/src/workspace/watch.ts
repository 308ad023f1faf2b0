/** Tells when documents of a workspace have changed: its own folders only, never installed packages. */
import { watch, type FSWatcher } from 'node:fs';
import { bounds } from '@remit/contracts';
import { policyFolders } from './files.ts';

/**
 * `changed` is called once for changes that come close together. An editor that writes, renames and
 * deletes is one change. @throws the system's error where the folders cannot be watched.
 */
export function watchWorkspace(
  folder: string,
  changed: () => void,
  failed: (error: Error) => void,
): Disposable {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;

  const follow = (): void => {
    const folders = new Set(policyFolders(folder));
    for (const [path, watcher] of watchers) {
      if (folders.has(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
    for (const path of folders) if (!watchers.has(path)) watchers.set(path, watchOne(path));
  };
  const watchOne = (path: string): FSWatcher => watch(path, { persistent: false }, soon).on('error', failed);
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(settle, bounds.policy_change_settle_ms);
    timer.unref();
  };
  const settle = (): void => {
    try {
      follow();
      changed();
    } catch (error) {
      failed(error as Error);
    }
  };

  follow();
  return {
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}
