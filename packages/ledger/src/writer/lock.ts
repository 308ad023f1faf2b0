/**
 * One process per data folder. The lock is an exclusive transaction on an empty SQLite file: the
 * system drops it when its owner dies, however it dies. Nobody else may open that file in this
 * process: closing any descriptor of it would drop the lock (POSIX `fcntl`).
 */
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '@remit/contracts';

const lockName = 'ledger.lock';

/** Returns the function that gives the lock back. @throws Fault `ledger_locked`. */
export function lockFolder(folder: string): () => void {
  const file = path.join(folder, lockName);
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // Without a journal file of its own: the transaction never writes.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new Fault('ledger_locked', `another process has the ledger in \`${folder}\` open`, {
      place: { file },
      remedy: 'Use the running Remit, or stop it first.',
      cause,
    });
  }
  return () => database.close();
}
