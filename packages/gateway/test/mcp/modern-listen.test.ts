/** `subscriptions/listen`: the change notifications of a 2026-07-28 client (basic/patterns/subscriptions). */
import { Fault, type JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { describe, expect, it } from 'vitest';
import { fixture, keys, messagesOf, modern, sendModern } from './fixture.ts';

describe('subscriptions/listen', () => {
  async function listen(url: string, notifications: JsonObject, key: string = keys.support) {
    const { body, headers } = modern('subscriptions/listen', { notifications });
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
    const heard: JsonObject[] = [];
    const ended = (async () => {
      let stream = '';
      for await (const chunk of response.body ?? []) {
        stream += Buffer.from(chunk).toString();
        heard.splice(0, heard.length, ...messagesOf(stream));
      }
    })();
    ended.catch(() => undefined);
    await waitFor(() => heard.length > 0);
    return { id: body.id, heard, ended, status: response.status };
  }

  it('is acknowledged with what is agreed, and every message names the subscription', async () => {
    const { url, crm } = await fixture();
    const resourceSubscriptions = ['crm://customers/1', 'shared://motd'];
    const asked = { toolsListChanged: true, promptsListChanged: false, resourceSubscriptions, other: true };
    const { id, heard } = await listen(url, asked, keys.reader);
    const subscription = { 'io.modelcontextprotocol/subscriptionId': id };
    expect(heard).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: {
          // Two servers have the other resource, so it cannot be watched on this path.
          notifications: { toolsListChanged: true, resourceSubscriptions: ['crm://customers/1'] },
          _meta: subscription,
        },
      },
    ]);
    crm.change('prompts');
    crm.change('tools');
    crm.emit({ type: 'resource_updated', uri: 'crm://customers/1' });
    crm.emit({ type: 'resource_updated', uri: 'crm://customers/2' });
    await waitFor(() => heard.length === 3);
    expect(heard.slice(1)).toEqual([
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta: subscription } },
      {
        jsonrpc: '2.0',
        method: 'notifications/resources/updated',
        params: { uri: 'crm://customers/1', _meta: subscription },
      },
    ]);
  });

  it('is acknowledged when the server watches, with what came meanwhile after that, once', async () => {
    const { url, crm } = await fixture();
    const watches = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    crm.watch = () => {
      asked.resolve();
      return watches.promise;
    };
    const listening = listen(url, { toolsListChanged: true, resourceSubscriptions: ['crm://customers/1'] });
    await asked.promise;
    crm.change('tools');
    for (let times = 0; times < 3; times++) crm.emit({ type: 'resource_updated', uri: 'crm://customers/1' });
    watches.resolve();
    const { heard } = await listening;
    await waitFor(() => heard.length >= 3);
    expect(heard.map(({ method }) => method)).toEqual([
      'notifications/subscriptions/acknowledged',
      'notifications/tools/list_changed',
      'notifications/resources/updated',
    ]);
  });

  it('is acknowledged without what the server does not take', async () => {
    const { url, crm } = await fixture();
    crm.watch = () => Promise.reject(new Fault('limit_reached', 'too many'));
    const { heard } = await listen(url, { resourceSubscriptions: ['crm://customers/1'] });
    expect(heard).toMatchObject([{ params: { notifications: {} } }]);
    expect(heard[0]).not.toHaveProperty('params.notifications.resourceSubscriptions');
  });

  it('does not wait long for a server that says nothing', async () => {
    const { url, crm } = await fixture({ bounds: { upstream_probe_ms: 10 } });
    crm.watch = () => new Promise(() => undefined);
    const { heard } = await listen(url, { resourceSubscriptions: ['crm://customers/1'] });
    const resourceSubscriptions = ['crm://customers/1'];
    expect(heard).toMatchObject([{ params: { notifications: { resourceSubscriptions } } }]);
  });

  it('tells about a policy that changed', async () => {
    const { url, gateway } = await fixture();
    const { heard } = await listen(url, { promptsListChanged: true });
    gateway.policyChanged();
    await waitFor(() => heard.length === 2);
    expect(heard[1]).toMatchObject({ method: 'notifications/prompts/list_changed' });
  });

  it('ends with a result when the gateway stops', async () => {
    const { url, gateway, crm } = await fixture();
    const { id, heard, ended } = await listen(url, { resourceSubscriptions: ['crm://customers/1'] });
    await gateway.close();
    await ended;
    expect(heard.at(-1)).toMatchObject({
      id,
      result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': id } },
    });
    expect(crm.watching).toEqual([]);
  });

  it('is bounded for each agent', async () => {
    const { url } = await fixture({ bounds: { listen_streams_per_agent_max: 1 } });
    await listen(url, {});
    const { status } = await sendModern(url, 'subscriptions/listen', { notifications: {} });
    expect(status).toBe(429);
    expect((await listen(url, {}, keys.reader)).status).toBe(200);
  });
});
