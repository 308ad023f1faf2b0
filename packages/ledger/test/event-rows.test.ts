import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RecordPhase, StoredRecord } from '@remit/contracts';
import { openProjection } from '../src/projection/database.ts';
import { EventMarks } from '../src/projection/event-marks.ts';
import { EventRows } from '../src/projection/event-rows.ts';
import { temporaryFolder } from './support.ts';

const phases: RecordPhase[] = ['intent', 'outcome', 'event'];

/** Every order of so many records of one event. */
function sequences(length: number): RecordPhase[][] {
  if (length === 0) return [[]];
  return sequences(length - 1).flatMap((before) => phases.map((phase) => [...before, phase]));
}

function recordsOf(sequence: readonly RecordPhase[]): StoredRecord[] {
  return sequence.map((phase, index) => ({
    phase,
    id: 'act_1',
    event: 'tool_invoke',
    time: `2026-01-01T00:00:00.00${index}Z`,
    meta: { agent: `agent-${index}`, ...(phase !== 'intent' && { result: 'success' }) },
    position: { source: 'test', epoch: 1, sequence: index + 1 },
    index,
  }));
}

function rowsOf(records: readonly StoredRecord[], recordsPerFlush: number): unknown[] {
  using database = openProjection(temporaryFolder(), 'test');
  const rows = new EventRows(database, new EventMarks(database, createSecretKey(Buffer.alloc(32))));
  records.forEach((record, index) => {
    rows.add(record, Date.parse(record.time), () => ({ context: { conversation_id: `c-${index}` } }));
    if ((index + 1) % recordsPerFlush === 0) rows.flush();
  });
  rows.flush();
  return [
    ...database.prepare('SELECT * FROM event').all(),
    ...database.prepare('SELECT * FROM event_mark ORDER BY mark, time, key').all(),
  ];
}

describe('the row of an event', () => {
  it.each(sequences(3).map((sequence) => [sequence.join(', '), sequence] as const))(
    'is the same whether its records come in one transaction or each in its own: %s',
    (_, sequence) => {
      const records = recordsOf(sequence);
      expect(rowsOf(records, 3)).toEqual(rowsOf(records, 1));
    },
  );

  it('leaves the payload of an outcome closed where its intent is known', () => {
    using database = openProjection(temporaryFolder(), 'test');
    const rows = new EventRows(database, new EventMarks(database, createSecretKey(Buffer.alloc(32))));
    const opened: string[] = [];
    for (const record of recordsOf(['intent', 'outcome'])) {
      rows.add(record, 0, () => {
        opened.push(record.phase);
        return undefined;
      });
    }
    expect(opened).toEqual(['intent']);
  });
});
