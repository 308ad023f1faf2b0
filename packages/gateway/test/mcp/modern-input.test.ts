/** Input that a server asks for while a 2026-07-28 client's call is open (basic/patterns/mrtr). */
import type { JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { describe, expect, it } from 'vitest';
import { text } from './fake-upstream.ts';
import { fixture, keys, sendModern, type Answered } from './fixture.ts';

describe('input that the server asks for', () => {
  const asking = { who: { method: 'elicitation/create', params: { message: 'Who?', requestedSchema: {} } } };
  const accepted = { action: 'accept', content: { name: 'Ada' } };
  const elicits = { capabilities: { elicitation: {} } };
  const call: JsonObject = { name: 'lookup', arguments: { value: 'a' } };

  async function asked(bounds = {}) {
    const gateway = await fixture({ bounds });
    gateway.crm.behaviours.set('lookup', async ({ peer }) => text(JSON.stringify(await peer.ask(asking))));
    const first = await sendModern(gateway.url, 'tools/call', call, elicits);
    const result = first.body['result'] as JsonObject;
    return { ...gateway, result, state: result['requestState'] as string };
  }

  function retry(
    url: string,
    more: JsonObject,
    options: Parameters<typeof sendModern>[3] = {},
  ): Promise<Answered> {
    return sendModern(url, 'tools/call', { ...call, ...more }, { ...elicits, ...options });
  }

  it('ends the round trip, and the retry ends the call: one intent, one outcome', async () => {
    const { url, result, state, crm, story } = await asked();
    expect(result).toEqual({
      resultType: 'input_required',
      inputRequests: asking,
      requestState: expect.stringMatching(/^r1\.gtw_[0-9a-f]+\.[\w-]+$/) as string,
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'remit', title: 'Remit', version: '0.0.0' } },
    });
    const { body } = await retry(url, { inputResponses: { who: accepted }, requestState: state });
    expect(body['result']).toMatchObject({
      resultType: 'complete',
      content: [{ text: JSON.stringify({ who: accepted }) }],
    });
    expect(crm.asked).toHaveLength(1);
    expect(story()).toEqual([
      'intent tool_invoke',
      'intent elicitation',
      'outcome elicitation success',
      'outcome tool_invoke success',
    ]);
  });

  it.each([
    ['nothing', {}],
    ['an answer to something else', { other: accepted }],
    ['an answer that is none', { who: 12345 }],
    ['an action that there is not', { who: { action: 'maybe' } }],
  ])('is asked for again where the retry holds %s', async (_what, inputResponses) => {
    const { url, state, crm } = await asked();
    const { body } = await retry(url, { inputResponses: inputResponses, requestState: state });
    expect(body['result']).toMatchObject({ resultType: 'input_required', inputRequests: asking });
    const next = (body['result'] as JsonObject)['requestState'] as string;
    expect(next).not.toBe(state);
    const done = await retry(url, { inputResponses: { who: accepted }, requestState: next });
    expect(done.body['result']).toMatchObject({ resultType: 'complete' });
    expect(crm.asked).toHaveLength(1);
  });

  it('may come with the first request already', async () => {
    const { url, crm } = await asked();
    const { body } = await retry(url, { inputResponses: { who: accepted, more: accepted } });
    expect(body['result']).toMatchObject({ resultType: 'complete' });
    expect(crm.asked).toHaveLength(2);
  });

  it.each([
    ['changed', (state: string) => ({ requestState: `${state.slice(0, -2)}AA` })],
    ['cut', (state: string) => ({ requestState: state.slice(0, 20) })],
    ['of another gateway', (state: string) => ({ requestState: state.replace(/gtw_\w+/, 'gtw_other') })],
    ['that is no string', () => ({ requestState: 1 })],
    ['brought for other arguments', (state: string) => ({ requestState: state, arguments: { value: 'b' } })],
  ])('is refused with a state %s', async (_what, change) => {
    const { url, state, crm } = await asked();
    const { body } = await retry(url, { inputResponses: { who: accepted }, ...change(state) });
    expect(body['error']).toMatchObject({ code: -32602 });
    expect(crm.asked).toHaveLength(1);
  });

  it('is refused from another agent, whose state it is not', async () => {
    const { url, state } = await asked();
    const headers = { authorization: `Bearer ${keys.reader}` };
    const { body } = await retry(
      url,
      { inputResponses: { who: accepted }, requestState: state },
      { headers },
    );
    expect(body['error']).toMatchObject({ code: -32602 });
  });

  it('is refused when its state is too old', async () => {
    const { url, state, clock } = await asked();
    clock.advance(10 * 60_000 + 1);
    const { body } = await retry(url, { inputResponses: { who: accepted }, requestState: state });
    expect(body['error']).toMatchObject({ code: -32602 });
  });

  it('is taken once: a state whose round is over is refused', async () => {
    const { url, state } = await asked();
    await retry(url, { inputResponses: { who: accepted }, requestState: state });
    const { body } = await retry(url, { inputResponses: { who: accepted }, requestState: state });
    expect(body['error']).toMatchObject({ code: -32602 });
  });

  it('is null, which is no object', async () => {
    const { url } = await asked();
    expect((await retry(url, { inputResponses: null })).body['error']).toMatchObject({ code: -32602 });
  });

  it('is not asked of a client that did not declare it', async () => {
    const { url, crm } = await asked();
    crm.behaviours.set('lookup', ({ peer }) =>
      peer.ask(asking).then(
        () => text('asked'),
        (error: Error) => text(error.message),
      ),
    );
    const { body } = await sendModern(url, 'tools/call', call, { capabilities: { sampling: {} } });
    expect(body['result']).toMatchObject({ content: [{ text: 'The client does not take elicitations.' }] });
  });

  it('is not asked where the policy does not allow it, and the refusal is recorded', async () => {
    const { url, web, story } = await asked();
    web.behaviours.set('search', ({ peer }) =>
      peer.ask(asking).then(
        () => text('asked'),
        (error: Error & { code?: string }) => text(error.code ?? ''),
      ),
    );
    const headers = { 'mcp-name': 'web__search' };
    const { body } = await sendModern(url, 'tools/call', { name: 'web__search' }, { ...elicits, headers });
    expect(body['result']).toMatchObject({ content: [{ text: 'ask_refused' }] });
    expect(story()).toContain('event elicitation denied');
  });

  it('ends when it takes too many round trips', async () => {
    const { url, crm } = await fixture({ bounds: { ask_rounds_max: 2 } });
    crm.behaviours.set('lookup', async ({ peer }) => {
      let rounds = 0;
      try {
        for (;;) {
          await peer.ask(asking);
          rounds++;
        }
      } catch (error) {
        return text(`${rounds} ${String(error)}`);
      }
    });
    let answered = await sendModern(url, 'tools/call', call, elicits);
    while ((answered.body['result'] as JsonObject)['resultType'] === 'input_required') {
      const requestState = (answered.body['result'] as JsonObject)['requestState'] as string;
      answered = await retry(url, { inputResponses: { who: accepted }, requestState });
    }
    expect(JSON.stringify(answered.body['result'])).toContain(
      '2 Fault: The call takes too many round trips.',
    );
  });

  it('ends when the client does not come back in time, and the outcome is recorded', async () => {
    const { story } = await asked({ ask_ms: 50 });
    await waitFor(() => story().includes('outcome elicitation unknown'));
  });
});
