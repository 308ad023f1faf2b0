/** Looks through the payloads of the log, a bounded stretch at a time. */
import { isCleared, saltBytes } from '../keys/payload-seal.ts';
import { readPublicRecord, type ReadGroup } from '../segment/log-reader.ts';
import { IndexRanges } from './index-ranges.ts';
import { PayloadTest, type PayloadQuery } from './payload-query.ts';

/** Sealed bytes looked through in one turn, so that searches and checkpoints get theirs. */
const bytesPerPage = 4 * 1024 * 1024;

export interface ScanPage {
  /** As `IndexRanges` writes them. */
  found: string;
  /** By the hold that they are under. */
  held: [hold: string, indexes: string][];
  /** Where to go on; undefined at the end. */
  next: number | undefined;
}

/** All records of one action, so that the answer to a call goes where the call goes. */
export type RecordsOfEvent = (id: string) => number[];

/** `groups` begin with the one that holds `from`; records from `to` on are left out. */
export function scanPayloads(
  groups: Iterable<ReadGroup>,
  query: PayloadQuery,
  from: number,
  to: number,
  recordsOf: RecordsOfEvent,
): ScanPage {
  const test = new PayloadTest(query);
  const found = new Set<number>();
  const held = new Map(query.holds.map(({ id }) => [id, new Set<number>()]));
  let [bytes, next] = [0, to];
  for (const group of groups) {
    if (group.first_index >= to) break;
    if (bytes >= bytesPerPage) {
      next = group.first_index;
      break;
    }
    bytes += group.blocks.reduce((sum, block) => sum + block.length, 0);
    for (const { record, text } of payloadsOf(group, from, to)) {
      const judged = test.judge({ record, text });
      if (!judged.found && judged.holds.length === 0) continue;
      for (const index of [record.index, ...recordsOf(record.id)].filter((one) => one < to)) {
        if (judged.found) found.add(index);
        for (const hold of judged.holds) held.get(hold)!.add(index);
      }
    }
  }
  return {
    found: IndexRanges.of(found).toString(),
    held: [...held].map(([hold, indexes]) => [hold, IndexRanges.of(indexes).toString()]),
    next: next < to ? next : undefined,
  };
}

/** The records that still have one, with it. */
function* payloadsOf(
  group: ReadGroup,
  from: number,
  to: number,
): Generator<{ record: ReturnType<typeof readPublicRecord>; text: string }> {
  for (const [offset, { payload }] of group.entries.entries()) {
    const index = group.first_index + offset;
    const plain = payload && index >= from && index < to ? group.payloads.plain(payload) : undefined;
    if (plain === undefined || isCleared(plain)) continue;
    yield { record: readPublicRecord(group, offset), text: plain.toString('utf8', saltBytes) };
  }
}
