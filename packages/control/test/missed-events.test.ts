/** What a stream goes back for, read from a real ledger. */
import { bounds, type NewRecord } from '@remit/contracts';
import { openLedger } from '@remit/ledger';
import { fakeClock, seededIds, temporaryFolder } from '@remit/testkit';
import { expect, test } from 'vitest';
import { eventsAfter, indexOf } from '../src/server/missed-events.ts';

const record = (phase: NewRecord['phase'], id: string): NewRecord => ({
  phase,
  id,
  event: 'tool_invoke',
  time: '2026-03-03T14:32:15.000Z',
  meta: { agent: 'support', tool: 'lookup', ...(phase !== 'intent' && { result: 'success' }) },
});

test('an action is shown once, as it stands now, where its newest record stands', async () => {
  await using folder = await temporaryFolder();
  const ledger = await openLedger({
    folder: folder.path,
    origin: 'remit.test/log',
    source: 'test',
    clock: fakeClock(),
    newId: seededIds(),
  });
  await ledger.append([
    record('intent', 'act_slow'),
    record('intent', 'act_open'),
    record('event', 'act_seen'),
  ]);
  await ledger.append([record('intent', 'act_quick'), record('outcome', 'act_slow')]);
  await ledger.append([record('outcome', 'act_quick')]);
  const missed = await eventsAfter(ledger, 2);
  expect(missed?.map((event) => [event.id, event.result, indexOf(event)])).toEqual([
    ['act_slow', 'success', 4],
    ['act_quick', 'success', 5],
  ]);
  const { size } = ledger.status();
  expect(await eventsAfter(ledger, size - 1)).toEqual([]);
  expect(await eventsAfter(ledger, size)).toBeUndefined();
  await ledger.append(
    Array.from({ length: bounds.event_stream_replay_max }, (_, n) => record('event', `act_${n}`)),
  );
  expect(await eventsAfter(ledger, size - 1)).toHaveLength(bounds.event_stream_replay_max);
  expect(await eventsAfter(ledger, size - 2)).toBeUndefined();
  await ledger.close();
});
