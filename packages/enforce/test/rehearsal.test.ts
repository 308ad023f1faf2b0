import { Rehearsal } from '@remit/enforce';
import { loadWorkspace } from '@remit/policy';
import type { CompiledPolicy } from '@remit/policy';
import { expect, test } from 'vitest';
import { action } from './fixtures.ts';

function policyOf(agent: string, workspace = ''): CompiledPolicy {
  const text = `workspace: w\nservers: { crm: { command: [crm], trust: internal } }\n${workspace}---\nagent: support\n${agent}\n`;
  const schema = { type: 'object', properties: { amount: { type: 'number' } }, additionalProperties: false };
  const definition = { name: 'refund-create', inputSchema: schema };
  const lock = { version: 1 as const, servers: { crm: { tools: [{ digest: 'sha256:1', definition }] } } };
  const { policy, diagnostics } = loadWorkspace([{ path: 'w.yaml', text }], lock);
  if (policy === undefined) throw new Error(JSON.stringify(diagnostics));
  return policy;
}

const allowed = 'guardrails: { tier_1_automatic: [refund-create] }';
const at = (second: number) =>
  action({ received_at: new Date(Date.UTC(2026, 2, 3, 14, 0, second)).toISOString() });

test('a rehearsed call is decided and inspected as a real one', async () => {
  const rehearsal = new Rehearsal(policyOf(allowed));
  expect(await rehearsal.call(action())).toMatchObject({ effect: 'allow', tier: 'automatic' });
  expect(await rehearsal.call(action({ arguments: { amout: 1 } }))).toMatchObject({
    effect: 'deny',
    code: 'invalid_arguments',
  });
  expect(await rehearsal.call(action({ agent: 'nobody' }))).toMatchObject({ code: 'not_permitted' });
});

test('limits count the calls before, at their own times', async () => {
  const rehearsal = new Rehearsal(policyOf(`${allowed}\nlimits: { calls: 2/minute }`));
  const codes = [];
  for (const second of [0, 10, 20, 60, 61]) codes.push((await rehearsal.call(at(second))).code);
  expect(codes).toEqual([undefined, undefined, 'rate_limited', undefined, 'rate_limited']);
});

test('a call that waits for a person counts as if one had agreed', async () => {
  const limits = 'limits: { actions: [{ action: refund-create, max: 1, per: day }] }';
  const rehearsal = new Rehearsal(policyOf(`guardrails: { tier_3_approval: [refund-create] }\n${limits}`));
  expect(await rehearsal.call(action())).toMatchObject({ effect: 'approve', code: 'approval_pending' });
  expect(await rehearsal.call(action())).toMatchObject({ effect: 'deny', code: 'rate_limited' });
});

test('a call to which nobody agrees waits, and takes nothing of a limit', async () => {
  const limits = 'limits: { actions: [{ action: refund-create, max: 1, per: day }] }';
  const rehearsal = new Rehearsal(policyOf(`guardrails: { tier_3_approval: [refund-create] }\n${limits}`));
  const waiting = { effect: 'approve', code: 'approval_pending' };
  expect(await rehearsal.call(action(), { agreed: false })).toMatchObject(waiting);
  expect(await rehearsal.call(action(), { agreed: false })).toMatchObject(waiting);
  expect(await rehearsal.call(action())).toMatchObject({ effect: 'approve' });
});

test('observe mode lets through, and tells what the policy says, limits included', async () => {
  const rehearsal = new Rehearsal(policyOf(`mode: observe\n${allowed}\nlimits: { calls: 1/minute }`));
  expect(await rehearsal.call(at(0))).toMatchObject({ effect: 'allow', policy_effect: 'allow' });
  expect(await rehearsal.call(at(1))).toMatchObject({
    effect: 'allow',
    policy_effect: 'deny',
    code: 'rate_limited',
  });
});

test('the same calls get the same answers', async () => {
  const policy = policyOf(`${allowed}\nlimits: { calls: 2/minute }`);
  const run = async () => {
    const rehearsal = new Rehearsal(policy);
    const answers = [];
    for (const second of [0, 1, 2]) answers.push(await rehearsal.call(at(second)));
    return JSON.stringify(answers);
  };
  expect(await run()).toBe(await run());
});
