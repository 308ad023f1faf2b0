import { bounds } from '@remit/contracts';
import { Approvals, callDigest, restoreState, LimitCounters } from '@remit/enforce';
import { beforeEach, expect, test, vi } from 'vitest';
import { action, counterIds, decision, full, ManualClock, MemoryLedger } from './fixtures.ts';

let ledger: MemoryLedger;
let clock: ManualClock;
let approvals: Approvals;

beforeEach(() => {
  ledger = new MemoryLedger();
  clock = new ManualClock();
  approvals = new Approvals({ ledger, clock, newId: counterIds() });
});

const call = action();
const digest = callDigest(call, 'sha256:1');
const ask = (of = call) => approvals.join(of, decision(), callDigest(of, 'sha256:1'));

async function restarted(): Promise<Approvals> {
  const fresh = new Approvals({ ledger, clock, newId: counterIds() });
  await restoreState(ledger, fresh, new LimitCounters(), { now: clock.now(), longest_window_ms: 0 });
  return fresh;
}

test('a request is durable before anybody hears of it', async () => {
  const approval = await ask();
  expect(approval).toMatchObject({ status: 'pending', digest, agent: 'support' });
  expect(ledger.story).toEqual(['event approval_requested success']);
});

test('a request that cannot be recorded is none', async () => {
  ledger.before = full;
  await expect(ask()).rejects.toMatchObject({ code: 'ledger_unavailable' });
  expect(approvals.list({})).toEqual([]);
});

test('the same call sent again joins the approval that waits, twins in flight included', async () => {
  const [one, two] = await Promise.all([ask(), ask()]);
  expect(two.id).toBe(one.id);
  expect((await ask(action({ id: 'act_9' }))).id).toBe(one.id);
});

test.each([
  ['a declared conversation', { context: { conversation_id: 'c' } }, { context: { conversation_id: 'd' } }],
  ['a protocol session', { session: 's' }, { session: 't' }],
  ['no more than agent and person', {}, { session: 's' }],
  ['no more than agent and person', {}, { context: { conversation_id: 's' } }],
  ['a session that is named like a conversation', { session: 's' }, { context: { conversation_id: 's' } }],
])('the same call joins within %s, and not beyond, after a restart too', async (_, within, beyond) => {
  const { id } = await ask(action(within));
  expect((await ask(action(within))).id).toBe(id);
  expect((await ask(action(beyond))).id).not.toBe(id);
  const fresh = await restarted();
  expect((await fresh.join(action(within), decision(), digest)).id).toBe(id);
});

test('a declared conversation goes on in another session', async () => {
  const context = { conversation_id: 'c' };
  const { id } = await ask(action({ context, session: 's' }));
  expect((await ask(action({ context, session: 't' }))).id).toBe(id);
});

test('without conversation and session the same call is another one after a time', async () => {
  const { id } = await ask();
  clock.time += bounds.approval_conversation_ms - 1;
  expect(await ask()).toMatchObject({ id, status: 'expired' });
  const again = await ask();
  clock.time += bounds.approval_conversation_ms;
  expect(await ask()).toMatchObject({ status: 'pending' });
  expect((await ask()).id).not.toBe(again.id);
});

test.each([
  ['agent', { agent: 'billing' }],
  ['person', { user: 'dana' }],
  ['argument', { arguments: { amount: 151 } }],
  ['tool', { target: 'refund-delete' }],
  ['definition of the tool', { tool_digest: 'sha256:2' }],
  ['conversation', { context: { conversation_id: 'other' } }],
])('another %s is another call', async (_, change) => {
  const first = await ask();
  expect((await ask(action(change))).id).not.toBe(first.id);
});

test('another policy version asks anew', async () => {
  const first = await ask();
  const again = await approvals.join(call, decision(), callDigest(call, 'sha256:2'));
  expect(again.id).not.toBe(first.id);
});

test('an approval is redeemed at most once', async () => {
  const { id } = await ask();
  await approvals.decide(id, 'approve', 'dana');
  expect(approvals.redeem(id, 'act_1')).toMatchObject({ event: 'approval_redeemed' });
  expect(approvals.redeem(id, 'act_2')).toBeUndefined();
});

test('what is not approved cannot be redeemed', async () => {
  const { id } = await ask();
  expect(approvals.redeem(id, 'act_1')).toBeUndefined();
  await approvals.decide(id, 'deny', 'dana');
  expect(approvals.redeem(id, 'act_1')).toBeUndefined();
  expect(approvals.redeem('apr_none', 'act_1')).toBeUndefined();
});

