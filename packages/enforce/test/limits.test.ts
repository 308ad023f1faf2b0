import type { Reservation } from '@remit/contracts';
import { LimitCounters } from '@remit/enforce';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const rule = { name: 'support limits.calls', file: 'support.yaml', line: 3 };
const perMinute = (max: number, key = 'calls support'): Reservation => ({
  key,
  max,
  window_ms: 60_000,
  rule,
});
const call = (id: string, agent = 'support') => ({ id, agent });
const atOnce = (max: number): Reservation => ({ key: 'concurrency support', max, rule });

test('a cap lets exactly its number through', () => {
  const limits = new LimitCounters();
  const granted = Array.from(
    { length: 200 },
    (_, n) => limits.reserve(call(`a${n}`), [perMinute(10)], 1000).ok,
  );
  expect(granted.filter(Boolean)).toHaveLength(10);
});

test('a refusal says when the next call fits', () => {
  const limits = new LimitCounters();
  limits.reserve(call('a'), [perMinute(1)], 1000);
  expect(limits.reserve(call('b'), [perMinute(1)], 21_000)).toMatchObject({
    ok: false,
    retry_after_ms: 40_000,
  });
  expect(limits.reserve(call('c'), [perMinute(1)], 61_000).ok).toBe(true);
});

test('all reservations of an action are taken, or none', () => {
  const limits = new LimitCounters();
  limits.reserve(call('a'), [perMinute(1, 'second')], 0);
  expect(limits.reserve(call('b'), [perMinute(5, 'first'), perMinute(1, 'second')], 0).ok).toBe(false);
  for (let n = 0; n < 5; n++) expect(limits.reserve(call(`c${n}`), [perMinute(5, 'first')], 0).ok).toBe(true);
});

test('only a call that was provably never sent gives its count back', () => {
  const limits = new LimitCounters();
  limits.reserve(call('sent'), [perMinute(2)], 0);
  limits.reserve(call('unsent'), [perMinute(2)], 0);
  limits.settle('sent', true);
  expect(limits.reserve(call('more'), [perMinute(2)], 0).ok).toBe(false);
  limits.settle('unsent', false);
  expect(limits.reserve(call('more'), [perMinute(2)], 0).ok).toBe(true);
  expect(limits.reserve(call('again'), [perMinute(2)], 0).ok).toBe(false);
});

test('concurrency is free again when the call is over, however it ended', () => {
  const limits = new LimitCounters();
  expect(limits.reserve(call('a'), [atOnce(1)], 0).ok).toBe(true);
  expect(limits.reserve(call('b'), [atOnce(1)], 0)).toMatchObject({ ok: false, failed: { max: 1 } });
  limits.settle('a', true);
  expect(limits.reserve(call('b'), [atOnce(1)], 0).ok).toBe(true);
});

test('settling twice gives nothing back twice', () => {
  const limits = new LimitCounters();
  limits.reserve(call('a'), [atOnce(1)], 0);
  limits.settle('a', false);
  limits.reserve(call('b'), [atOnce(1)], 0);
  limits.settle('a', false);
  expect(limits.reserve(call('c'), [atOnce(1)], 0).ok).toBe(false);
});

test('a clock that steps back frees nothing early', () => {
  const limits = new LimitCounters();
  limits.reserve(call('a'), [perMinute(1)], 100_000);
  expect(limits.reserve(call('b'), [perMinute(1)], 10_000).ok).toBe(false);
});

test('a limit of zero lets nothing through', () => {
  expect(new LimitCounters().reserve(call('a'), [perMinute(0)], 0).ok).toBe(false);
});

test('past its share of counters an agent is refused new subjects, until old ones are over', () => {
  const limits = new LimitCounters(2);
  limits.reserve(call('a'), [perMinute(5, 'one')], 0);
  limits.reserve(call('b'), [perMinute(5, 'two')], 0);
  expect(limits.reserve(call('c'), [perMinute(5, 'three')], 0).ok).toBe(false);
  expect(limits.reserve(call('d'), [perMinute(5, 'three')], 60_001).ok).toBe(true);
});

test('an agent that names ever new subjects takes nothing from the others', () => {
  const limits = new LimitCounters(2);
  for (const key of ['one', 'two', 'three']) limits.reserve(call(key, 'noisy'), [perMinute(5, key)], 0);
  expect(limits.reserve(call('d', 'noisy'), [perMinute(5, 'four')], 0).ok).toBe(false);
  expect(limits.reserve(call('e', 'quiet'), [perMinute(5, 'five')], 0).ok).toBe(true);
});

test('a share is free again when its calls are over', () => {
  const limits = new LimitCounters(1);
  limits.reserve(call('a'), [atOnce(1)], 0);
  expect(limits.reserve(call('b'), [perMinute(1)], 0).ok).toBe(false);
  limits.settle('a', true);
  expect(limits.reserve(call('b'), [perMinute(1)], 0).ok).toBe(true);
});

test('in no window of any interleaving are there more uses than the cap', () => {
  const step = fc.record({ wait: fc.nat(30_000), sent: fc.boolean(), settle: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 5 }), (steps, max) => {
      const limits = new LimitCounters();
      const used: number[] = [];
      let now = 0;
      steps.forEach(({ wait, sent, settle }, n) => {
        now += wait;
        if (!limits.reserve(call(`a${n}`), [perMinute(max)], now).ok) return;
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
  const limits = new LimitCounters();
  const reservations = [perMinute(2), atOnce(1)];
  limits.restore({ action_id: 'old', agent: 'support', at: 0, reservations });
  limits.restore({ action_id: 'recent', agent: 'support', at: 90_000, reservations });
  expect(limits.reserve(call('a'), [perMinute(2)], 100_000).ok).toBe(true);
  expect(limits.reserve(call('b'), [perMinute(2)], 100_000).ok).toBe(false);
  expect(limits.reserve(call('c'), [atOnce(1)], 100_000).ok).toBe(true);
});

test('a limit too large to remember each use frees uses together, and never early', () => {
  const limits = new LimitCounters();
  const many = perMinute(5000);
  for (let n = 0; n < 5000; n++) expect(limits.reserve(call(`a${n}`), [many], n).ok).toBe(true);
  expect(limits.reserve(call('b'), [many], 59_999).ok).toBe(false);
  const refused = limits.reserve(call('c'), [many], 60_000);
  expect(refused).toMatchObject({ ok: false, retry_after_ms: 58 });
  expect(limits.reserve(call('d'), [many], 60_058).ok).toBe(true);
});
