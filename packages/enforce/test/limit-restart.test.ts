/**
 * Limits across crashes. A process reserves, records, sends and settles like `enforce` does; it may end
 * between any two of these, with or without a snapshot. The judge counts what was sent.
 */
import type { Reservation } from '@remit/contracts';
import {
  Approvals,
  keptLimits,
  LimitCounters,
  restoreState,
  SnapshotKeeper,
  type SnapshotStore,
} from '@remit/enforce';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counterIds, ManualClock, MemoryLedger } from './fixtures.ts';

const rule = { name: 'support limits', file: 'support.yaml', line: 3 };
const HOUR = 3_600_000;
const sumPerHour = (sum: string): Reservation => ({ key: 'sum', max: 10, window_ms: HOUR, sum, rule });

class MemoryStore implements SnapshotStore {
  text: string | undefined;
  /** Called after each line. */
  between: (line: string) => Promise<void> = () => Promise.resolve();
  read(): Promise<string | undefined> {
    return Promise.resolve(this.text);
  }
  async write(lines: AsyncIterable<string>): Promise<void> {
    let text = '';
    for await (const line of lines) {
      text += `${line}\n`;
      await this.between(line);
    }
    this.text = text;
  }
}

/** A machine on which one process after the other runs, over one ledger and one snapshot. */
class Machine {
  readonly ledger = new MemoryLedger();
  readonly clock = new ManualClock();
  readonly store = new MemoryStore();
  limits = new LimitCounters();
  keeper = new SnapshotKeeper(keptLimits(this.limits, this.ledger, this.clock), this.store, true);
  /** From which record on the log was read at the last start. */
  from = 0;

  async restart(): Promise<void> {
    this.#closeOrphans();
    this.limits = new LimitCounters();
    const deps = { ledger: this.ledger, clock: this.clock, newId: counterIds() };
    const { limits_from } = await restoreState(this.ledger, new Approvals(deps), this.limits, {
      now: this.clock.now(),
      longest_window_ms: 24 * HOUR,
      snapshot: await this.store.read(),
    });
    this.from = limits_from;
    this.keeper = new SnapshotKeeper(keptLimits(this.limits, this.ledger, this.clock), this.store, true);
  }

  reserve(id: string, reservation: Reservation, agent = 'support'): boolean {
    const reserved = this.limits.reserve({ id, agent }, [reservation], this.clock.now());
    return reserved.ok;
  }

  async intend(id: string, reservation: Reservation, reserved_at: number, agent = 'support'): Promise<void> {
    // Calls arrive a while before they reserve.
    const time = new Date(reserved_at - 60_000).toISOString();
    const payload = { reservations: [reservation], reserved_at: new Date(reserved_at).toISOString() };
    await this.ledger.append([{ phase: 'intent', id, event: 'tool_invoke', time, meta: { agent }, payload }]);
  }

  async end(id: string, sent: boolean, agent = 'support'): Promise<void> {
    this.limits.settle(id, sent);
    await this.#outcome(id, agent, sent);
  }

  async #outcome(id: string, agent: string, sent: boolean): Promise<void> {
    const time = new Date(this.clock.now()).toISOString();
    const meta = { agent, ...(sent ? {} : { released: true }) };
    await this.ledger.append([{ phase: 'outcome', id, event: 'tool_invoke', time, meta }]);
  }

  /** What the ledger does when it is opened: intents without an outcome end as unknown. */
  #closeOrphans(): void {
    const { appended } = this.ledger;
    const ended = new Set(appended.filter(({ phase }) => phase === 'outcome').map(({ id }) => id));
    const orphans = appended.filter(({ phase, id }) => phase === 'intent' && !ended.has(id));
    const time = new Date(this.clock.now()).toISOString();
    for (const { id, event, meta } of orphans) appended.push({ phase: 'outcome', id, event, time, meta });
  }
}

