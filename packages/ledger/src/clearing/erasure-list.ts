/**
 * The erasures of a log, kept in the second folder, apart from what is backed up: a backup that was made
 * before one brings back what it took out, so at the start each is checked against the log and carried
 * out again where the log knows nothing of it. A line names nobody: the erasure's event, the indexes, and the
 * beginning of each record's commitment, since after a restore another record may have an index.
 */
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '@remit/contracts';
import { z } from 'zod';
import type { FileSystem } from '../disk/file-system.ts';
import { replaceFile } from '../disk/replace-file.ts';
import { IndexRanges } from './index-ranges.ts';

const erasureListName = 'erasures';
/** Characters of a commitment: 72 bits. */
export const pinLength = 12;

const lineSchema = z.strictObject({
  origin: z.string(),
  /** The `erasure` event's id. */
  event: z.string(),
  time: z.iso.datetime(),
  cleared: z.string(),
  /** The commitments' beginnings, one behind the other; of a record without a payload so many dots. */
  commitments: z.string(),
});

export interface ListedErasure {
  event: string;
  time: string;
  cleared: IndexRanges;
  /** In the order of `cleared`. */
  commitments: readonly string[];
}

export class ErasureList {
  readonly #file: string;
  readonly #origin: string;
  readonly #disk: FileSystem;

  constructor(folder: string, origin: string, disk: FileSystem) {
    this.#file = path.join(folder, erasureListName);
    this.#origin = origin;
    this.#disk = disk;
  }

  /** Durable when this returns. An event that is listed already is not listed again. */
  add(erasures: readonly ListedErasure[]): void {
    const known = new Set(this.read().map(({ event }) => event));
    const added = erasures.filter(({ event }) => !known.has(event));
    if (added.length === 0) return;
    const lines = added.map(({ event, time, cleared, commitments }) =>
      JSON.stringify({
        origin: this.#origin,
        event,
        time,
        cleared: cleared.toString(),
        commitments: commitments.join(''),
      }),
    );
    replaceFile(this.#disk, this.#file, Buffer.from(`${[...this.#lines(), ...lines].join('\n')}\n`));
  }

  /** Oldest first. @throws Fault `erasure_list_damaged`. */
  read(): ListedErasure[] {
    return this.#lines().map((line, number) => this.#parse(line, number + 1));
  }

  #lines(): string[] {
    if (!fs.existsSync(this.#file)) return [];
    return fs.readFileSync(this.#file, 'utf8').split('\n').slice(0, -1);
  }

  #parse(line: string, number: number): ListedErasure {
    try {
      const { origin, event, time, cleared, commitments } = lineSchema.parse(JSON.parse(line));
      const ranges = IndexRanges.parse(cleared);
      if (origin !== this.#origin) throw new Error('it is of another log');
      if (ranges?.count !== commitments.length / pinLength) throw new Error('its lists differ in length');
      const pins = Array.from({ length: ranges.count }, (_, at) =>
        commitments.slice(at * pinLength, (at + 1) * pinLength),
      );
      return { event, time, cleared: ranges, commitments: pins };
    } catch (cause) {
      throw new Fault('erasure_list_damaged', `line ${number} of \`${this.#file}\` cannot be read`, {
        place: { file: this.#file },
        remedy: 'Restore it from a copy: without it an erasure may be undone by a backup.',
        cause,
      });
    }
  }
}
