/**
 * What a start finds: the last segment is read through, its tree recomputed and compared with what
 * each group says. Only a tail that was never acknowledged is dropped; everything else that is wrong
 * stops the start.
 */
import fs from 'node:fs';
import { Fault } from '@remit/contracts';
import { overwriteRetired } from '../clearing/clear-segment.ts';
import type { FileSystem } from '../disk/file-system.ts';
import { syncOrFail } from '../disk/replace-file.ts';
import { CompactRange } from '../merkle/compact-range.ts';
import { hashPrefixedLeaf } from '../merkle/hash.ts';
import { FrameSearch, frameTypes, type Frame } from '../segment/frame.ts';
import { decodeGroup } from '../segment/group.ts';
import { rangeOf, readHeader } from '../segment/header.ts';
import { framesOf, readBytes } from '../segment/segment-reader.ts';
import { leftovers, listSegments, segmentPath } from '../segment/segment-names.ts';
import type { DurableEnd } from './port.ts';

export interface Recovered {
  range: CompactRange;
  /** The highest epoch that has written; 0 for a new log. */
  epoch: number;
  /** Undefined for a new log. */
  end: DurableEnd | undefined;
  /** Bytes of a group that was never acknowledged, behind the end. */
  torn_bytes: number;
}

/** Reads only. @throws Fault `ledger_damaged`, `ledger_foreign`. */
export function inspectLog(folder: string, origin: string): Recovered {
  const last = listSegments(folder).at(-1);
  if (last === undefined) return { range: new CompactRange(), epoch: 0, end: undefined, torn_bytes: 0 };
  const file = segmentPath(folder, last.name);
  const length = fs.statSync(file).size;
  const { header, end } = readHeader(file, length);
  if (header.origin !== origin) throw foreign(file, header.origin, origin);
  if (header.first_index !== last.first_index || header.epoch !== last.epoch) {
    throw damaged(file, 0, 'its name does not match its header');
  }
  const range = rangeOf(header);
  let offset = end;
  for (const frame of framesOf(file, end, length)) {
    addGroup(range, frame, file);
    offset = frame.end;
  }
  refuseFramesBehind(file, offset, length);
  return {
    range,
    epoch: last.epoch,
    end: { size: range.size, peaks: range.peaks.join(''), segment: last.name, offset },
    torn_bytes: length - offset,
  };
}

/** Adds a group's leaves to the tree and compares with the compact range that it was committed with. */
function addGroup(range: CompactRange, frame: Frame, file: string): void {
  const group = frame.type === frameTypes.group ? decodeGroup(frame.body) : undefined;
  if (group === undefined) throw damaged(file, frame.offset, 'this is not a group of records');
  if (group.first_index !== range.size) {
    throw damaged(
      file,
      frame.offset,
      `the group begins at index ${group.first_index} instead of ${range.size}`,
    );
  }
  for (const entry of group.entries) range.push(hashPrefixedLeaf(entry.prefixed));
  if (!range.equals(new CompactRange(range.size, group.peaks))) {
    throw damaged(
      file,
      frame.offset,
      'the tree recomputed from the records is not the one that was committed',
    );
  }
}

/** Groups are written one after the other is durable: one that checks behind one that does not is damage. */
function refuseFramesBehind(file: string, end: number, length: number): void {
  if (end === length) return;
  const handle = fs.openSync(file, 'r');
  try {
    const rest = readBytes(handle, end, length);
    const search = new FrameSearch(rest);
    const next = search.next(1);
    if (next !== undefined)
      throw damaged(file, end, `a group is damaged, and a whole one follows at byte ${end + next.offset}`);
    if (search.gaveUp) throw damaged(file, end, 'what follows is no group that was cut off');
  } finally {
    fs.closeSync(handle);
  }
}

/** Removes what a crash left behind: the torn tail, files that were never renamed into place, and those that were replaced. */
export function dropTornTail(folder: string, recovered: Recovered, disk: FileSystem): void {
  const { drafts, retired } = leftovers(folder);
  for (const file of drafts) disk.remove(file);
  for (const file of retired) overwriteRetired(disk, file);
  if (recovered.end === undefined || recovered.torn_bytes === 0) return;
  const torn = segmentPath(folder, recovered.end.segment);
  const file = disk.open(torn, 'r+');
  try {
    disk.truncate(file, recovered.end.offset);
    syncOrFail(() => disk.sync(file), torn);
  } finally {
    disk.close(file);
  }
}

function damaged(file: string, offset: number, why: string): Fault {
  return new Fault('ledger_damaged', `segment \`${file}\` is damaged at byte ${offset}: ${why}`, {
    place: { file },
    remedy: 'Run `remit audit verify` to see all that is wrong, then restore the data folder from a copy.',
  });
}

function foreign(file: string, found: string, wanted: string): Fault {
  return new Fault(
    'ledger_foreign',
    `segment \`${file}\` belongs to the log \`${found}\`, not to \`${wanted}\``,
    {
      place: { file },
      remedy: 'Start with the data folder of this workspace.',
    },
  );
}
