/**
 * How far the log's clearing events have been carried out: a file with the number of records whose
 * events are done, so that a start finds what a crash, or a restored copy, has left undone.
 */
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '@remit/contracts';
import { z } from 'zod';
import type { FileSystem } from '../disk/file-system.ts';
import { replaceFile } from '../disk/replace-file.ts';

const fileName = 'cleared';
const schema = z.strictObject({ version: z.literal(1), through: z.number().int().nonnegative() });

export class ClearedThrough {
  readonly #file: string;
  readonly #disk: FileSystem;

  constructor(folder: string, disk: FileSystem) {
    this.#file = path.join(folder, fileName);
    this.#disk = disk;
  }

  /** 0 where nothing was ever cleared. @throws Fault `ledger_damaged`. */
  read(): number {
    if (!fs.existsSync(this.#file)) return 0;
    try {
      return schema.parse(JSON.parse(fs.readFileSync(this.#file, 'utf8'))).through;
    } catch (cause) {
      throw new Fault('ledger_damaged', `\`${this.#file}\` cannot be read`, {
        place: { file: this.#file },
        remedy: 'Remove it: every erasure and retention of the log is then carried out once more.',
        cause,
      });
    }
  }

  write(through: number): void {
    replaceFile(this.#disk, this.#file, Buffer.from(`${JSON.stringify({ version: 1, through })}\n`));
  }
}

/** Every clearing event of the log is carried out once more at the next start. */
export function forgetCleared(folder: string): void {
  fs.rmSync(path.join(folder, fileName), { force: true });
}
