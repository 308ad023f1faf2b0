/**
 * The folder beside a log in PostgreSQL: the same segments, from which search rows, tiles and proofs are made as
 * everywhere. It is no record: where it differs from the database it is made anew from it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '@remit/contracts';
import { readHeader } from '../segment/header.ts';
import { decodeGroup } from '../segment/group.ts';
import { framesOf, readBytes } from '../segment/segment-reader.ts';
import { listSegments, segmentPath } from '../segment/segment-names.ts';
import { inspectLog, type Recovered } from '../writer/recovery.ts';
import { checkpointName } from '../projection/checkpointer.ts';
import { forgetCleared } from '../clearing/cleared-through.ts';
import type { LogState, PostgresLog, StoredGroup, StoredSegment } from './postgres-log.ts';

/**
 * Brings folder and database together: a database without this log takes what the folder has, else the folder
 * takes what the database has. @throws Fault `ledger_damaged`, `ledger_rolled_back`, `database_unavailable`.
 */
export async function mirrorLog(log: PostgresLog, folder: string, origin: string): Promise<Recovered> {
  const state = await log.state();
  if (state === undefined) {
    const recovered = inspectLog(folder, origin);
    await log.create();
    await log.claim();
    await upload(log, folder, recovered);
    return recovered;
  }
  await log.claim();
  await download(log, folder, state);
  takeCheckpoint(folder, state.checkpoint);
  const recovered = inspectLog(folder, origin);
  const peaks = Buffer.from(recovered.range.peaks.join(''), 'latin1');
  if (recovered.range.size === state.size && peaks.equals(state.peaks)) return recovered;
  throw new Fault(
    'ledger_damaged',
    `the groups in the database do not make the tree of its ${state.size} records`,
    {
      remedy: 'Restore the database from a copy.',
    },
  );
}

async function upload(log: PostgresLog, folder: string, { range }: Recovered): Promise<void> {
  for (const { name } of listSegments(folder)) {
    const { header, groups, peaks } = readSegment(folder, name);
    let begins: Buffer | undefined = header;
    for (const [at, group] of groups.entries()) {
      const size = groups[at + 1]?.first_index ?? peaks.size;
      const isCommitted = await log.commit({
        ...group,
        segment: name,
        header: begins,
        size,
        peaks: peaks.at(at),
      });
      if (!isCommitted)
        throw new Fault('ledger_damaged', `segment \`${name}\` does not follow the one before`);
      begins = undefined;
    }
  }
  const state = await log.state();
  if (state?.size !== range.size)
    throw new Fault('ledger_damaged', 'not every record could be moved to the database');
}

interface ReadSegment {
  header: Buffer;
  groups: StoredGroup[];
  /** Of the tree: leaves after the segment, and the joined peaks after each group. */
  peaks: { size: number; at(group: number): Buffer };
}

/** A segment file in parts. @throws Fault `ledger_damaged`. */
export function readSegment(folder: string, name: string): ReadSegment {
  const file = segmentPath(folder, name);
  const length = fs.statSync(file).size;
  const { end } = readHeader(file, length);
  const handle = fs.openSync(file, 'r');
  try {
    const groups: StoredGroup[] = [];
    const peaks: Buffer[] = [];
    let size = 0;
    for (const frame of framesOf(file, end, length)) {
      const group = decodeGroup(frame.body);
      if (group === undefined) throw new Fault('ledger_damaged', `segment \`${file}\` cannot be read`);
      size = group.first_index + group.entries.length;
      peaks.push(Buffer.from(group.peaks.join(''), 'latin1'));
      groups.push({
        first_index: group.first_index,
        place: frame.offset,
        frame: readBytes(handle, frame.offset, frame.end),
      });
    }
    return { header: readBytes(handle, 0, end), groups, peaks: { size, at: (group) => peaks[group]! } };
  } finally {
    fs.closeSync(handle);
  }
}

async function download(log: PostgresLog, folder: string, state: LogState): Promise<void> {
  const stored = await log.segments();
  const known = new Set(stored.map(({ name }) => name));
  for (const { name, first_index } of listSegments(folder)) {
    if (known.has(name)) continue;
    if (first_index >= state.size) throw rolledBack(folder, first_index, state.size);
    fs.rmSync(segmentPath(folder, name));
  }
  for (const segment of stored) {
    if (isSame(folder, segment)) fs.truncateSync(segmentPath(folder, segment.name), segment.bytes);
    else await downloadSegment(log, folder, segment);
  }
}

/** Whether the file holds at least what the database has of it; what it holds is checked with the tree. */
function isSame(folder: string, { name, header, bytes }: StoredSegment): boolean {
  const file = segmentPath(folder, name);
  if (!fs.existsSync(file)) return false;
  const handle = fs.openSync(file, 'r');
  try {
    return fs.fstatSync(handle).size >= bytes && readBytes(handle, 0, header.length).equals(header);
  } finally {
    fs.closeSync(handle);
  }
}

async function downloadSegment(
  log: PostgresLog,
  folder: string,
  { name, header }: StoredSegment,
): Promise<void> {
  // What was erased in the database may be here, or the other way about: erasures are carried out once more.
  forgetCleared(folder);
  const draft = `${segmentPath(folder, name)}.new`;
  const file = fs.openSync(draft, 'w', 0o600);
  try {
    fs.writeSync(file, header, 0, header.length, 0);
    for (let from: number | undefined = 0; from !== undefined;) {
      const groups: StoredGroup[] = await log.groups(name, from);
      for (const { place, frame } of groups) fs.writeSync(file, frame, 0, frame.length, place);
      const last = groups.at(-1);
      from = last === undefined ? undefined : last.first_index + 1;
    }
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(draft, segmentPath(folder, name));
}

/** So that a folder made anew still refuses a log that is shorter than what was signed. */
function takeCheckpoint(folder: string, note: string | undefined): void {
  const file = path.join(folder, checkpointName);
  if (note !== undefined && !fs.existsSync(file)) fs.writeFileSync(file, note, { mode: 0o600 });
}

function rolledBack(folder: string, local: number, size: number): Fault {
  return new Fault(
    'ledger_rolled_back',
    `the database has ${size} records, but \`${folder}\` was written with more than ${local}`,
    { remedy: 'The database was replaced by an older one: restore a newer copy of it.' },
  );
}
