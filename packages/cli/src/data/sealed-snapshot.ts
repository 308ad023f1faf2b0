/**
 * A snapshot of state as a file: sealed with AES-256-GCM, since its keys name persons, and replaced
 * whole. It only shortens a start; what it says stands in the ledger too.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '@remit/contracts';
import type { SnapshotStore } from '@remit/enforce';
import { writeAtomically } from './atomic-file.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const purpose = Buffer.from('remit limits snapshot 1');

export interface SnapshotFile {
  file: string;
  /** 32 random bytes, made with the first snapshot. */
  key_file: string;
  newKey(): Uint8Array;
}

export class SealedSnapshot implements SnapshotStore {
  readonly #place: SnapshotFile;

  constructor(place: SnapshotFile) {
    this.#place = place;
  }

  async read(): Promise<string | undefined> {
    const sealed = await contentOf(this.#place.file);
    if (sealed === undefined) return undefined;
    const key = keyIn(this.#place.key_file);
    if (key === undefined || sealed.length < NONCE_BYTES + TAG_BYTES) throw damaged(this.#place.file);
    try {
      return opened(sealed, key);
    } catch (error) {
      throw damaged(this.#place.file, error);
    }
  }

  async write(lines: AsyncIterable<string>): Promise<void> {
    const { file } = this.#place;
    const draft = `${file}.draft`;
    await rm(draft, { force: true });
    try {
      const handle = await open(draft, 'wx', 0o600);
      try {
        await this.#seal(lines, handle);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  async #seal(lines: AsyncIterable<string>, handle: FileHandle): Promise<void> {
    const nonce = this.#place.newKey().subarray(0, NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key(), nonce).setAAD(purpose);
    await handle.write(nonce);
    for await (const line of lines) await handle.write(cipher.update(`${line}\n`));
    await handle.write(Buffer.concat([cipher.final(), cipher.getAuthTag()]));
  }

  #key(): Uint8Array {
    const { key_file } = this.#place;
    const known = keyIn(key_file);
    if (known !== undefined) return known;
    const key = this.#place.newKey();
    mkdirSync(dirname(key_file), { recursive: true, mode: 0o700 });
    writeAtomically(key_file, key, 0o600);
    return key;
  }
}

function opened(sealed: Buffer, key: Uint8Array): string {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce)
    .setAAD(purpose)
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}

function keyIn(file: string): Uint8Array | undefined {
  try {
    const key = readFileSync(file);
    return key.length === KEY_BYTES ? key : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function contentOf(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function damaged(file: string, cause?: unknown): Fault {
  const remedy = 'Nothing is lost: the state is read from the ledger, which takes longer.';
  return new Fault('snapshot_damaged', `the snapshot ${file} cannot be opened`, {
    place: { file },
    remedy,
    cause,
  });
}
