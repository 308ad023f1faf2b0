/**
 * Every write that the ledger's durability rests on goes through this narrow port, so that tests can
 * record writes, fail them, and put a crash between any two. Reads do not: they use `node:fs`.
 */
import fs from 'node:fs';

export interface FileSystem {
  /** Opens for writing; `wx` creates and fails where the file exists. Mode 0600. */
  open(path: string, flags: 'wx' | 'w' | 'r+'): number;
  /** Writes all of `bytes` at `position`. */
  write(file: number, bytes: Uint8Array, position: number): void;
  /** `fdatasync`, waiting for it. */
  datasync(file: number): void;
  /** `fsync`, waiting for it. */
  sync(file: number): void;
  truncate(file: number, length: number): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  /** A second name for a file. */
  link(file: string, name: string): void;
  remove(path: string): void;
  /** Makes names in a folder durable. */
  syncFolder(path: string): void;
  /** Bytes that can still be written on the disk that holds `path`. */
  freeBytes(path: string): number;
}

export const machineFileSystem: FileSystem = {
  open: (path, flags) => fs.openSync(path, flags, 0o600),
  write(file, bytes, position) {
    let written = 0;
    while (written < bytes.length) {
      written += fs.writeSync(file, bytes, written, bytes.length - written, position + written);
    }
  },
  datasync: (file) => fs.fdatasyncSync(file),
  sync: (file) => fs.fsyncSync(file),
  truncate: (file, length) => fs.ftruncateSync(file, length),
  close: (file) => fs.closeSync(file),
  rename: (from, to) => fs.renameSync(from, to),
  link: (file, name) => fs.linkSync(file, name),
  remove: (path) => fs.rmSync(path, { force: true }),
  syncFolder(path) {
    const folder = fs.openSync(path, 'r');
    try {
      fs.fsyncSync(folder);
    } finally {
      fs.closeSync(folder);
    }
  },
  freeBytes(path) {
    const { bavail, bsize } = fs.statfsSync(path);
    return bavail * bsize;
  },
};
