/**
 * Takes payloads out of a segment: writes it anew, the same frames at the same places, the payloads' bytes
 * zero, everything sealed under a new salt and so a new key. Records, hashes and places stay, hence
 * every proof (docs/decisions/log-format-and-commit-unit.md). Never the segment that is being written.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { KeyObject } from 'node:crypto';
import { Fault } from '@remit/contracts';
import type { FileSystem } from '../disk/file-system.ts';
import { replaceFile, syncOrFail } from '../disk/replace-file.ts';
import type { PayloadKey } from '../keys/key-file.ts';
import { isCleared, openBlock, sealBlock } from '../keys/payload-seal.ts';
import { frameTypes, isRoom, readFrame, sealFrame, type Frame } from '../segment/frame.ts';
import { decodeGroup, type Group } from '../segment/group.ts';
import { encodeHeader, readHeader } from '../segment/header.ts';
import { retiredName, segmentOfRetired } from '../segment/segment-names.ts';
import type { IndexRanges } from './index-ranges.ts';

export interface ClearingTools {
  disk: FileSystem;
  random: (length: number) => Uint8Array;
  payloadKey: PayloadKey;
}

/**
 * Returns how many payloads were cleared; writes nothing where none has to be any more.
 * @throws Fault `ledger_damaged` where the segment cannot be read, with nothing changed; the system's error; SyncFailure.
 */
export function clearSegment(file: string, cleared: IndexRanges, tools: ClearingTools): number {
  const bytes = fs.readFileSync(file);
  const { header, end } = readHeader(file, bytes.length);
  const renewed = { ...header, salt: Buffer.from(tools.random(32)).toString('base64') };
  const keys = { open: tools.payloadKey(header), seal: tools.payloadKey(renewed) };
  let count = 0;
  for (let at = end; at < bytes.length;) {
    const frame = readFrame(bytes.subarray(at), at);
    if (frame === undefined && isRoom(bytes.subarray(at))) break;
    if (frame === undefined) throw damaged(file, at);
    count += clearGroup(bytes.subarray(at, frame.end), frame, keys, cleared, file);
    at = frame.end;
  }
  if (count === 0) return 0;
  const encoded = encodeHeader(renewed);
  if (encoded.length !== end) throw damaged(file, 0);
  encoded.copy(bytes);
  replaceSegment(tools.disk, file, bytes);
  return count;
}

interface ClearingKeys {
  open: KeyObject;
  seal: KeyObject;
}

/** Changes the frame where it lies. */
function clearGroup(
  bytes: Buffer,
  frame: Frame,
  keys: ClearingKeys,
  cleared: IndexRanges,
  file: string,
): number {
  const group = frame.type === frameTypes.group ? decodeGroup(frame.body) : undefined;
  if (group === undefined) throw damaged(file, frame.offset);
  const blocks = group.blocks.map((sealed, block) => {
    const plain = openBlock(sealed, keys.open, { counter: group.nonce_counter, block });
    if (plain === undefined) throw damaged(file, frame.offset);
    return plain;
  });
  const count = clearPayloads(group, blocks, cleared);
  // The counter may come again, since the key is another one.
  blocks.forEach((plain, block) =>
    sealBlock(plain, keys.seal, { counter: group.nonce_counter, block }, group.blocks[block]!, 0),
  );
  sealFrame(bytes, frame.type);
  return count;
}

function clearPayloads(group: Group, blocks: readonly Buffer[], cleared: IndexRanges): number {
  let count = 0;
  for (const index of cleared.between(group.first_index, group.first_index + group.entries.length)) {
    const place = group.entries[index - group.first_index]!.payload;
    if (place === undefined) continue;
    const plain = blocks[place.block]!.subarray(place.from, place.to);
    if (isCleared(plain)) continue;
    plain.fill(0);
    count += 1;
  }
  return count;
}

/**
 * Puts the new segment in place of the old one, whose bytes are overwritten before they are given back. A
 * second name keeps hold of them meanwhile: a crash in between leaves it, and the next start overwrites it.
 */
function replaceSegment(disk: FileSystem, file: string, bytes: Buffer): void {
  const retired = retiredName(file);
  disk.remove(retired);
  disk.link(file, retired);
  replaceFile(disk, file, bytes);
  overwriteRetired(disk, retired);
}

/**
 * Overwrites what a retired file holds, then removes it; only removes it where it is still the segment itself,
 * because a crash came before the new one was in place. What a disk keeps beneath the file system is out of reach.
 */
export function overwriteRetired(disk: FileSystem, retired: string): void {
  if (!isSegmentItself(retired)) overwrite(disk, retired);
  disk.remove(retired);
  syncOrFail(() => disk.syncFolder(path.dirname(retired)), path.dirname(retired));
}

function isSegmentItself(retired: string): boolean {
  const segment = fs.statSync(segmentOfRetired(retired), { throwIfNoEntry: false });
  const { dev, ino } = fs.statSync(retired);
  return segment?.ino === ino && segment.dev === dev;
}

function overwrite(disk: FileSystem, retired: string): void {
  const file = disk.open(retired, 'r+');
  try {
    disk.write(file, Buffer.alloc(fs.statSync(retired).size), 0);
    syncOrFail(() => disk.sync(file), retired);
  } finally {
    disk.close(file);
  }
}

function damaged(file: string, offset: number): Fault {
  return new Fault('ledger_damaged', `segment \`${file}\` cannot be read at byte ${offset}`, {
    place: { file },
    remedy: 'Run `remit audit verify` to see all that is wrong. Nothing was removed from this segment.',
  });
}