describe('after a restart', () => {
  it('uses count from the instant that they were reserved at, not from the arrival of the call', async () => {
    const machine = new Machine();
    const at = machine.clock.now();
    machine.reserve('a', sumPerHour('10'));
    await machine.intend('a', sumPerHour('10'), at);
    await machine.end('a', true);
    await machine.restart();
    machine.clock.time = at + HOUR - 1;
    expect(machine.reserve('b', sumPerHour('10'))).toBe(false);
    machine.clock.time = at + HOUR;
    expect(machine.reserve('b', sumPerHour('10'))).toBe(true);
  });

  it('only records after the snapshot are read, and everything before it counts', async () => {
    const machine = new Machine();
    for (const agent of ['support', 'billing']) {
      machine.reserve(agent, sumPerHour('6'), agent);
      await machine.intend(agent, sumPerHour('6'), machine.clock.now(), agent);
      await machine.end(agent, true, agent);
    }
    await machine.keeper.keep();
    machine.reserve('later', sumPerHour('4'));
    await machine.intend('later', sumPerHour('4'), machine.clock.now());
    await machine.restart();
    expect(machine.from).toBe(4);
    expect(machine.reserve('x', sumPerHour('0.1'))).toBe(false);
    expect(machine.reserve('y', sumPerHour('4'), 'billing')).toBe(true);
    expect(machine.reserve('z', sumPerHour('0.1'), 'billing')).toBe(false);
  });

  it('calls that come while the snapshot is taken count once, whichever agent they are of', async () => {
    const machine = new Machine();
    const use = async (id: string, agent: string): Promise<void> => {
      machine.reserve(id, sumPerHour('3'), agent);
      await machine.intend(id, sumPerHour('3'), machine.clock.now(), agent);
      await machine.end(id, true, agent);
    };
    for (const agent of ['billing', 'support']) await use(`first ${agent}`, agent);
    machine.store.between = async (line) => {
      if (!line.includes('"agent":"billing"')) return;
      for (const agent of ['billing', 'support', 'new']) await use(`second ${agent}`, agent);
    };
    await machine.keeper.keep();
    await machine.restart();
    for (const agent of ['billing', 'support']) {
      expect(machine.reserve('a', sumPerHour('4.1'), agent)).toBe(false);
      expect(machine.reserve('b', sumPerHour('4'), agent)).toBe(true);
    }
    expect(machine.reserve('c', sumPerHour('7.1'), 'new')).toBe(false);
    expect(machine.reserve('d', sumPerHour('7'), 'new')).toBe(true);
  });

  it('targets, conversations and periods of the calendar count as before', async () => {
    const machine = new Machine();
    const distinct = (name: string): Reservation => ({
      key: 'd',
      max: 2,
      window_ms: HOUR,
      distinct: [name],
      rule,
    });
    const talk: Reservation = { key: 'c', max: 1, idle_ms: 24 * HOUR, rule };
    const daily: Reservation = { key: 'p', max: 1, period: { unit: 'day', timezone: 'Europe/Berlin' }, rule };
    for (const [id, reservation] of Object.entries({
      a: distinct('a'),
      b: distinct('b'),
      c: talk,
      d: daily,
    })) {
      machine.reserve(id, reservation);
      await machine.intend(id, reservation, machine.clock.now());
      await machine.end(id, true);
      if (id === 'b') await machine.keeper.keep();
    }
    await machine.restart();
    expect(machine.reserve('1', distinct('c'))).toBe(false);
    expect(machine.reserve('2', distinct('a'))).toBe(true);
    expect(machine.reserve('3', talk)).toBe(false);
    expect(machine.reserve('4', daily)).toBe(false);
  });

  it.each([
    ['of another log', (text: string) => text.replace('"origin":"test"', '"origin":"other"')],
    ['of a longer log', (text: string) => text.replaceAll(/"size":\d+/g, '"size":99')],
    ['that ends early', (text: string) => text.split('\n').slice(0, -2).join('\n')],
    ['that is no snapshot', () => '{}'],
  ])('a snapshot %s is not used: the log is read', async (_, change) => {
    const machine = new Machine();
    machine.reserve('a', sumPerHour('10'));
    await machine.intend('a', sumPerHour('10'), machine.clock.now());
    await machine.end('a', true);
    await machine.keeper.keep();
    machine.store.text = change(machine.store.text!);
    await machine.restart();
    expect(machine.from).toBe(0);
    expect(machine.reserve('b', sumPerHour('1'))).toBe(false);
  });

  it('a snapshot that was written while nothing changed is not written again', async () => {
    const machine = new Machine();
    machine.reserve('a', sumPerHour('1'));
    await machine.keeper.keep();
    machine.store.text = undefined;
    await machine.keeper.keep();
    expect(machine.store.text).toBeUndefined();
    machine.limits.settle('a', false);
    await machine.keeper.close();
    expect(machine.store.text).toBeDefined();
  });
});

