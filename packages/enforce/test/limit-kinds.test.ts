/** Sums, different targets, conversations and periods of the calendar. */
import type { Period, Reservation } from '@remit/contracts';
import { LimitCounters } from '@remit/enforce';
import { describe, expect, it } from 'vitest';

const rule = { name: 'support limits', file: 'support.yaml', line: 3 };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const of = (more: Partial<Reservation>): Reservation => ({ key: 'k', max: 10, rule, ...more });
const sum = (amount: string, more: Partial<Reservation> = {}) =>
  of({ max: 1000, window_ms: DAY, sum: amount, ...more });

let count = 0;
function taking(limits: LimitCounters, reservation: Reservation, now: number) {
  const id = `act_${++count}`;
  const result = limits.reserve({ id, agent: 'support' }, [reservation], now);
  return { id, ...result };
}

describe('a sum', () => {
  it('has no binary rounding: ten times 0.1 is 1', () => {
    const limits = new LimitCounters();
    for (let n = 0; n < 10; n++) expect(taking(limits, sum('0.1', { max: 1 }), n).ok).toBe(true);
    expect(taking(limits, sum('0.0000000001', { max: 1 }), 10).ok).toBe(false);
    expect(taking(limits, sum('0', { max: 1 }), 10).ok).toBe(true);
  });

  it('takes amounts of any number of decimals, one after the other', () => {
    const limits = new LimitCounters();
    for (const amount of ['500', '0.5', '499.499999999999', '0.000000000001'])
      expect(taking(limits, sum(amount), 0).ok).toBe(true);
    expect(taking(limits, sum('0.000000000001'), 0)).toMatchObject({
      used: 'has no room for this call: 1000 of 1000 are used, and it would add 0.000000000001',
    });
  });

  it('refuses what does not fit, lets through what still does, and says when there is room again', () => {
    const limits = new LimitCounters();
    taking(limits, sum('700'), 0);
    taking(limits, sum('200'), HOUR);
    expect(taking(limits, sum('150'), 2 * HOUR)).toMatchObject({ ok: false, retry_after_ms: 22 * HOUR });
    expect(taking(limits, sum('100'), 2 * HOUR).ok).toBe(true);
    expect(taking(limits, sum('701'), 2 * HOUR)).toMatchObject({ ok: false, retry_after_ms: 23 * HOUR });
  });

  it('never fits a call that is larger than the limit by itself, so that waiting does not help', () => {
    const refused = taking(new LimitCounters(), sum('1000.01'), 0);
    expect(refused.ok).toBe(false);
    expect(refused).not.toHaveProperty('retry_after_ms');
  });

  it('gives back exactly what was provably never sent', () => {
    const limits = new LimitCounters();
    taking(limits, sum('0.1'), 0);
    const unsent = taking(limits, sum('999.9'), 0);
    limits.settle(unsent.id, false);
    expect(taking(limits, sum('999.91'), 0).ok).toBe(false);
    expect(taking(limits, sum('999.9'), 0).ok).toBe(true);
  });
});

const targets = (distinct: string[], more: Partial<Reservation> = {}) =>
  of({ max: 3, window_ms: HOUR, distinct, ...more });

describe('different targets', () => {
  it('count once each, however often they are used', () => {
    const limits = new LimitCounters();
    for (const name of ['a', 'b', 'a', 'b', 'c', 'c', 'a'])
      expect(taking(limits, targets([name]), 0).ok).toBe(true);
    expect(taking(limits, targets(['d']), 0).ok).toBe(false);
    expect(taking(limits, targets(['a']), 0).ok).toBe(true);
  });

  it('of one call count together', () => {
    const limits = new LimitCounters();
    taking(limits, targets(['a', 'b']), 0);
    expect(taking(limits, targets(['b', 'c', 'd']), 0)).toMatchObject({
      used: 'has no room for this call: 2 of 3 different targets are used, and it would add 2',
    });
    expect(taking(limits, targets(['a', 'b', 'c']), 0).ok).toBe(true);
    expect(taking(new LimitCounters(), targets(['a', 'b', 'c', 'd']), 0)).not.toHaveProperty(
      'retry_after_ms',
    );
  });

  it('count as long as their last use does', () => {
    const limits = new LimitCounters();
    for (const name of ['a', 'b', 'c']) taking(limits, targets([name]), 0);
    taking(limits, targets(['a']), HOUR / 2);
    expect(taking(limits, targets(['d', 'e', 'f']), HOUR)).toMatchObject({ retry_after_ms: HOUR / 2 });
    expect(taking(limits, targets(['d', 'e']), HOUR).ok).toBe(true);
  });

  it('of a call that was never sent count as they did before it', () => {
    const limits = new LimitCounters();
    const sent = taking(limits, targets(['a']), 0);
    limits.settle(sent.id, true);
    const unsent = taking(limits, targets(['a', 'b', 'c']), HOUR / 2);
    limits.settle(unsent.id, false);
    expect(taking(limits, targets(['d', 'e']), HOUR / 2).ok).toBe(true);
    expect(taking(limits, targets(['f']), HOUR / 2)).toMatchObject({ retry_after_ms: HOUR / 2 });
    expect(taking(limits, targets(['f']), HOUR).ok).toBe(true);
  });

  it('of all limits of an agent are bounded; past that new ones are refused', () => {
    const limits = new LimitCounters();
    const some = (key: number, from: number) =>
      targets(
        Array.from({ length: 10_000 }, (_, n) => `t${from + n}`),
        { key: `k${key}`, max: 10_000 },
      );
    for (let key = 0; key < 10; key++) expect(taking(limits, some(key, key), 0).ok).toBe(true);
    expect(taking(limits, targets(['one more'], { key: 'k10' }), 0).ok).toBe(false);
    expect(taking(limits, targets(['t5'], { key: 'k0' }), 0).ok).toBe(true);
  });
});

