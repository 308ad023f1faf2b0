/** What is refused before it is an action is recorded, and a flood of it takes little room. */
import { Fault } from '@remit/contracts';
import { RefusedAttempts, type RefusedAttempt } from '@remit/enforce';
import { expect, it } from 'vitest';
import { counterIds, ManualClock, MemoryLedger } from './fixtures.ts';

const unknownTool = (target: string, agent = 'support'): RefusedAttempt => ({
  event: 'tool_invoke',
  subject: agent,
  code: 'unknown_tool',
  meta: { agent, via: 'mcp' },
  payload: { target },
});

function underTest() {
  const ledger = new MemoryLedger();
  const failures: unknown[] = [];
  const disk = { full: false };
  const clock = new ManualClock();
  ledger.before = () => {
    if (disk.full) throw new Fault('ledger_unavailable', 'No space is left.');
  };
  const attempts = new RefusedAttempts({
    ledger,
    clock,
    newId: counterIds(),
    unrecorded: (error) => failures.push(error),
    bounds: { refused_attempts_recorded_max: 2, refused_attempts_window_ms: 1000 },
  });
  const tried = async (...targets: string[]) => {
    for (const target of targets) await attempts.record(unknownTool(target));
  };
  return { attempts, records: ledger.appended, failures, disk, clock, tried };
}

it('a refused attempt is one event, whose names are sealed', async () => {
  const { records, tried } = underTest();
  await tried('drop_tables');
  expect(records).toEqual([
    {
      phase: 'event',
      id: expect.stringMatching(/^act_/) as string,
      event: 'tool_invoke',
      time: '2026-03-03T14:00:00.000Z',
      meta: { agent: 'support', via: 'mcp', result: 'denied', code: 'unknown_tool' },
      payload: { target: 'drop_tables' },
    },
  ]);
});

it('of a flood the first are recorded, the rest is counted, and the last is kept', async () => {
  const { attempts, records, clock, tried } = underTest();
  await tried('a', 'b', 'c');
  clock.time += 500;
  await tried('d', 'e');
  await attempts.sweep();
  expect(records.map(({ payload }) => payload?.target)).toEqual(['a', 'b']);
  clock.time += 500;
  await attempts.sweep();
  expect(records.slice(2)).toMatchObject([
    {
      event: 'refusals_coalesced',
      meta: {
        agent: 'support',
        result: 'denied',
        code: 'unknown_tool',
        of: 'tool_invoke',
        refused: 3,
        first_at: '2026-03-03T14:00:00.000Z',
        last_at: '2026-03-03T14:00:00.500Z',
      },
      payload: { last: { target: 'e' } },
    },
  ]);
  await attempts.sweep();
  expect(records).toHaveLength(3);
});

it('the count of a minute that is over comes before the next attempt', async () => {
  const { records, clock, tried } = underTest();
  await tried('a', 'b', 'c');
  clock.time += 1000;
  await tried('d');
  expect(records.map(({ event }) => event)).toEqual([
    'tool_invoke',
    'tool_invoke',
    'refusals_coalesced',
    'tool_invoke',
  ]);
});

it("one agent's flood takes nothing of another's share", async () => {
  const { attempts, records, tried } = underTest();
  await tried('a', 'b', 'c', 'd');
  await attempts.record(unknownTool('e', 'billing'));
  expect(records.at(-1)?.payload?.target).toBe('e');
});

it('what was counted is recorded before it closes', async () => {
  const { attempts, records, tried } = underTest();
  await tried('a', 'b', 'c');
  await attempts.close();
  expect(records.at(-1)).toMatchObject({ event: 'refusals_coalesced', meta: { refused: 1 } });
});

it('what cannot be recorded is told, and counted on until it can be', async () => {
  const { attempts, records, failures, disk, clock, tried } = underTest();
  await tried('a', 'b', 'c');
  disk.full = true;
  clock.time += 1000;
  await attempts.sweep();
  expect(failures).toMatchObject([{ code: 'ledger_unavailable' }]);
  disk.full = false;
  await tried('d');
  expect(records.at(-2)).toMatchObject({ event: 'refusals_coalesced', meta: { refused: 1 } });
});
