/** What a server asks a 2025-era client while its call is open. */
import type { JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { describe, expect, it } from 'vitest';
import { reading } from './event-streams.ts';
import { text } from './fake-upstream.ts';
import { fixture, keys, LegacyClient, rpc, send } from './fixture.ts';

describe('what a server asks the client', () => {
  const asking = {
    who: { method: 'elicitation/create', params: { mode: 'form', message: 'Who?', requestedSchema: {} } },
  };

  async function asked(
    version: string,
    capabilities: JsonObject,
    requests: typeof asking | JsonObject = asking,
  ) {
    const gateway = await fixture();
    gateway.crm.behaviours.set('lookup', ({ peer }) =>
      peer.ask(requests as typeof asking).then(
        (answers) => text(JSON.stringify(answers)),
        (error: Error) => text(error.message),
      ),
    );
    const client = await LegacyClient.open(gateway.url, { version, capabilities });
    const call = rpc('tools/call', { name: 'lookup' });
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { ...client.headers, 'content-type': 'application/json' },
      body: JSON.stringify(call),
    });
    return { ...gateway, client, call, stream: reading(response) };
  }

  it('comes as a request on the stream of the call', async () => {
    const { client, stream, call } = await asked('2025-11-25', { elicitation: {} });
    await waitFor(() => stream.messages().length === 1);
    expect(stream.messages()[0]).toEqual({
      jsonrpc: '2.0',
      id: 'remit-1',
      method: 'elicitation/create',
      params: asking.who.params,
    });
    const answered = await client.post({ jsonrpc: '2.0', id: 'remit-1', result: { action: 'decline' } });
    expect(answered.status).toBe(202);
    await stream.done;
    expect(stream.messages()[1]).toMatchObject({
      id: call.id,
      result: { content: [{ text: '{"who":{"action":"decline"}}' }] },
    });
  });

  it('has no mode in the version that knows none', async () => {
    const { client, stream } = await asked('2025-06-18', { elicitation: {} });
    await waitFor(() => stream.messages().length === 1);
    expect(stream.messages()[0]?.['params']).toEqual({ message: 'Who?', requestedSchema: {} });
    await client.post({ jsonrpc: '2.0', id: 'remit-1', error: { code: -1, message: 'busy' } });
    await stream.done;
    expect(stream.messages()[1]).toMatchObject({
      result: { content: [{ text: 'The client refused: busy' }] },
    });
  });

  it('has an id where a URL is to be opened, as 2025-11-25 wants it', async () => {
    const url = {
      who: {
        method: 'elicitation/create',
        params: { mode: 'url', message: 'Sign in.', url: 'https://a.example' },
      },
    };
    const { client, stream } = await asked('2025-11-25', { elicitation: { url: {} } }, url);
    await waitFor(() => stream.messages().length === 1);
    expect(stream.messages()[0]?.['params']).toMatchObject({
      mode: 'url',
      elicitationId: expect.any(String) as string,
    });
    await client.post({ jsonrpc: '2.0', id: 'remit-1', result: { action: 'accept' } });
    await stream.done;
  });

  it('is not taken from another agent', async () => {
    const { client, url, stream } = await asked('2025-11-25', { elicitation: {} });
    await waitFor(() => stream.messages().length === 1);
    const response = { jsonrpc: '2.0', id: 'remit-1', result: { action: 'accept' } };
    const foreign = await send(url, response, { ...client.headers, authorization: `Bearer ${keys.reader}` });
    expect(foreign.status).toBe(404);
    await client.post({ jsonrpc: '2.0', id: 'remit-1', result: { action: 'cancel' } });
    await stream.done;
    expect(JSON.stringify(stream.messages())).toContain('cancel');
  });

  it('is withdrawn when the call is cancelled', async () => {
    const { client, stream, call } = await asked('2025-11-25', { elicitation: {} });
    await waitFor(() => stream.messages().length === 1);
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: call.id } });
    await stream.done;
    expect(stream.messages()[1]).toMatchObject({
      method: 'notifications/cancelled',
      params: { requestId: 'remit-1' },
    });
  });

  it('is withdrawn when the server takes it back, and the call goes on', async () => {
    const gateway = await fixture();
    const withdrawing = new AbortController();
    gateway.crm.behaviours.set('lookup', ({ peer }) =>
      peer.ask(asking, withdrawing.signal).then(
        () => text('answered'),
        (error: Error) => text(error.message),
      ),
    );
    const client = await LegacyClient.open(gateway.url, { capabilities: { elicitation: {} } });
    const call = rpc('tools/call', { name: 'lookup' });
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { ...client.headers, 'content-type': 'application/json' },
      body: JSON.stringify(call),
    });
    const stream = reading(response);
    await waitFor(() => stream.messages().length === 1);
    withdrawing.abort();
    await stream.done;
    expect(stream.messages()[1]).toMatchObject({
      method: 'notifications/cancelled',
      params: { requestId: 'remit-1' },
    });
    expect(stream.messages()[2]).toMatchObject({
      id: call.id,
      result: { content: [{ text: 'The question was withdrawn.' }] },
    });
  });

  it('is refused where the client takes no streams', async () => {
    const { url, crm } = await fixture();
    crm.behaviours.set('lookup', ({ peer }) =>
      peer.ask(asking).then(
        () => text('asked'),
        (error: Error) => text(error.message),
      ),
    );
    const client = await LegacyClient.open(url, { capabilities: { elicitation: {} } });
    const { body } = await client.request('tools/call', { name: 'lookup' }, { accept: 'application/json' });
    expect(JSON.stringify(body)).toContain('The client does not take elicitations.');
  });
});
