/** What agents are told of lists that change: once for each change, and never before the list is new. */
import type { JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { expect, it } from 'vitest';
import { fixture, keys, LegacyClient, messagesOf, modern, rpc, send, sendModern } from './fixture.ts';

interface Told {
  /** The lists that were said to have changed, in order. */
  changes: () => unknown[];
  list: (method: string) => Promise<JsonObject>;
}

function heard(response: Response): () => unknown[] {
  let stream = '';
  const reading = (async () => {
    for await (const chunk of response.body ?? []) stream += Buffer.from(chunk).toString();
  })();
  reading.catch(() => undefined);
  return () =>
    messagesOf(stream.slice(0, stream.lastIndexOf('\n\n') + 1))
      .map(({ method }) => method)
      .filter((method) => typeof method === 'string' && method.endsWith('list_changed'));
}

async function oldClient(url: string): Promise<Told> {
  const client = await LegacyClient.open(url);
  const response = await fetch(url, { headers: { ...client.headers, accept: 'text/event-stream' } });
  const list = async (method: string) => (await send(url, rpc(method), client.headers)).body;
  return { changes: heard(response), list };
}

async function newClient(url: string): Promise<Told> {
  const notifications = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
  const { body, headers } = modern('subscriptions/listen', { notifications });
  const authorization = `Bearer ${keys.support}`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const list = async (method: string) => (await sendModern(url, method)).body;
  return { changes: heard(response), list };
}

const clients = [
  ['a 2025 client', oldClient],
  ['a 2026 client', newClient],
] as const;

it.each(clients)(
  '%s that is told of a change gets the new list with its first request',
  async (_, connect) => {
    const { url, crm } = await fixture();
    const { changes, list } = await connect(url);
    expect(JSON.stringify(await list('prompts/list'))).not.toContain('added-1');
    crm.change('prompts');
    await waitFor(() => changes().length === 1);
    expect(changes()).toEqual(['notifications/prompts/list_changed']);
    expect(JSON.stringify(await list('prompts/list'))).toContain('added-1');
  },
);

it.each(clients)('%s is told nothing where lists were read again and are the same', async (_, connect) => {
  const { url, crm } = await fixture();
  const { changes } = await connect(url);
  crm.listing = structuredClone(crm.listing!);
  for (const list of ['tools', 'prompts', 'resources'] as const) crm.emit({ type: `${list}_changed` });
  crm.emit({ type: 'state' });
  crm.change('resources');
  await waitFor(() => changes().length > 0);
  expect(changes()).toEqual(['notifications/resources/list_changed']);
});

it.each(clients)(
  '%s is told once of a change, also where the server connects anew after it',
  async (_, connect) => {
    const { url, crm } = await fixture();
    const { changes } = await connect(url);
    crm.change('tools');
    crm.emit({ type: 'state' });
    crm.change('prompts');
    await waitFor(() => changes().includes('notifications/prompts/list_changed'));
    expect(changes()).toEqual(['notifications/tools/list_changed', 'notifications/prompts/list_changed']);
  },
);
