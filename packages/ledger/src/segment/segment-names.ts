/** Names and order of the segment files in a data folder. */
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '@remit/contracts';

export const segmentsFolder = 'segments';
const pattern = /^(\d{16})-(\d{10})\.segment$/;

export interface SegmentName {
  name: string;
  first_index: number;
  epoch: number;
}

/** Index first, so that names sort like the log; the epoch keeps a start that wrote nothing apart. */
export function segmentName(firstIndex: number, epoch: number): string {
  return `${String(firstIndex).padStart(16, '0')}-${String(epoch).padStart(10, '0')}.segment`;
}

export function segmentPath(folder: string, name: string): string {
  return path.join(folder, segmentsFolder, name);
}

/** The segments in the order of the log. @throws Fault `ledger_damaged` for a file that is none. */
export function listSegments(folder: string): SegmentName[] {
  const place = path.join(folder, segmentsFolder);
  if (!fs.existsSync(place)) return [];
  const names = fs.readdirSync(place).filter((name) => !name.endsWith('.new'));
  return names.sort().map((name) => parseName(name, place));
}

function parseName(name: string, place: string): SegmentName {
  const parts = pattern.exec(name);
  if (parts === null) {
    throw new Fault('ledger_damaged', `\`${name}\` is not a segment of the ledger`, {
      place: { file: path.join(place, name) },
      remedy: 'Move it out of the folder.',
    });
  }
  return { name, first_index: Number(parts[1]), epoch: Number(parts[2]) };
}
