/**
 * Space set aside on the ledger's disk. When the disk is full it is released, so that the ledger can
 * still record that it refuses; it is taken back before anything else is written.
 */
import path from 'node:path';
import fs from 'node:fs';
import type { FileSystem } from './file-system.ts';
import { isDiskFull } from './sync-failure.ts';
import { syncOrFail } from './replace-file.ts';

const reserveName = 'reserve';

export class Reserve {
  readonly #disk: FileSystem;
  readonly #path: string;
  readonly #bytes: number;

  constructor(disk: FileSystem, folder: string, bytes: number) {
    this.#disk = disk;
    this.#path = path.join(folder, reserveName);
    this.#bytes = bytes;
  }

  /** Takes the space (back). False where the disk has no room for it; throws other errors of the disk. */
  take(): boolean {
    if (fs.existsSync(this.#path) && fs.statSync(this.#path).size === this.#bytes) return true;
    if (this.#disk.freeBytes(path.dirname(this.#path)) < 2 * this.#bytes) return false;
    const file = this.#disk.open(this.#path, 'w');
    try {
      // Written, not only sized: a hole would reserve nothing.
      this.#disk.write(file, Buffer.alloc(this.#bytes), 0);
      syncOrFail(() => this.#disk.sync(file), this.#path);
      return true;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#disk.truncate(file, 0);
      return false;
    } finally {
      this.#disk.close(file);
    }
  }

  release(): void {
    const file = this.#disk.open(this.#path, 'w');
    this.#disk.close(file);
  }
}
