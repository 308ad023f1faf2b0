/** The files of a log up to its last checkpoint, to be read while it is written on. */
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '@remit/contracts';
import { checkpointName, verifierKeyName } from '../projection/checkpointer.ts';
import { listSegments, segmentPath, segmentsFolder } from '../segment/segment-names.ts';
import type { DurableEnd } from '../writer/port.ts';

/** One file of a backup; its bytes are read when they are asked for, in blocks. */
export interface BackupFile {
  /** In the ledger's folder, with slashes. */
  name: string;
  bytes: number;
  read: () => AsyncIterable<Uint8Array>;
}

export interface LogCopy {
  /** Records. */
  size: number;
  files: BackupFile[];
}

const blockBytes = 1024 * 1024;

/** Everything up to `end`, which `note` covers. Search rows and tiles are left out: they are made anew. */
export function copyOfLog(folder: string, end: DurableEnd | undefined, note: string): LogCopy {
  const segments = end === undefined ? [] : listSegments(folder).filter(({ name }) => name <= end.segment);
  return {
    size: end?.size ?? 0,
    files: [
      textFile(checkpointName, note),
      textFile(verifierKeyName, fs.readFileSync(path.join(folder, verifierKeyName), 'utf8')),
      ...segments.map(({ name }) =>
        segmentFile(folder, name, name === end!.segment ? end!.offset : undefined),
      ),
    ],
  };
}

/** A file whose text is known. */
export function textFile(name: string, text: string): BackupFile {
  const bytes = Buffer.from(text);
  return {
    name,
    bytes: bytes.length,
    read: async function* () {
      yield bytes;
    },
  };
}

/** Groups are only added behind `length`, so what lies before it stays. @throws Fault `backup_interrupted`. */
function segmentFile(folder: string, name: string, length: number | undefined): BackupFile {
  const file = segmentPath(folder, name);
  const bytes = length ?? fs.statSync(file).size;
  return { name: path.posix.join(segmentsFolder, name), bytes, read: () => readUnchanged(file, bytes) };
}

/**
 * The first bytes of a file. An erasure puts another file in its place and overwrites the old one: what was read
 * of it by then may be neither.
 */
export async function* readUnchanged(file: string, bytes: number): AsyncGenerator<Uint8Array> {
  const handle = await fs.promises.open(file, 'r');
  try {
    for (let at = 0; at < bytes;) {
      const block = Buffer.allocUnsafe(Math.min(blockBytes, bytes - at));
      const { bytesRead } = await handle.read(block, 0, block.length, at);
      if (bytesRead === 0) throw interrupted(file);
      yield block.subarray(0, bytesRead);
      at += bytesRead;
    }
    const [opened, inPlace] = [await handle.stat(), await fs.promises.stat(file).catch(() => undefined)];
    if (opened.ino !== inPlace?.ino) throw interrupted(file);
  } finally {
    await handle.close();
  }
}

function interrupted(file: string): Fault {
  return new Fault('backup_interrupted', `\`${file}\` was written anew while it was copied.`, {
    place: { file },
    remedy: 'An erasure or a retention ran: make the backup again.',
  });
}