describe('a conversation', () => {
  const inConversation = of({ max: 2, idle_ms: DAY });

  it('counts all of its calls, however long it lasts', () => {
    const limits = new LimitCounters();
    expect(taking(limits, inConversation, 0).ok).toBe(true);
    expect(taking(limits, inConversation, 20 * HOUR).ok).toBe(true);
    const refused = taking(limits, inConversation, 40 * HOUR);
    expect(refused.ok).toBe(false);
    expect(refused).not.toHaveProperty('retry_after_ms');
  });

  it('is over when nothing was counted in it for a day', () => {
    const limits = new LimitCounters();
    taking(limits, inConversation, 0);
    taking(limits, inConversation, 20 * HOUR);
    expect(taking(limits, inConversation, 44 * HOUR).ok).toBe(true);
  });
});

describe('a period of the calendar', () => {
  const per = (unit: Period['unit'], timezone: string) => of({ max: 1, period: { unit, timezone } });

  /** Uses a limit of one up, and says how long the next call has to wait. */
  function hoursLeft(reservation: Reservation, at: string): number {
    const limits = new LimitCounters();
    taking(limits, reservation, Date.parse(at));
    const refused = taking(limits, reservation, Date.parse(at));
    if (refused.ok || refused.retry_after_ms === undefined) throw new Error('it was not refused');
    const next = Date.parse(at) + refused.retry_after_ms;
    expect(taking(limits, reservation, next - 1).ok).toBe(false);
    expect(taking(limits, reservation, next).ok).toBe(true);
    return refused.retry_after_ms / HOUR;
  }

  it.each([
    ['day', 'UTC', '2026-11-22T18:00:00Z', 6],
    ['day', 'Europe/Berlin', '2026-11-22T18:00:00Z', 5],
    ['day', 'Asia/Kolkata', '2026-11-22T18:00:00Z', 0.5],
    ['hour', 'Asia/Kolkata', '2026-11-22T18:10:00Z', 1 / 3],
    ['minute', 'UTC', '2026-11-22T18:10:30Z', 1 / 120],
    ['week', 'UTC', '2026-11-22T18:00:00Z', 6],
    ['week', 'UTC', '2026-11-23T00:00:00Z', 7 * 24],
    ['month', 'UTC', '2026-02-01T00:00:00Z', 28 * 24],
    ['month', 'America/New_York', '2026-02-01T00:00:00Z', 5],
    ['year', 'UTC', '2024-01-01T00:00:00Z', 366 * 24],
  ] as const)('%s in %s at %s is over in %d hours', (unit, zone, at, hours) => {
    expect(hoursLeft(per(unit, zone), at)).toBeCloseTo(hours, 9);
  });

  it.each([
    ['has 23 hours when clocks go forward', 'Europe/Berlin', '2026-03-28T23:00:00Z', 23],
    ['has 25 hours when they go back', 'Europe/Berlin', '2026-10-24T22:00:00Z', 25],
    ['begins after the gap where midnight is skipped', 'America/Sao_Paulo', '2018-11-04T03:00:00Z', 23],
    ['goes on until that first midnight', 'America/Sao_Paulo', '2018-11-03T03:00:00Z', 24],
    ['goes on where midnight turns into eleven again', 'America/Sao_Paulo', '2018-02-17T02:00:00Z', 25],
    ['begins at the first of two midnights', 'America/Havana', '2026-11-01T04:00:00Z', 25],
  ])('a day %s', (_, zone, at, hours) => {
    expect(hoursLeft(per('day', zone), at)).toBe(hours);
  });

  it('gives back only into the period that it was taken from', () => {
    const limits = new LimitCounters();
    const daily = of({ max: 1, period: { unit: 'day', timezone: 'UTC' } });
    const yesterday = taking(limits, daily, Date.parse('2026-11-21T23:59:59Z'));
    expect(taking(limits, daily, Date.parse('2026-11-22T00:00:00Z')).ok).toBe(true);
    limits.settle(yesterday.id, false);
    expect(taking(limits, daily, Date.parse('2026-11-22T00:00:01Z')).ok).toBe(false);
  });
});