test('a redemption whose intent was not recorded can be made again', async () => {
  const { id } = await ask();
  await approvals.decide(id, 'approve', 'dana');
  approvals.redeem(id, 'act_1');
  approvals.unredeem(id, 'act_other');
  expect(approvals.redeem(id, 'act_2')).toBeUndefined();
  approvals.unredeem(id, 'act_1');
  expect(approvals.redeem(id, 'act_2')).toBeDefined();
});

test('after it ran, the same call is a new request, and the card says that it ran before', async () => {
  const { id } = await ask();
  await approvals.decide(id, 'approve', 'dana');
  clock.time += 60_000;
  const ran_before = { action_id: 'act_1', at: new Date(clock.now()).toISOString() };
  await ledger.append([approvals.redeem(id, 'act_1')!]);
  clock.time += 60_000;
  const again = await ask();
  expect(again.id).not.toBe(id);
  expect(again.ran_before).toEqual(ran_before);
  expect((await restarted()).get(id)?.redeemed_at).toBe(ran_before.at);
});

test('a denial is told once; the same call after that asks anew', async () => {
  const { id } = await ask();
  await approvals.decide(id, 'deny', 'dana', 'wrong customer');
  expect(await ask()).toMatchObject({ id, status: 'denied', decided: { note: 'wrong customer' } });
  expect((await ask()).id).not.toBe(id);
});

test('nobody decides twice, nor what has expired', async () => {
  const { id } = await ask();
  await approvals.decide(id, 'deny', 'dana');
  await expect(approvals.decide(id, 'approve', 'kim')).rejects.toMatchObject({
    code: 'approval_not_pending',
  });
  const late = await ask(action({ arguments: { amount: 500 } }));
  clock.time += bounds.approval_pending_ms;
  await expect(approvals.decide(late.id, 'approve', 'kim')).rejects.toMatchObject({
    code: 'approval_not_pending',
  });
  expect(approvals.get(late.id)?.status).toBe('expired');
});

