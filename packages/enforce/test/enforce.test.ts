import { Fault } from '@remit/contracts';
import { enforce, type Interim } from '@remit/enforce';
import { beforeEach, describe, expect, test } from 'vitest';
import { full } from './fixtures.ts';
import { compiled, Governed, lookup, refund } from './governed.ts';

let governed: Governed;
beforeEach(() => {
  governed = new Governed();
});

describe('an allowed call', () => {
  test('is recorded before it is performed and again before it is answered', async () => {
    const outcome = await governed.call(lookup());
    expect(outcome).toMatchObject({ kind: 'answered', result: 'success' });
    expect(governed.performed).toEqual([
      { args: { customer_id: 'cust-456' }, story: ['intent tool_invoke'] },
    ]);
    expect(governed.ledger.story).toEqual(['intent tool_invoke', 'outcome tool_invoke success']);
  });

  test('has in its outcome what was forwarded before the answer, the digest sealed', async () => {
    const perform = (_: unknown, interim: Interim) => {
      interim.visible('notifications/progress', { progress: 1 });
      return Promise.resolve(governed.answer);
    };
    await enforce(lookup(), { perform }, governed.ports);
    expect(governed.last).toMatchObject({
      phase: 'outcome',
      meta: { interim: { messages: 1 } },
      payload: { interim_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string },
    });
    await governed.call(lookup());
    expect(governed.last.meta).not.toHaveProperty('interim');
  });

  test('of tier automatic keeps a digest of the result, of tier logged the whole result', async () => {
    governed.answer = { result: 'success', value: { content: [{ type: 'text', text: 'hello' }] } };
    await governed.call(lookup());
    expect(governed.last.payload).not.toHaveProperty('output');
    expect(governed.last.payload?.output_digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    await governed.call(refund(20));
    expect(governed.last.payload?.output).toEqual(governed.answer.value);
  });

  test('keeps everything that could identify a person out of the public record', async () => {
    await governed.call(
      lookup({ user: 'dana', context: { customer_id: 'cust-456' }, rationale: 'asked by dana' }),
    );
    for (const { meta } of governed.ledger.appended)
      expect(JSON.stringify(meta)).not.toMatch(/dana|cust-456/);
    expect(governed.ledger.appended[0]?.payload).toMatchObject({ user: 'dana', rationale: 'asked by dana' });
  });

  test('loses denied fields of its result before the agent sees it', async () => {
    governed.answer = {
      result: 'success',
      value: { structuredContent: { name: 'Ada', ssn: '078-05-1120' }, content: [] },
    };
    const outcome = await governed.call(lookup());
    expect(outcome).toMatchObject({ value: { structuredContent: { name: 'Ada' } } });
    expect(JSON.stringify(outcome)).not.toContain('078-05-1120');
    expect(governed.last.meta['removed']).toEqual({ ssn: 1 });
  });
});

describe('a refusal', () => {
  test.each([
    ['an explicit deny', () => lookup({ target: 'database-query', arguments: {} }), 'denied_by_policy'],
    ['a tool that nobody has', () => lookup({ target: 'nonsense' }), 'unknown_tool'],
    ['an agent that nobody registered', () => lookup({ agent: 'nobody' }), 'not_permitted'],
    ['arguments against the schema', () => lookup({ arguments: { customer_id: 7 } }), 'invalid_arguments'],
    [
      'denied data in arguments',
      () => refund(20, { arguments: { amount: 20, note: '{"ssn":"078-05-1120"}' } }),
      'content_blocked',
    ],
    [
      'a definition that differs from the lock',
      () => lookup({ tool_digest: 'sha256:other' }),
      'tool_changed',
    ],
  ])('for %s is one event, and nothing is performed', async (_, make, code) => {
    expect(await governed.call(make())).toMatchObject({ kind: 'refused', refusal: { code } });
    expect(governed.ledger.story).toEqual(['event tool_invoke denied']);
    expect(governed.performed).toEqual([]);
  });

  test('for a suspended agent holds from the next call on, in every mode', async () => {
    governed.status = 'suspended';
    const observing = compiled('observe');
    expect(await governed.call(lookup())).toMatchObject({ refusal: { code: 'agent_suspended' } });
    governed.ports.policy = () => observing;
    expect(await governed.call(lookup())).toMatchObject({ refusal: { code: 'agent_suspended' } });
  });

  test('names rule, place, reason and remedy', async () => {
    const outcome = await governed.call(lookup({ target: 'database-query', arguments: {} }));
    expect(outcome).toMatchObject({
      refusal: {
        effect: 'deny',
        rule: { file: 'support.yaml', line: 4 },
        reason: expect.stringContaining('database-query') as unknown,
        remedy: expect.stringMatching(/\w/) as unknown,
      },
    });
  });
});

describe('a ledger that cannot write', () => {
  test('lets nothing run, and the count and the approval are free again', async () => {
    await governed.call(refund(150));
    await governed.approvals.decide(governed.approvals.list({})[0]!.id, 'approve', 'dana');
    governed.ledger.before = full;
    expect(await governed.call(refund(150))).toMatchObject({ refusal: { code: 'ledger_unavailable' } });
    expect(governed.performed).toEqual([]);
    governed.ledger.before = () => undefined;
    expect(await governed.call(refund(150))).toMatchObject({ kind: 'answered' });
  });

  test('does not tell the agent where the ledger lies', async () => {
    governed.ledger.before = () => {
      throw new Fault('ledger_unavailable', 'the ledger could not make `/var/lib/remit/ledger` durable');
    };
    const told: unknown[] = [];
    governed.ports.observer = { unrecorded: (_, error) => void told.push(error) };
    for (const call of [lookup(), refund(150), lookup({ target: 'database-query' })]) {
      const outcome = await governed.call(call);
      expect(outcome).toMatchObject({ refusal: { code: 'ledger_unavailable' } });
      expect(JSON.stringify(outcome)).not.toContain('/var/lib');
    }
    expect(String(told)).toContain('/var/lib');
  });

  test('withholds a result whose outcome it could not record', async () => {
    governed.answer = { result: 'success', value: { content: [{ type: 'text', text: 'secret' }] } };
    governed.ledger.before = (records) => {
      if (records.some(({ phase }) => phase === 'outcome')) full();
    };
    const outcome = await governed.call(lookup());
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'ledger_unavailable' } });
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });

  test('is the answer where even the refusal cannot be recorded', async () => {
    governed.ledger.before = full;
    expect(await governed.call(lookup({ target: 'database-query' }))).toMatchObject({
      refusal: { code: 'ledger_unavailable' },
    });
  });
});

