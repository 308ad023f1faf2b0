/** Backups of a log, and what goes with it: an entry of its own, because a restore needs no ledger that runs. */
export { readUnchanged, textFile, type BackupFile } from './log-copy.ts';
export { verifierKeyOf, type BackupManifest } from './manifest.ts';
export { readBackup } from './read-backup.ts';
export { writeBackup, type WrittenBackup } from './write-backup.ts';
