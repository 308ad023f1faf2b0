/** Who may decide on a held call: the terms that the policy gave it when it was asked for. */
import type { ApprovalTerms } from '@remit/contracts';
import { bounds } from '@remit/contracts';
import { Approvals, callDigest, LimitCounters, restoreState } from '@remit/enforce';
import { beforeEach, describe, expect, it } from 'vitest';
import { action, counterIds, decision, ManualClock, MemoryLedger } from './fixtures.ts';

const HOUR = 3_600_000;
const groups: Record<string, string[]> = {
  dana: ['managers', 'finance'],
  eve: ['managers'],
  finn: ['finance'],
  dora: ['directors'],
};
const groupsOf = (person: string): readonly string[] => groups[person] ?? [];

let ledger: MemoryLedger;
let clock: ManualClock;
let approvals: Approvals;

beforeEach(() => {
  ledger = new MemoryLedger();
  clock = new ManualClock();
  approvals = new Approvals({ ledger, clock, newId: counterIds(), groupsOf });
});

const call = action({ user: 'rita' });
const nothingAsked: ApprovalTerms = { who: [], count: 1, owner_may: false, escalate: [] };

const ask = (terms: Partial<ApprovalTerms> = {}) =>
  approvals.join(
    call,
    { ...decision(), approval: { ...nothingAsked, ...terms } },
    callDigest(call, 'sha256:1'),
  );

async function restarted(): Promise<Approvals> {
  const fresh = new Approvals({ ledger, clock, newId: counterIds(), groupsOf });
  await restoreState(ledger, fresh, new LimitCounters(), { now: clock.now(), longest_window_ms: 0 });
  return fresh;
}

describe('a held call', () => {
  it('is decided by whoever may approve where the policy asks for nobody in particular', async () => {
    const { id } = await ask();
    expect(await approvals.decide(id, 'approve', 'nina')).toMatchObject({ status: 'approved' });
  });

  it.each([
    ['approve', 'rita', 'approver_is_requester'],
    ['approve', 'RITA', 'approver_is_requester'],
    ['deny', 'rita', 'approver_is_requester'],
    ['approve', 'olga', 'approver_is_owner'],
    ['deny', 'ＯＬＧＡ', 'approver_is_owner'],
    ['approve', 'finn', 'approver_not_asked'],
    ['deny', 'nina', 'approver_not_asked'],
  ] as const)('refuses a verdict to %s by %s: %s', async (verdict, by, code) => {
    const { id } = await ask({ who: [['managers']], owner: 'olga' });
    await expect(approvals.decide(id, verdict, by)).rejects.toMatchObject({ code });
    expect(approvals.get(id)).toMatchObject({ status: 'pending' });
    expect(ledger.story).toEqual(['event approval_requested success']);
  });

  it('is decided by its owner where the policy says so, in whatever group', async () => {
    const { id } = await ask({ who: [['managers']], owner: 'olga', owner_may: true });
    expect(await approvals.decide(id, 'approve', 'olga')).toMatchObject({ status: 'approved' });
  });

  it('is never decided by its requester, also where that is the owner', async () => {
    const { id } = await ask({ owner: 'rita', owner_may: true });
    await expect(approvals.decide(id, 'approve', 'rita')).rejects.toMatchObject({
      code: 'approver_is_requester',
    });
  });

  it('is decided by somebody of each list of groups', async () => {
    const { id } = await ask({ who: [['managers', 'directors'], ['finance']] });
    await expect(approvals.decide(id, 'approve', 'eve')).rejects.toMatchObject({
      code: 'approver_not_asked',
    });
    expect(await approvals.decide(id, 'approve', 'dana')).toMatchObject({ status: 'approved' });
  });

  it('is decided by those it escalates to once it has waited, and not before', async () => {
    const { id } = await ask({ who: [['managers']], escalate: [{ to: ['directors'], after_ms: HOUR }] });
    clock.time += HOUR - 1;
    await expect(approvals.decide(id, 'approve', 'dora')).rejects.toMatchObject({
      code: 'approver_not_asked',
    });
    clock.time += 1;
    expect(await approvals.decide(id, 'approve', 'dora')).toMatchObject({ status: 'approved' });
  });

  it('expires when its own time for a decision is over', async () => {
    const short = await ask({ within_ms: HOUR });
    expect(Date.parse(short.expires_at) - clock.now()).toBe(HOUR);
    clock.time += HOUR;
    expect(approvals.get(short.id)).toMatchObject({ status: 'expired' });
    await expect(approvals.decide(short.id, 'approve', 'dana')).rejects.toMatchObject({
      code: 'approval_not_pending',
    });
  });

  it('keeps the usual time where the policy says none', async () => {
    const { expires_at } = await ask();
    expect(Date.parse(expires_at) - clock.now()).toBe(bounds.approval_pending_ms);
  });
});

describe('a call that several people have to approve', () => {
  const both = { who: [['managers', 'finance']], count: 2 };

  it('waits until the last of them has agreed', async () => {
    const { id } = await ask(both);
    expect(await approvals.decide(id, 'approve', 'eve', 'fine')).toMatchObject({
      status: 'pending',
      given: [{ by: 'eve', note: 'fine' }],
    });
    expect(approvals.redeem(id, 'act_2')).toBeUndefined();
    expect(await approvals.decide(id, 'approve', 'finn')).toMatchObject({
      status: 'approved',
      given: [{ by: 'eve' }, { by: 'finn' }],
      decided: { by: 'finn' },
    });
    expect(approvals.redeem(id, 'act_2')).toBeDefined();
  });

  it('counts nobody twice, in whatever spelling', async () => {
    const { id } = await ask({ count: 2 });
    await approvals.decide(id, 'approve', 'eve');
    for (const again of ['eve', 'EVE', 'ｅve'])
      await expect(approvals.decide(id, 'approve', again)).rejects.toMatchObject({
        code: 'approval_already_given',
      });
    expect(approvals.get(id)).toMatchObject({ status: 'pending' });
  });

  it('is refused by the first who denies', async () => {
    const { id } = await ask(both);
    await approvals.decide(id, 'approve', 'eve');
    expect(await approvals.decide(id, 'deny', 'finn', 'no')).toMatchObject({ status: 'denied' });
  });

  it('is the same after a restart, between one and the next', async () => {
    const { id } = await ask(both);
    await approvals.decide(id, 'approve', 'eve');
    const fresh = await restarted();
    expect(fresh.get(id)).toEqual(approvals.get(id));
    await expect(fresh.decide(id, 'approve', 'eve')).rejects.toMatchObject({
      code: 'approval_already_given',
    });
    await fresh.decide(id, 'approve', 'finn');
    expect((await restarted()).get(id)).toEqual(fresh.get(id));
    expect(fresh.get(id)).toMatchObject({ status: 'approved' });
  });
});
