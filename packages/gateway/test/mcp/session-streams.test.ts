/** Streams of a 2025-era session: broken and resumed, within bounds, each message once. */
import type { Bounds } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { describe, expect, it } from 'vitest';
import { get, reading } from './event-streams.ts';
import { text } from './fake-upstream.ts';
import { fixture, keys, LegacyClient, rpc } from './fixture.ts';

describe('a client that goes away', () => {
  it('does not cancel its call, whose outcome is recorded', async () => {
    const { url, crm, story } = await fixture();
    const client = await LegacyClient.open(url);
    const held = Promise.withResolvers<void>();
    let cancelled = false;
    crm.behaviours.set('lookup', ({ signal }) => {
      signal.addEventListener('abort', () => (cancelled = true));
      return held.promise.then(() => text('done'));
    });
    const controller = new AbortController();
    const call = fetch(url, {
      method: 'POST',
      headers: { ...client.headers, 'content-type': 'application/json' },
      body: JSON.stringify(rpc('tools/call', { name: 'lookup' })),
      signal: controller.signal,
    });
    await waitFor(() => crm.asked.length === 1);
    controller.abort();
    await expect(call).rejects.toThrow();
    held.resolve();
    await waitFor(() => story().includes('outcome tool_invoke success'));
    expect(cancelled).toBe(false);
  });

  it('can come back for what it missed, with Last-Event-ID', async () => {
    const { url, crm } = await fixture();
    const client = await LegacyClient.open(url);
    const gone = Promise.withResolvers<void>();
    crm.behaviours.set('lookup', async ({ peer }) => {
      peer.notify({ method: 'notifications/progress', params: { progress: 1 } });
      await gone.promise;
      peer.notify({ method: 'notifications/progress', params: { progress: 2 } });
      return text('done');
    });
    const controller = new AbortController();
    const call = rpc('tools/call', { name: 'lookup', _meta: { progressToken: 'p' } });
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...client.headers, 'content-type': 'application/json' },
      body: JSON.stringify(call),
      signal: controller.signal,
    });
    const first = reading(response);
    await waitFor(() => first.messages().length === 1);
    expect(first.raw()).toMatch(/^id: 1-0\nretry: 1000\ndata: \n\nid: 1-1\ndata: \{/);
    controller.abort();
    gone.resolve();
    const resumed = reading(await get(client, { 'last-event-id': '1-1' }));
    await resumed.done;
    expect(resumed.messages()).toMatchObject([{ params: { progress: 2 } }, { id: call.id, result: {} }]);
    const again = reading(await get(client, { 'last-event-id': '1-2' }));
    await again.done;
    expect(again.messages()).toMatchObject([{ id: call.id, result: {} }]);
  });

  describe('finds no more events than are kept', () => {
    /** Ten progress notifications and an answer, all of them missed; then the streams of as many calls as `more`. */
    async function missed(bounds: Partial<Bounds>, more = 0) {
      const gateway = await fixture({ bounds });
      const { url, crm } = gateway;
      crm.behaviours.set('lookup', ({ peer }) => {
        for (let progress = 1; progress <= 10; progress++)
          peer.notify({ method: 'notifications/progress', params: { progress } });
        return text('done');
      });
      const call = (client: LegacyClient) =>
        client.request('tools/call', { name: 'lookup', _meta: { progressToken: 'p' } });
      const client = await LegacyClient.open(url);
      await call(client);
      const other = await LegacyClient.open(url);
      for (let n = 0; n < more; n++) await call(other);
      return { ...gateway, client, call };
    }

    const gone = { error: { code: -31005, message: expect.stringContaining('not kept any more') as string } };

    it('and is told so where some are missing', async () => {
      const { client } = await missed({ replay_events_per_session_max: 3 });
      const refused = await get(client, { 'last-event-id': '1-0' });
      expect(refused.status).toBe(410);
      expect(await refused.json()).toMatchObject(gone);
      const resumed = reading(await get(client, { 'last-event-id': '1-8' }));
      await resumed.done;
      expect(resumed.messages()).toMatchObject([
        { params: { progress: 9 } },
        { params: { progress: 10 } },
        { result: {} },
      ]);
    });

    it.each(['replay_bytes_per_agent_max', 'replay_bytes_max'] as const)(
      'of %s, the oldest of another session going first',
      async (bound) => {
        const { client, call } = await missed({ [bound]: 5000 }, 10);
        expect((await get(client, { 'last-event-id': '1-0' })).status).toBe(410);
        await call(client);
        const resumed = reading(await get(client, { 'last-event-id': '2-0' }));
        await resumed.done;
        expect(resumed.messages()).toHaveLength(11);
      },
    );

    it('while one that begins anew goes on listening', async () => {
      const { client, crm } = await missed({ replay_events_per_session_max: 3 });
      const fresh = reading(await get(client));
      crm.change('tools');
      await waitFor(() => fresh.messages().length === 1);
    });

    it('nor those of a stream that the session has forgotten', async () => {
      const { client, call } = await missed({ replay_events_per_session_max: 1 });
      await call(client);
      await call(client);
      expect((await get(client, { 'last-event-id': '1-11' })).status).toBe(410);
    });
  });

  it('is primed for coming back only in the version that knows it', async () => {
    const { url, crm } = await fixture();
    const client = await LegacyClient.open(url, { version: '2025-06-18' });
    crm.behaviours.set('lookup', ({ peer }) => {
      peer.notify({ method: 'notifications/progress', params: { progress: 1 } });
      return text('done');
    });
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...client.headers, 'content-type': 'application/json' },
      body: JSON.stringify(rpc('tools/call', { name: 'lookup', _meta: { progressToken: 'p' } })),
    });
    expect(await response.text()).toMatch(/^id: 1-1\ndata: \{/);
  });
});

describe('the stream of a GET', () => {
  it('carries change notifications, and goes on where a broken one ended', async () => {
    const { url, crm } = await fixture();
    const client = await LegacyClient.open(url);
    const controller = new AbortController();
    const first = reading(await get(client, {}, controller.signal));
    crm.change('tools');
    await waitFor(() => first.messages().length === 1);
    controller.abort();
    crm.change('prompts');
    const resumed = reading(await get(client, { 'last-event-id': '1-1' }));
    await waitFor(() => resumed.messages().length === 1);
    expect(resumed.messages()).toEqual([
      { jsonrpc: '2.0', method: 'notifications/prompts/list_changed', params: {} },
    ]);
    crm.change('resources');
    await waitFor(() => resumed.messages().length === 2);
  });

  it('is refused without a session, and to clients that do not take streams', async () => {
    const { url } = await fixture();
    const client = await LegacyClient.open(url);
    expect((await fetch(url, { headers: { authorization: `Bearer ${keys.support}` } })).status).toBe(400);
    expect((await get(client, { accept: 'application/json' })).status).toBe(406);
  });

  it('carries each message on one stream only', async () => {
    const { url, crm } = await fixture();
    const client = await LegacyClient.open(url);
    const streams = [reading(await get(client)), reading(await get(client))];
    crm.change('tools');
    await waitFor(() => streams[1]?.messages().length === 1);
    expect(streams[0]?.messages()).toEqual([]);
  });
});