/** Where a call's process may end; `done` is after the outcome. */
const ends = ['reserved', 'intended', 'done'] as const;
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      amount: fc.integer({ min: 0, max: 60 }),
      until: fc.constantFrom(...ends),
      sent: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('finish' as const), sent: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 40 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('record' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

interface Sent {
  at: number;
  /** Tenths. */
  amount: number;
}

class Story {
  readonly machine = new Machine();
  /** Reserved, and perhaps intended; not over. */
  open: { id: string; reservation: Reservation; at: number; intended: boolean; amount: number }[] = [];
  /** Sent, or of which nobody can say that they were not. */
  readonly sent: Sent[] = [];
  #ids = 0;

  async tell(step: Step): Promise<void> {
    if (step.kind === 'wait') this.machine.clock.time += step.minutes * 60_000;
    if (step.kind === 'snapshot') await this.machine.keeper.keep();
    if (step.kind === 'crash') await this.#crash();
    if (step.kind === 'record') await this.#record();
    if (step.kind === 'finish') await this.#finish(step.sent);
    if (step.kind === 'call') await this.#call(step);
  }

  async #call({ amount, until, sent }: Step & { kind: 'call' }): Promise<void> {
    const at = this.machine.clock.now();
    const reservation = sumPerHour(String(amount / 10));
    const id = `act_${(this.#ids += 1)}`;
    const fits = this.#used(at) + amount <= 100;
    const taken = this.machine.reserve(id, reservation);
    // Never more than the cap; and never less, for uses closer together than a 1,024th of an hour do not occur here.
    expect(taken).toBe(fits);
    if (!taken) return;
    if (until !== 'reserved') await this.machine.intend(id, reservation, at);
    this.open.push({ id, reservation, at, intended: until !== 'reserved', amount });
    if (until === 'done') await this.#finish(sent, this.open.length - 1);
  }

  /** What was reserved a while ago becomes durable only now. */
  async #record(): Promise<void> {
    const call = this.open.find(({ intended }) => !intended);
    if (call === undefined) return;
    await this.machine.intend(call.id, call.reservation, call.at);
    call.intended = true;
  }

  async #finish(sent: boolean, index = 0): Promise<void> {
    const [call] = this.open.splice(index, 1);
    if (call === undefined) return;
    if (!call.intended) return this.machine.limits.settle(call.id, false);
    if (sent) this.sent.push(call);
    await this.machine.end(call.id, sent);
  }

  async #crash(): Promise<void> {
    // Whose intent is durable may have been sent; the others never were.
    this.sent.push(...this.open.filter(({ intended }) => intended));
    this.open = [];
    await this.machine.restart();
  }

  #used(now: number): number {
    return [...this.sent, ...this.open]
      .filter(({ at }) => at > now - HOUR)
      .reduce((sum, { amount }) => sum + amount, 0);
  }
}

describe('in any interleaving with crashes and snapshots', () => {
  it('the cap is never exceeded, and what is not free is explained by calls that were sent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
        const story = new Story();
        for (const told of steps) await story.tell(told);
      }),
      { numRuns: 300 },
    );
  });
});
