import type { Reservation } from '@remit/contracts';
import { SlidingLimits } from '@remit/enforce';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const rule = { name: 'support limits.calls', file: 'support.yaml', line: 3 };
const perMinute = (max: number, key = 'calls support'): Reservation => ({
  key,
  max,
  window_ms: 60_000,
  rule,
});
const atOnce = (max: number): Reservation => ({ key: 'concurrency support', max, rule });

test('a cap lets exactly its number through', () => {
  const limits = new SlidingLimits();
  const granted = Array.from({ length: 200 }, (_, n) => limits.reserve(`a${n}`, [perMinute(10)], 1000).ok);
  expect(granted.filter(Boolean)).toHaveLength(10);
});

test('a refusal says when the next call fits', () => {
  const limits = new SlidingLimits();
  limits.reserve('a', [perMinute(1)], 1000);
  expect(limits.reserve('b', [perMinute(1)], 21_000)).toMatchObject({ ok: false, retry_after_ms: 40_000 });
  expect(limits.reserve('c', [perMinute(1)], 61_000).ok).toBe(true);
});

test('all reservations of an action are taken, or none', () => {
  const limits = new SlidingLimits();
  limits.reserve('a', [perMinute(1, 'second')], 0);
  expect(limits.reserve('b', [perMinute(5, 'first'), perMinute(1, 'second')], 0).ok).toBe(false);
  for (let n = 0; n < 5; n++) expect(limits.reserve(`c${n}`, [perMinute(5, 'first')], 0).ok).toBe(true);
});

test('only a call that was provably never sent gives its count back', () => {
  const limits = new SlidingLimits();
  limits.reserve('sent', [perMinute(2)], 0);
  limits.reserve('unsent', [perMinute(2)], 0);
  limits.settle('sent', true);
  expect(limits.reserve('more', [perMinute(2)], 0).ok).toBe(false);
  limits.settle('unsent', false);
  expect(limits.reserve('more', [perMinute(2)], 0).ok).toBe(true);
  expect(limits.reserve('again', [perMinute(2)], 0).ok).toBe(false);
});

test('concurrency is free again when the call is over, however it ended', () => {
  const limits = new SlidingLimits();
  expect(limits.reserve('a', [atOnce(1)], 0).ok).toBe(true);
  expect(limits.reserve('b', [atOnce(1)], 0)).toMatchObject({ ok: false, failed: { max: 1 } });
  limits.settle('a', true);
  expect(limits.reserve('b', [atOnce(1)], 0).ok).toBe(true);
});

test('settling twice gives nothing back twice', () => {
  const limits = new SlidingLimits();
  limits.reserve('a', [atOnce(1)], 0);
  limits.settle('a', false);
  limits.reserve('b', [atOnce(1)], 0);
  limits.settle('a', false);
  expect(limits.reserve('c', [atOnce(1)], 0).ok).toBe(false);
});

test('a clock that steps back frees nothing early', () => {
  const limits = new SlidingLimits();
  limits.reserve('a', [perMinute(1)], 100_000);
  expect(limits.reserve('b', [perMinute(1)], 10_000).ok).toBe(false);
});

test('a limit of zero lets nothing through', () => {
  expect(new SlidingLimits().reserve('a', [perMinute(0)], 0).ok).toBe(false);
});

test('past the bound of counters a new subject is refused, until old ones are over', () => {
  const limits = new SlidingLimits(2);
  limits.reserve('a', [perMinute(5, 'one')], 0);
  limits.reserve('b', [perMinute(5, 'two')], 0);
  expect(limits.reserve('c', [perMinute(5, 'three')], 0).ok).toBe(false);
  expect(limits.reserve('d', [perMinute(5, 'three')], 60_001).ok).toBe(true);
});

test('in no window of any interleaving are there more uses than the cap', () => {
  const step = fc.record({ wait: fc.nat(30_000), sent: fc.boolean(), settle: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 5 }), (steps, max) => {
      const limits = new SlidingLimits();
      const used: number[] = [];
      let now = 0;
      steps.forEach(({ wait, sent, settle }, n) => {
        now += wait;
        if (!limits.reserve(`a${n}`, [perMinute(max)], now).ok) return;
        if (settle) limits.settle(`a${n}`, sent);
        if (!settle || sent) used.push(now);
      });
      for (const end of used) {
        expect(used.filter((at) => at > end - 60_000 && at <= end).length).toBeLessThanOrEqual(max);
      }
    }),
  );
});

test('a restart counts what earlier intents used, but not what is over', () => {
  const limits = new SlidingLimits();
  const reservations = [perMinute(2), atOnce(1)];
  limits.restore({ action_id: 'old', at: 0, reservations }, 100_000);
  limits.restore({ action_id: 'recent', at: 90_000, reservations }, 100_000);
  expect(limits.reserve('a', [perMinute(2)], 100_000).ok).toBe(true);
  expect(limits.reserve('b', [perMinute(2)], 100_000).ok).toBe(false);
  expect(limits.reserve('c', [atOnce(1)], 100_000).ok).toBe(true);
});
