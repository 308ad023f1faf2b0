/**
 * Records every write, so that a crash can be put at any point of it: what was not synced by then is
 * dropped, kept or torn, as a disk and a file system may. `kill -9` cannot show this: it keeps the page cache.
 */
import path from 'node:path';
import type { FileSystem } from '@remit/ledger';
import { machineFileSystem } from '../src/disk/file-system.ts';

type Operation =
  | { type: 'create' | 'sync' | 'remove' | 'syncFolder'; path: string }
  | { type: 'write'; path: string; position: number; bytes: Buffer }
  | { type: 'truncate'; path: string; length: number }
  | { type: 'rename' | 'link'; path: string; to: string };

/** Passes everything on to the machine's disk and keeps a copy. */
export class RecordingDisk implements FileSystem {
  readonly operations: Operation[] = [];
  readonly #paths = new Map<number, string>();

  open(file: string, flags: 'wx' | 'w' | 'r+'): number {
    if (flags !== 'r+') this.operations.push({ type: 'create', path: file });
    const handle = machineFileSystem.open(file, flags);
    this.#paths.set(handle, file);
    return handle;
  }

  write(file: number, bytes: Uint8Array, position: number): void {
    this.operations.push({
      type: 'write',
      path: this.#paths.get(file)!,
      position,
      bytes: Buffer.from(bytes),
    });
    machineFileSystem.write(file, bytes, position);
  }

  datasync(file: number): void {
    machineFileSystem.datasync(file);
    this.operations.push({ type: 'sync', path: this.#paths.get(file)! });
  }

  sync(file: number): void {
    machineFileSystem.sync(file);
    this.operations.push({ type: 'sync', path: this.#paths.get(file)! });
  }

  truncate(file: number, length: number): void {
    this.operations.push({ type: 'truncate', path: this.#paths.get(file)!, length });
    machineFileSystem.truncate(file, length);
  }

  close(file: number): void {
    machineFileSystem.close(file);
  }

  rename(from: string, to: string): void {
    this.operations.push({ type: 'rename', path: from, to });
    machineFileSystem.rename(from, to);
  }

  link(file: string, name: string): void {
    this.operations.push({ type: 'link', path: file, to: name });
    machineFileSystem.link(file, name);
  }

  remove(file: string): void {
    this.operations.push({ type: 'remove', path: file });
    machineFileSystem.remove(file);
  }

  syncFolder(folder: string): void {
    machineFileSystem.syncFolder(folder);
    this.operations.push({ type: 'syncFolder', path: folder });
  }

  freeBytes(folder: string): number {
    return machineFileSystem.freeBytes(folder);
  }
}

type Change = { position: number; bytes: Buffer } | { length: number };

interface StoredFile {
  durable: Buffer;
  unsynced: Change[];
}

/** Numbers from 0 to 1, the same for the same seed (Park and Miller's generator). */
export function seededRandom(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

const sectorBytes = 512;

/** What is on the disk after a crash right before operation `point`. Names whose folder was not synced may be old. */
export function filesAfterCrash(
  operations: readonly Operation[],
  point: number,
  random: () => number,
): Map<string, Buffer> {
  const names = new Map<string, StoredFile>();
  const durableNames = new Map<string, StoredFile>();
  for (const operation of operations.slice(0, point)) apply(operation, names, durableNames);
  const survivors = new Map(durableNames);
  for (const [name, file] of names)
    if (durableNames.get(name) !== file && random() < 0.5) survivors.set(name, file);
  for (const name of durableNames.keys()) if (!names.has(name) && random() < 0.5) survivors.delete(name);
  return new Map([...survivors].map(([name, file]) => [name, contentAfterCrash(file, random)]));
}

function apply(
  operation: Operation,
  names: Map<string, StoredFile>,
  durableNames: Map<string, StoredFile>,
): void {
  const file = names.get(operation.path);
  switch (operation.type) {
    case 'create':
      if (file === undefined) names.set(operation.path, { durable: Buffer.alloc(0), unsynced: [] });
      else file.unsynced.push({ length: 0 });
      return;
    case 'write':
      file?.unsynced.push({ position: operation.position, bytes: operation.bytes });
      return;
    case 'truncate':
      file?.unsynced.push({ length: operation.length });
      return;
    case 'sync':
      if (file === undefined) return;
      file.durable = file.unsynced.reduce(changed, file.durable);
      file.unsynced = [];
      return;
    case 'rename':
      names.delete(operation.path);
      if (file !== undefined) names.set(operation.to, file);
      return;
    case 'link':
      if (file !== undefined) names.set(operation.to, file);
      return;
    case 'remove':
      names.delete(operation.path);
      return;
    case 'syncFolder':
      for (const name of [...durableNames.keys()])
        if (path.dirname(name) === operation.path) durableNames.delete(name);
      for (const [name, stored] of names)
        if (path.dirname(name) === operation.path) durableNames.set(name, stored);
  }
}

function changed(content: Buffer, change: Change): Buffer {
  if ('length' in change)
    return Buffer.concat([content, Buffer.alloc(change.length)]).subarray(0, change.length);
  const length = Math.max(content.length, change.position + change.bytes.length);
  const result = Buffer.alloc(length);
  content.copy(result);
  change.bytes.copy(result, change.position);
  return result;
}

/** Each unsynced change is lost, whole, or torn: cut short, or with some of its sectors missing. */
function contentAfterCrash(file: StoredFile, random: () => number): Buffer {
  return file.unsynced.reduce<Buffer>((content, change) => {
    const fate = random();
    if (fate < 0.4) return content;
    if (fate < 0.6 || 'length' in change) return changed(content, change);
    const { position, bytes } = change;
    if (fate < 0.8)
      return changed(content, { position, bytes: bytes.subarray(0, Math.floor(random() * bytes.length)) });
    const torn = Buffer.from(bytes);
    for (let at = 0; at < torn.length; at += sectorBytes)
      if (random() < 0.5) torn.fill(0, at, Math.min(at + sectorBytes, torn.length));
    return changed(content, { position, bytes: torn });
  }, file.durable);
}
