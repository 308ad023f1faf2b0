import { beforeEach, describe, expect, test } from 'vitest';
import { compiled, Governed, lookup, refund } from './governed.ts';

let governed: Governed;
beforeEach(() => {
  governed = new Governed();
});

describe('a limit', () => {
  test('is recorded with the instant that it was reserved at, not that of the arrival', async () => {
    const arrived = new Date(governed.clock.time - 90_000).toISOString();
    await governed.call(lookup({ received_at: arrived }));
    const [intent] = governed.ledger.appended;
    expect(intent?.time).toBe(arrived);
    expect(intent?.payload).toMatchObject({
      reserved_at: new Date(governed.clock.time).toISOString(),
      reservations: [{ key: 'calls/60000/agent=support', max: 5 }],
    });
    expect(JSON.stringify(intent?.meta)).not.toContain('calls/60000');
  });

  test('of a sum says what is used, and is not reached by what was never sent', async () => {
    governed = new Governed(
      compiled(
        'enforce',
        'agent: support\naccess: { tools: { allow: [refund-create] } }\nguardrails: { tier_2_logged: [refund-create] }\nlimits: { sums: { sum: args.amount, max: 100, per: day } }',
      ),
    );
    expect(await governed.call(refund(60.1))).toMatchObject({ kind: 'answered' });
    governed.answer = { result: 'unknown', sent: false, reason: 'no connection' };
    await governed.call(refund(30));
    governed.answer = { result: 'unknown', sent: true, reason: 'no answer' };
    await governed.call(refund(20.2));
    const outcome = await governed.call(refund(20));
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: { code: 'rate_limited', retry_after_s: 86_400 },
    });
    const { reason } = (outcome as { refusal: { reason: string } }).refusal;
    expect(reason).toContain('has no room for this call: 80.3 of 100 are used, and it would add 20.');
    expect(await governed.call(refund(1000))).toMatchObject({ refusal: { code: 'limit_reached' } });
    governed.answer = { result: 'success', value: { content: [] } };
    expect(await governed.call(refund(19.7))).toMatchObject({ kind: 'answered' });
  });

  test('lets exactly its number through, however many come at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => governed.call(lookup())));
    expect(outcomes.filter(({ kind }) => kind === 'answered')).toHaveLength(5);
    expect(governed.performed).toHaveLength(5);
    const refused = outcomes.find(({ kind }) => kind === 'refused');
    expect(refused).toMatchObject({ refusal: { code: 'rate_limited', retry_after_s: 60 } });
  });

  test('counts failed and unanswered calls, and gives back what was provably never sent', async () => {
    governed.answer = { result: 'unknown', sent: true, reason: 'it hung' };
    for (let n = 0; n < 4; n++) await governed.call(lookup());
    governed.answer = { result: 'unknown', sent: false, reason: 'no connection' };
    for (let n = 0; n < 9; n++)
      expect(await governed.call(lookup())).toMatchObject({ refusal: { code: 'upstream_failed' } });
    expect(governed.last.meta.released).toBe(true);
    governed.answer = { result: 'error', value: { content: [] } };
    expect(await governed.call(lookup())).toMatchObject({ kind: 'answered', result: 'error' });
    expect(await governed.call(lookup())).toMatchObject({ refusal: { code: 'rate_limited' } });
  });
});