test('a completion of a denied field is refused: its answers would be that field', async () => {
  const argument = { name: 'SSN', value: '078' };
  const completion = lookup({ kind: 'completion', target: 'greet', arguments: { argument } });
  expect(await governed.call(completion)).toMatchObject({ refusal: { code: 'content_blocked' } });
  const other = { argument: { name: 'who', value: '078' } };
  expect(await governed.call(lookup({ ...completion, arguments: other }))).toMatchObject({
    kind: 'answered',
  });
});

test('a call that was never sent says so, and one that may have run says that', async () => {
  governed.answer = { result: 'unknown', sent: false, reason: 'The server is down.' };
  expect(await governed.call(lookup())).toMatchObject({
    refusal: { remedy: expect.stringContaining('nothing happened') as string },
  });
  governed.answer = { ...governed.answer, sent: true };
  expect(await governed.call(lookup())).toMatchObject({
    refusal: { remedy: expect.stringContaining('may or may not have acted') as string },
  });
});

test('a call that the agent ended has an outcome, and nobody is answered', async () => {
  governed.answer = { result: 'cancelled', sent: true };
  expect(await governed.call(lookup())).toMatchObject({ kind: 'cancelled' });
  expect(governed.ledger.story.at(-1)).toBe('outcome tool_invoke cancelled');
});
