/** An evaluation of a call that a person has to agree to is answered as the call would be now, and uses nothing up. */
import type { JsonObject } from '@remit/contracts';
import { expect, it } from 'vitest';
import { fixture, policyText, sendModern, type Fixture } from '../mcp/fixture.ts';
import { access, toolCall } from './fixture.ts';

const policy = policyText.replace(
  'agent: support\n',
  'agent: support\nguardrails: { tier_3_approval: [crm/lookup] }\n',
);
const args = { value: 'a' };
const call = { name: 'lookup', arguments: args };

async function asked({ url, approvals }: Fixture): Promise<string> {
  await sendModern(url, 'tools/call', call);
  return approvals.list({ status: 'pending' })[0]!.id;
}

async function evaluated({ url }: Fixture, given: JsonObject = args) {
  return (await access(url, 'evaluation', toolCall('lookup', given))).body;
}

const pending = { decision: false, context: { remit: { code: 'approval_pending' } } };

it('while it waits, the approval that the call waits for is named', async () => {
  const gateway = await fixture({ policy });
  const id = await asked(gateway);
  expect(await evaluated(gateway)).toMatchObject({
    decision: false,
    context: { remit: { code: 'approval_pending', approval: { id, status: 'pending' } } },
  });
});

it('once a person has agreed it is allowed, as often as it is asked, until the call has run', async () => {
  const gateway = await fixture({ policy });
  const id = await asked(gateway);
  await gateway.approvals.decide(id, 'approve', 'anna');
  for (let time = 0; time < 2; time += 1) expect(await evaluated(gateway)).toMatchObject({ decision: true });
  expect(gateway.approvals.get(id)).toMatchObject({ status: 'approved' });
  expect(await evaluated(gateway, { value: 'b' })).toMatchObject(pending);
  const { body } = await sendModern(gateway.url, 'tools/call', call);
  expect(body['result']).not.toHaveProperty('isError', true);
  expect(gateway.approvals.get(id)).toMatchObject({ status: 'redeemed' });
  expect(await evaluated(gateway)).toMatchObject(pending);
  expect(gateway.approvals.list({})).toHaveLength(1);
});

it('once a person has said no that is the answer, and the call is still told', async () => {
  const gateway = await fixture({ policy });
  await gateway.approvals.decide(await asked(gateway), 'deny', 'anna');
  const denied = { remit: { code: 'approval_denied' } };
  for (let time = 0; time < 2; time += 1)
    expect(await evaluated(gateway)).toMatchObject({ decision: false, context: denied });
  const { body } = await sendModern(gateway.url, 'tools/call', call);
  expect(body).toMatchObject({ result: { structuredContent: denied } });
  expect(await evaluated(gateway)).toMatchObject(pending);
});
