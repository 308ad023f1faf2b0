/** A disk that fails on demand: the machine's own, with faults in front of it. */
import type { FileSystem } from '@remit/ledger';
import { machineFileSystem } from '../src/disk/file-system.ts';

export type Operation =
  'open' | 'write' | 'datasync' | 'sync' | 'truncate' | 'rename' | 'link' | 'syncFolder';

export interface Fault {
  operation: Operation;
  code: 'ENOSPC' | 'EIO';
  /** Which path or all; the path is that of the open file for `write`, `sync` and `datasync`. */
  where?: RegExp;
  /** How many times; for ever by default. */
  times?: number;
  /** Only writes of more bytes than these. */
  larger_than?: number;
  /** Bytes that a failing write still puts on the disk. */
  torn_bytes?: number;
}

/** Fails the operations named in `faults`, which the test changes as it goes. */
export class FaultyDisk implements FileSystem {
  faults: Fault[] = [];
  readonly #paths = new Map<number, string>();

  open(path: string, flags: 'wx' | 'w' | 'r+'): number {
    this.#meet('open', path);
    const file = machineFileSystem.open(path, flags);
    this.#paths.set(file, path);
    return file;
  }

  write(file: number, bytes: Uint8Array, position: number): void {
    try {
      this.#meet('write', this.#pathOf(file), bytes.length);
    } catch (error) {
      const { torn_bytes } = this.#last!;
      if (torn_bytes !== undefined) machineFileSystem.write(file, bytes.subarray(0, torn_bytes), position);
      throw error;
    }
    machineFileSystem.write(file, bytes, position);
  }

  datasync(file: number): void {
    this.#meet('datasync', this.#pathOf(file));
    machineFileSystem.datasync(file);
  }

  sync(file: number): void {
    this.#meet('sync', this.#pathOf(file));
    machineFileSystem.sync(file);
  }

  truncate(file: number, length: number): void {
    this.#meet('truncate', this.#pathOf(file));
    machineFileSystem.truncate(file, length);
  }

  close(file: number): void {
    this.#paths.delete(file);
    machineFileSystem.close(file);
  }

  rename(from: string, to: string): void {
    this.#meet('rename', to);
    machineFileSystem.rename(from, to);
  }

  link(file: string, name: string): void {
    this.#meet('link', name);
    machineFileSystem.link(file, name);
  }

  remove(path: string): void {
    machineFileSystem.remove(path);
  }

  syncFolder(path: string): void {
    this.#meet('syncFolder', path);
    machineFileSystem.syncFolder(path);
  }

  freeBytes(path: string): number {
    return this.faults.some(({ code }) => code === 'ENOSPC') ? 0 : machineFileSystem.freeBytes(path);
  }

  #last: Fault | undefined;

  #pathOf(file: number): string {
    return this.#paths.get(file) ?? '';
  }

  #meet(operation: Operation, path: string, bytes = 0): void {
    const fault = this.faults.find(
      (one) =>
        one.operation === operation && (one.where?.test(path) ?? true) && bytes > (one.larger_than ?? -1),
    );
    if (fault === undefined) return;
    this.#last = fault;
    if (fault.times !== undefined) fault.times -= 1;
    if (fault.times === 0) this.faults = this.faults.filter((one) => one !== fault);
    throw Object.assign(new Error(`${fault.code}: injected in ${operation} of ${path}`), {
      code: fault.code,
    });
  }
}
