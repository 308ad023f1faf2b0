import { beforeEach, describe, expect, test } from 'vitest';
import { Governed, refund } from './governed.ts';

let governed: Governed;
beforeEach(() => {
  governed = new Governed();
});

describe('a call that needs a person', () => {
  test('waits, runs once after the approval, and asks anew after that', async () => {
    const held = await governed.call(refund(150));
    expect(held).toMatchObject({
      refusal: { code: 'approval_pending', effect: 'approve', approval: { status: 'pending' } },
    });
    const [waiting] = governed.approvals.list({});
    expect(await governed.call(refund(150))).toMatchObject({ refusal: { approval: { id: waiting?.id } } });
    await governed.approvals.decide(waiting!.id, 'approve', 'dana');

    const twins = await Promise.all([governed.call(refund(150)), governed.call(refund(150))]);
    expect(twins.filter(({ kind }) => kind === 'answered')).toHaveLength(1);
    expect(governed.performed).toHaveLength(1);
    expect(governed.performed[0]?.story).toContain('event approval_redeemed success');
    expect(await governed.call(refund(150))).toMatchObject({ refusal: { code: 'approval_pending' } });
    expect(governed.performed).toHaveLength(1);
  });

  test('with other arguments is another call', async () => {
    await governed.call(refund(150));
    const [waiting] = governed.approvals.list({});
    await governed.approvals.decide(waiting!.id, 'approve', 'dana');
    expect(await governed.call(refund(151))).toMatchObject({ refusal: { code: 'approval_pending' } });
    expect(governed.performed).toEqual([]);
  });

  test('that a person denied says so, with the words of that person', async () => {
    await governed.call(refund(150));
    await governed.approvals.decide(
      governed.approvals.list({})[0]!.id,
      'deny',
      'dana',
      'call the customer first',
    );
    const outcome = await governed.call(refund(150));
    expect(outcome).toMatchObject({ refusal: { code: 'approval_denied' } });
    expect(JSON.stringify(outcome)).toContain('call the customer first');
  });

  test('is decided again when it comes back: a suspension in between holds', async () => {
    await governed.call(refund(150));
    await governed.approvals.decide(governed.approvals.list({})[0]!.id, 'approve', 'dana');
    governed.status = 'suspended';
    expect(await governed.call(refund(150))).toMatchObject({ refusal: { code: 'agent_suspended' } });
  });

  test('with a string that has no canonical form is refused, not approved', async () => {
    const odd = refund(150, { arguments: { amount: 150, note: '\ud800' } });
    expect(await governed.call(odd)).toMatchObject({ refusal: { code: 'invalid_arguments' } });
  });
});
