/** Room for the events of many sessions: never more than the budget, the oldest go first. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventLog } from '../../src/mcp/legacy/event-log.ts';
import { ReplayBudget } from '../../src/mcp/legacy/replay-budget.ts';

const wide = { eventsMax: 1_000_000, bytesMax: 1_000_000 };
const kept = (log: EventLog) => log.after(1, 0).map(({ text }) => text);
const length = (logs: readonly EventLog[]) => logs.flatMap(kept).join('').length;

it('the oldest events of all logs go first', () => {
  const budget = new ReplayBudget(6);
  const logs = [new EventLog(wide, budget), new EventLog(wide, budget)] as const;
  for (const [sequence, text] of ['aa', 'bb', 'cc', 'dd', 'ee'].entries())
    logs[sequence % 2]!.append(1, sequence + 1, text);
  expect(logs.map(kept)).toEqual([['cc', 'ee'], ['dd']]);
});

it('one agent that uses up its own room takes none of another', () => {
  const whole = new ReplayBudget(10);
  const [greedy, modest] = [0, 1].map(() => new EventLog(wide, new ReplayBudget(4, whole))) as [
    EventLog,
    EventLog,
  ];
  modest.append(1, 1, 'mmmm');
  for (let sequence = 1; sequence <= 50; sequence++) greedy.append(1, sequence, 'gg');
  expect([kept(greedy), kept(modest)]).toEqual([['gg', 'gg'], ['mmmm']]);
});

it('an event that is longer than the room is not kept, and leaves room for the next', () => {
  const log = new EventLog(wide, new ReplayBudget(4));
  log.append(1, 1, 'too long');
  log.append(1, 2, 'fits');
  expect(kept(log)).toEqual(['fits']);
});

it('a log that is closed gives its room back, and keeps nothing more', () => {
  const budget = new ReplayBudget(4);
  const [closed, other] = [new EventLog(wide, budget), new EventLog(wide, budget)];
  closed.append(1, 1, 'aaaa');
  closed.close();
  other.append(1, 1, 'bbbb');
  closed.append(1, 2, 'cccc');
  expect([kept(closed), kept(other)]).toEqual([[], ['bbbb']]);
});

it('whatever comes, no budget is exceeded, and what is kept is the newest of each log without a gap', () => {
  const step = fc.record({ log: fc.nat({ max: 3 }), size: fc.nat({ max: 5 }), close: fc.nat({ max: 40 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 4000 }), (steps) => {
      const whole = new ReplayBudget(20);
      const agents = [new ReplayBudget(12, whole), new ReplayBudget(12, whole)];
      const open = () =>
        agents.flatMap((agent) => [0, 1].map(() => new EventLog({ ...wide, eventsMax: 5 }, agent)));
      const logs = open();
      const sent = [0, 0, 0, 0];
      for (const { log, size, close } of steps) {
        if (close === 0) {
          logs[log]!.close();
          logs[log] = new EventLog({ ...wide, eventsMax: 5 }, agents[log >> 1]!);
          sent[log] = 0;
        }
        logs[log]!.append(1, ++sent[log]!, 'x'.repeat(size));
        expect(length(logs.slice(0, 2))).toBeLessThanOrEqual(12);
        expect(length(logs.slice(2))).toBeLessThanOrEqual(12);
        expect(length(logs)).toBeLessThanOrEqual(20);
      }
      for (const [index, log] of logs.entries()) {
        const sequences = log.after(1, 0).map(({ sequence }) => sequence);
        expect(sequences).toEqual(sequences.map((_, at) => sent[index]! - sequences.length + 1 + at));
      }
    }),
    { numRuns: 30 },
  );
});