test('two people who decide at once: one is heard', async () => {
  const { id } = await ask();
  const verdicts = await Promise.allSettled([
    approvals.decide(id, 'approve', 'dana'),
    approvals.decide(id, 'deny', 'kim'),
  ]);
  expect(verdicts.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(ledger.story.filter((line) => /granted|denied/.test(line))).toEqual([
    'event approval_granted success',
  ]);
});

test('the person a call is made for does not approve it', async () => {
  const { id } = await ask(action({ user: 'dana' }));
  await expect(approvals.decide(id, 'approve', 'dana')).rejects.toMatchObject({
    code: 'approver_is_requester',
  });
});

test('a decision counts only once it is durable', async () => {
  const { id } = await ask();
  let seenWhileWriting: unknown;
  ledger.before = () => {
    seenWhileWriting = approvals.redeem(id, 'act_1');
    full();
  };
  await expect(approvals.decide(id, 'approve', 'dana')).rejects.toMatchObject({ code: 'ledger_unavailable' });
  expect(seenWhileWriting).toBeUndefined();
  expect(approvals.get(id)?.status).toBe('pending');
});

test('an approval given but not used expires closed', async () => {
  const { id } = await ask();
  await approvals.decide(id, 'approve', 'dana');
  clock.time += bounds.approval_redeem_ms;
  expect(await ask()).toMatchObject({ id, status: 'expired' });
  expect(approvals.redeem(id, 'act_1')).toBeUndefined();
});

test('what is over its time is recorded as expired without anybody asking, once', async () => {
  const waiting = await ask();
  const given = await ask(action({ arguments: { amount: 200 } }));
  await approvals.decide(given.id, 'approve', 'dana');
  await approvals.expireDue();
  expect(ledger.story).not.toContain('event approval_expired success');
  clock.time += bounds.approval_pending_ms;
  const fresh = await ask(action({ arguments: { amount: 300 } }));
  await Promise.all([approvals.expireDue(), approvals.expireDue()]);
  await approvals.expireDue();
  const expired = ledger.appended.filter(({ event }) => event === 'approval_expired');
  expect(expired.map(({ meta }) => meta.approval_id)).toEqual([waiting.id, given.id]);
  expect(approvals.get(fresh.id)?.status).toBe('pending');
  expect((await restarted()).list({ status: 'expired' }).map(({ id }) => id)).toEqual([waiting.id, given.id]);
});

test('an expiry that cannot be recorded is recorded later, and the approval stays closed meanwhile', async () => {
  const { id } = await ask();
  clock.time += bounds.approval_pending_ms;
  ledger.before = full;
  await expect(approvals.expireDue()).rejects.toMatchObject({ code: 'ledger_unavailable' });
  expect(approvals.get(id)?.status).toBe('expired');
  ledger.before = () => undefined;
  await approvals.expireDue();
  expect(ledger.story).toEqual(['event approval_requested success', 'event approval_expired success']);
});

test('more than one append takes are recorded all the same', async () => {
  for (let made = 0; made < bounds.approvals_expired_at_once + 1; made++) {
    await ask(action({ agent: `agent-${made}` }));
  }
  clock.time += bounds.approval_pending_ms;
  await approvals.expireDue();
  expect(ledger.story.filter((line) => line.includes('expired'))).toHaveLength(
    bounds.approvals_expired_at_once + 1,
  );
});

test('an agent cannot pile up more waiting approvals than the bound', async () => {
  for (let amount = 0; amount < bounds.approvals_pending_per_agent_max; amount++) {
    await ask(action({ arguments: { amount } }));
  }
  await expect(ask(action({ arguments: { amount: -1 } }))).rejects.toMatchObject({ code: 'limit_reached' });
});

test('nor by asking for many at once', async () => {
  const asked = Array.from({ length: bounds.approvals_pending_per_agent_max + 20 }, (_, amount) =>
    ask(action({ arguments: { amount } })),
  );
  const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(20);
  expect(approvals.list({ status: 'pending' })).toHaveLength(bounds.approvals_pending_per_agent_max);
});

test('approvals that nobody decided are not kept for ever', async () => {
  for (let made = 0; made < bounds.approvals_kept_max + 200; made++) {
    if (made % bounds.approvals_pending_per_agent_max === 0) clock.time += bounds.approval_pending_ms;
    await ask(action({ arguments: { amount: made } }));
  }
  expect(approvals.list({})).toHaveLength(bounds.approvals_kept_max);
});

test('a restart knows what waited, what was decided and what was used', async () => {
  const waiting = await ask();
  const given = await ask(action({ arguments: { amount: 200 } }));
  const used = await ask(action({ arguments: { amount: 300 } }));
  await approvals.decide(given.id, 'approve', 'dana');
  await approvals.decide(used.id, 'approve', 'dana');
  await ledger.append([approvals.redeem(used.id, 'act_7')!]);

  const fresh = await restarted();
  expect(fresh.list({})).toEqual(approvals.list({}));
  expect((await fresh.join(call, decision(), digest)).id).toBe(waiting.id);
  expect(fresh.redeem(used.id, 'act_8')).toBeUndefined();
  expect(fresh.redeem(given.id, 'act_8')).toBeDefined();
});

test('who waits for a decision is told of it, and of no other', async () => {
  const first = await ask();
  const second = await ask(action({ arguments: { amount: 151 } }));
  let settled = '';
  const waiting = [first, second].map(async ({ id }) => {
    await approvals.settled(id, new AbortController().signal);
    settled += id;
  });
  await approvals.decide(second.id, 'deny', 'dana');
  await waiting[1];
  expect(settled).toBe(second.id);
  await approvals.decide(first.id, 'approve', 'dana');
  await Promise.all(waiting);
});

test('nobody waits for an approval that waits for nobody, nor after giving up', async () => {
  const { id } = await ask();
  const giving_up = new AbortController();
  const waiting = approvals.settled(id, giving_up.signal);
  giving_up.abort();
  await waiting;
  await approvals.settled(id, giving_up.signal);
  await approvals.settled('apr_unknown', new AbortController().signal);
  clock.time += bounds.approval_pending_ms;
  await approvals.settled(id, new AbortController().signal);
});

test('the end of its time ends the waiting', async () => {
  vi.useFakeTimers();
  try {
    const { id } = await ask();
    const waiting = approvals.settled(id, new AbortController().signal);
    clock.time += bounds.approval_pending_ms;
    await vi.advanceTimersByTimeAsync(bounds.approval_pending_ms);
    await waiting;
  } finally {
    vi.useRealTimers();
  }
});
