/** Reads a backup into a folder, and refuses it unless every byte is the one that was written. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { damaged, openManifest, type BackupManifest } from './manifest.ts';
import { readTarHeader, tarBlockBytes, tarEnd, tarPadding, type TarEntry } from './tar.ts';
import { manifestName } from './write-backup.ts';

const manifestBytesMax = 64 * 1024 * 1024;
const blockBytes = 1024 * 1024;

type Listed = BackupManifest['files'][number];

/**
 * Writes the files of a backup below `folder`, which has to be empty and is the caller's to remove where this throws.
 * `place` gives the path of a file, undefined for a name that no backup has; `verifierKey` the key to check with,
 * when all files are there.
 * @throws Fault `backup_damaged`; the system's error.
 */
export function readBackup(
  file: string,
  place: (name: string) => string | undefined,
  verifierKey: () => string,
): BackupManifest {
  const source = new Source(fs.openSync(file, 'r'));
  try {
    const found: Listed[] = [];
    let entry = source.header();
    for (; entry !== undefined && entry.name !== manifestName; entry = source.header()) {
      found.push(extract(source, entry, place(entry.name)));
    }
    if (entry === undefined || entry.bytes > manifestBytesMax) throw damaged('it has no list of its files');
    const note = source.content(entry).toString();
    source.end();
    const manifest = openManifest(note, verifierKey());
    compare(manifest.files, found);
    return manifest;
  } finally {
    source.close();
  }
}

function extract(source: Source, entry: TarEntry, target: string | undefined): Listed {
  if (target === undefined) throw damaged(`no backup has a file \`${entry.name}\``);
  const digest = createHash('sha256');
  fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
  const file = fs.openSync(target, 'wx', 0o600);
  try {
    for (const block of source.blocks(entry)) {
      digest.update(block);
      for (let at = 0; at < block.length;) at += fs.writeSync(file, block, at);
    }
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  return { name: entry.name, bytes: entry.bytes, sha256: digest.digest('hex') };
}

function compare(listed: readonly Listed[], found: readonly Listed[]): void {
  const wrong = listed.find(({ name, bytes, sha256 }, index) => {
    const other = found[index];
    return other?.name !== name || other.bytes !== bytes || other.sha256 !== sha256;
  });
  if (wrong !== undefined) throw damaged(`\`${wrong.name}\` is not the file that was backed up`);
  if (listed.length !== found.length) throw damaged('it has files that are not in its list');
}

/** The archive, read from front to back. */
class Source {
  readonly #file: number;
  #at = 0;

  constructor(file: number) {
    this.#file = file;
  }

  header(): TarEntry | undefined {
    return readTarHeader(this.#read(tarBlockBytes));
  }

  *blocks({ bytes }: TarEntry): Generator<Buffer> {
    for (let left = bytes; left > 0;) {
      const block = this.#read(Math.min(left, blockBytes));
      left -= block.length;
      yield block;
    }
    if (this.#read(tarPadding(bytes)).some((byte) => byte !== 0))
      throw damaged('there are bytes between its files');
  }

  content(entry: TarEntry): Buffer {
    return Buffer.concat([...this.blocks(entry)]);
  }

  /** The zeros at the end, and nothing behind them. */
  end(): void {
    if (!this.#read(tarEnd.length).equals(tarEnd)) throw damaged('it does not end where it should');
    if (fs.fstatSync(this.#file).size !== this.#at) throw damaged('there are bytes behind its end');
  }

  close(): void {
    fs.closeSync(this.#file);
  }

  #read(bytes: number): Buffer {
    const block = Buffer.alloc(bytes);
    for (let filled = 0; filled < bytes;) {
      const read = fs.readSync(this.#file, block, filled, bytes - filled, this.#at + filled);
      if (read === 0) throw damaged(`it ends after ${this.#at + filled} bytes`);
      filled += read;
    }
    this.#at += bytes;
    return block;
  }
}
