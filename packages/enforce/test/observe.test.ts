import { beforeEach, describe, expect, test } from 'vitest';
import { compiled, Governed, lookup, refund } from './governed.ts';

let governed: Governed;
beforeEach(() => {
  governed = new Governed(compiled('observe'));
});

describe('observe mode', () => {
  test('records the refusal that would have been, and lets the call through', async () => {
    expect(await governed.call(lookup({ target: 'database-query', arguments: {} }))).toMatchObject({
      kind: 'answered',
    });
    expect(governed.ledger.appended[0]?.meta.decision).toMatchObject({
      effect: 'allow',
      policy_effect: 'deny',
      code: 'denied_by_policy',
    });
  });

  test('asks nobody, limits nothing, and leaves results whole', async () => {
    governed.answer = { result: 'success', value: { structuredContent: { ssn: '1' }, content: [] } };
    for (let n = 0; n < 9; n++)
      expect(await governed.call(refund(150))).toMatchObject({
        kind: 'answered',
        value: governed.answer.value,
      });
    expect(governed.last.meta['removed']).toEqual({ ssn: 1 });
  });

  test('records what limits and data rules would have refused', async () => {
    for (let n = 0; n < 6; n++) await governed.call(lookup());
    await governed.call(refund(20, { arguments: { amount: 20, note: '{"ssn":"1"}' } }));
    const intents = governed.ledger.appended
      .filter(({ phase }) => phase === 'intent')
      .map(({ meta }) => meta.decision);
    expect(intents.slice(0, 5).map((decided) => decided?.['policy_effect'])).toEqual(Array(5).fill('allow'));
    expect(intents[5]).toMatchObject({ effect: 'allow', policy_effect: 'deny', code: 'rate_limited' });
    expect(intents[6]).toMatchObject({ effect: 'allow', policy_effect: 'deny', code: 'content_blocked' });
    expect(governed.ledger.appended.some(({ meta }) => meta.result === 'denied')).toBe(false);
  });

  test('counts nothing after a restart that it did not count before', async () => {
    for (let n = 0; n < 6; n++) await governed.call(lookup());
    const reserving = governed.ledger.appended.filter(({ payload }) => payload?.reservations);
    expect(reserving).toHaveLength(5);
  });

  test('stays closed to malformed arguments', async () => {
    expect(await governed.call(lookup({ arguments: {} }))).toMatchObject({
      refusal: { code: 'invalid_arguments' },
    });
  });
});
