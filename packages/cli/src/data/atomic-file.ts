/** A file that readers see either as it was or as it is, whatever happens while it is written. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Writes beside the target, syncs and renames. `mode` holds from the first byte on.
 * @throws the system's error; the target is then as it was.
 */
export function writeAtomically(path: string, content: string | Uint8Array, mode: number): void {
  const draft = join(dirname(path), `.${basename(path)}.draft`);
  try {
    rmSync(draft, { force: true });
    const file = openSync(draft, 'wx', mode);
    try {
      writeAll(file, Buffer.from(content));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}
