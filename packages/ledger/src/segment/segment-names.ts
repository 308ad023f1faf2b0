/** Names and order of the segment files in a data folder. */
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '@remit/contracts';

export const segmentsFolder = 'segments';
const pattern = /^(\d{16})-(\d{10})\.segment$/;

const draftEnding = '.new';
const retiredEnding = '.old';
const endings = [draftEnding, retiredEnding];

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

/** The name under which a segment that was replaced stays until its bytes are overwritten. */
export function retiredName(segment: string): string {
  return `${segment}${retiredEnding}`;
}

export function segmentOfRetired(retired: string): string {
  return retired.slice(0, -retiredEnding.length);
}

/** What a crash may leave between the segments: a file that was not put in place yet, or one that was replaced. */
export function leftovers(folder: string): { drafts: string[]; retired: string[] } {
  const place = path.join(folder, segmentsFolder);
  const paths = fs.readdirSync(place).map((name) => path.join(place, name));
  return {
    drafts: paths.filter((name) => name.endsWith(draftEnding)),
    retired: paths.filter((name) => name.endsWith(retiredEnding)),
  };
}

/** The segments in the order of the log. @throws Fault `ledger_damaged` for a file that is none. */
export function listSegments(folder: string): SegmentName[] {
  const place = path.join(folder, segmentsFolder);
  if (!fs.existsSync(place)) return [];
  const names = fs.readdirSync(place).filter((name) => !endings.some((ending) => name.endsWith(ending)));
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
