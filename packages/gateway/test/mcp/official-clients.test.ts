/** The official clients, of both SDK generations and both eras, against the gateway. */
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import { waitFor } from '@remit/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { text } from './fake-upstream.ts';
import { fixture, keys } from './fixture.ts';

interface Told {
  lists: number;
  updated: string[];
  logged: unknown[];
}

/** What the tests need of a client, whichever generation. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    options?: { onprogress?: (progress: { progress: number }) => void; signal?: AbortSignal },
  ): Promise<Record<string, unknown>>;
  listPrompts(): Promise<{ prompts: { name: string }[] }>;
  getPrompt(params: { name: string; arguments?: Record<string, string> }): Promise<Record<string, unknown>>;
  listResources(): Promise<{ resources: { uri: string }[] }>;
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string }[] }>;
  readResource(params: { uri: string }): Promise<{ contents: unknown[] }>;
  complete(params: {
    ref: { type: 'ref/prompt'; name: string };
    argument: { name: string; value: string };
  }): Promise<{ completion: { values: string[] } }>;
  getInstructions(): string | undefined;
  close(): Promise<void>;
}

interface Connected {
  client: AnyClient;
  told: Told;
  watch: (uri: string) => Promise<void>;
}

const capabilities = { elicitation: {}, sampling: {}, roots: {} };
const info = { name: 'test', version: '1.0.0' };
const request = (key: string) => ({ requestInit: { headers: { authorization: `Bearer ${key}` } } });
const elicited = { action: 'accept' as const, content: { name: 'Ada' } };
const sampled = { model: 'm', role: 'assistant' as const, content: { type: 'text' as const, text: 'Paris' } };
const roots = { roots: [{ uri: 'file:///home' }] };

async function connectV1(url: string, key: string): Promise<Connected> {
  const client = new ClientV1(info, { capabilities });
  const told: Told = { lists: 0, updated: [], logged: [] };
  client.setRequestHandler(ElicitRequestSchema, () => elicited);
  client.setRequestHandler(CreateMessageRequestSchema, () => sampled);
  client.setRequestHandler(ListRootsRequestSchema, () => roots);
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told.lists++);
  client.setNotificationHandler(
    ResourceUpdatedNotificationSchema,
    ({ params }) => void told.updated.push(params.uri),
  );
  client.setNotificationHandler(
    LoggingMessageNotificationSchema,
    ({ params }) => void told.logged.push(params.data),
  );
  await client.connect(new TransportV1(new URL(url), request(key)));
  onTestFinished(() => client.close());
  // The second parameter of this generation's `callTool` is the result schema.
  const callTool: AnyClient['callTool'] = (params, options) => client.callTool(params, undefined, options);
  return {
    client: Object.assign(Object.create(client) as AnyClient, { callTool }),
    told,
    watch: async (uri) => void (await client.subscribeResource({ uri })),
  };
}

async function connectV2(url: string, key: string, mode: 'legacy' | { pin: string }): Promise<Connected> {
  const client = new ClientV2(info, { capabilities, versionNegotiation: { mode } });
  const told: Told = { lists: 0, updated: [], logged: [] };
  client.setRequestHandler('elicitation/create', () => elicited);
  client.setRequestHandler('sampling/createMessage', () => sampled);
  client.setRequestHandler('roots/list', () => roots);
  client.setNotificationHandler('notifications/tools/list_changed', () => void told.lists++);
  client.setNotificationHandler(
    'notifications/resources/updated',
    ({ params }) => void told.updated.push(params.uri),
  );
  client.setNotificationHandler('notifications/message', ({ params }) => void told.logged.push(params.data));
  await client.connect(new TransportV2(new URL(url), request(key)));
  onTestFinished(() => client.close());
  const watch = async (uri: string) => {
    if (mode === 'legacy') await client.subscribeResource({ uri });
    else await client.listen({ toolsListChanged: true, resourceSubscriptions: [uri] });
  };
  return { client: client as unknown as AnyClient, told, watch };
}

const clients: [string, (url: string, key: string) => Promise<Connected>, boolean][] = [
  ['SDK v1, 2025-11-25', connectV1, false],
  ['SDK v2, 2025-11-25', (url, key) => connectV2(url, key, 'legacy'), false],
  ['SDK v2, 2026-07-28', (url, key) => connectV2(url, key, { pin: '2026-07-28' }), true],
];

describe.each(clients)('the client of %s', (_name, connect, isModern) => {
  it('lists what the agent may use, and nothing else', async () => {
    const { url } = await fixture();
    const { client } = await connect(url, keys.support);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'crm__search',
      'export',
      'lookup',
      'number',
      'report',
      'web__search',
      'wide',
    ]);
    expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual([
      'crm__summarize',
      'greet',
      'web__summarize',
    ]);
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual([
      'crm://customers/1',
      'shared://motd',
    ]);
    expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(1);
    expect(client.getInstructions()).toContain('Look customers up before you write.');
  });

  it('calls a tool and gets its result', async () => {
    const { url, crm } = await fixture();
    const { client } = await connect(url, keys.support);
    crm.behaviours.set('report', () => text('12', { structuredContent: { total: 12 } }));
    await client.listTools();
    expect(await client.callTool({ name: 'report' })).toMatchObject({ structuredContent: { total: 12 } });
  });

  it('mirrors tool parameters in headers where its era has that', async () => {
    const { url, crm } = await fixture();
    const { client } = await connect(url, keys.support);
    await client.listTools();
    const args = { region: 'Zürich', count: 3 };
    expect(await client.callTool({ name: 'export', arguments: args })).not.toHaveProperty('isError');
    expect(crm.asked[0]?.params).toEqual({ name: 'export', arguments: args });
  });

  it('takes a refusal of a tool with an output schema as a result', async () => {
    const { url } = await fixture();
    const { client } = await connect(url, keys.support);
    await client.listTools();
    const refused = await client.callTool({ name: 'report', arguments: { value: 7 } });
    expect(refused).toMatchObject({
      isError: true,
      structuredContent: { remit: { code: 'invalid_arguments' } },
    });
  });

  it('takes a result out of which the policy has taken data', async () => {
    const { url, crm } = await fixture();
    const { client } = await connect(url, keys.masked);
    const structuredContent = { name: 'Ada', ssn: '078-05-1120' };
    crm.behaviours.set('person', () => text(JSON.stringify(structuredContent), { structuredContent }));
    await client.listTools();
    const result = await client.callTool({ name: 'person' });
    expect(result).toMatchObject({ structuredContent: { name: 'Ada' } });
    expect(JSON.stringify(result)).not.toContain('078-05-1120');
  });

  it('takes a structured result that is no object', async () => {
    const { url, crm } = await fixture();
    const { client } = await connect(url, keys.support);
    crm.behaviours.set('number', () => text('7', { structuredContent: 7 }));
    await client.listTools();
    const { structuredContent } = await client.callTool({ name: 'number' });
    expect(structuredContent).toEqual(isModern ? 7 : { result: 7 });
  });

  it('reads resources, gets prompts and completes their arguments', async () => {
    const { url, crm } = await fixture();
    const { client } = await connect(url, keys.support);
    const contents = [{ uri: 'crm://customers/1', text: 'Ada' }];
    crm.behaviours.set('crm://customers/1', () => ({ kind: 'result', result: { contents } }));
    const messages = [{ role: 'user', content: { type: 'text', text: 'Hi' } }];
    crm.behaviours.set('greet', () => ({ kind: 'result', result: { messages } }));
    crm.behaviours.set('completion/complete', () => ({
      kind: 'result',
      result: { completion: { values: ['Ada'] } },
    }));
    expect((await client.readResource({ uri: 'crm://customers/1' })).contents).toEqual(contents);
    expect(await client.getPrompt({ name: 'greet', arguments: { who: 'A' } })).toMatchObject({ messages });
    const ref = { type: 'ref/prompt', name: 'greet' } as const;
    expect((await client.complete({ ref, argument: { name: 'who', value: 'A' } })).completion.values).toEqual(
      ['Ada'],
    );
  });

  it('answers an elicitation, a sampling and a listing of roots in one call', async () => {
    const { url, crm, story } = await fixture();
    const { client } = await connect(url, keys.support);
    const schema = { type: 'object', properties: { name: { type: 'string' } } };
    crm.behaviours.set('lookup', async ({ peer }) => {
      const { who } = await peer.ask({
        who: { method: 'elicitation/create', params: { message: 'Who?', requestedSchema: schema } },
      });
      const { capital, where } = await peer.ask({
        capital: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 10 } },
        where: { method: 'roots/list' },
      });
      return text(JSON.stringify({ who, capital, where }));
    });
    const { content } = await client.callTool({ name: 'lookup' });
    const answers = JSON.parse((content as { text: string }[])[0]?.text ?? '') as unknown;
    expect(answers).toMatchObject({ who: elicited, capital: sampled, where: roots });
    expect(story()).toEqual([
      'intent tool_invoke',
      'intent elicitation',
      'outcome elicitation success',
      'intent sampling',
      'outcome sampling success',
      'outcome tool_invoke success',
    ]);
  });

  it('sees progress', async () => {
    const { url, crm } = await fixture();
    const { client } = await connect(url, keys.support);
    crm.behaviours.set('lookup', ({ peer }) => {
      for (const progress of [1, 2, 2, 3])
        peer.notify({ method: 'notifications/progress', params: { progress } });
      return text('done');
    });
    const seen: number[] = [];
    await client.callTool({ name: 'lookup' }, { onprogress: ({ progress }) => void seen.push(progress) });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('cancels a call, and the outcome is recorded as cancelled', async () => {
    const { url, crm, story } = await fixture();
    const { client } = await connect(url, keys.support);
    const started = Promise.withResolvers<void>();
    crm.behaviours.set('lookup', ({ signal }) => {
      started.resolve();
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          resolve({ kind: 'failed', reason: 'cancelled', sent: true, message: 'cancelled' });
        });
      });
    });
    const controller = new AbortController();
    const call = client.callTool({ name: 'lookup' }, { signal: controller.signal });
    await started.promise;
    controller.abort();
    await expect(call).rejects.toThrow();
    await waitFor(() => story().includes('outcome tool_invoke cancelled'));
  });

  it('is told when lists change and when a watched resource does', async () => {
    const { url, crm } = await fixture();
    const { told, watch } = await connect(url, keys.support);
    await watch('crm://customers/1');
    await waitFor(() => {
      crm.change('tools');
      crm.emit({ type: 'resource_updated', uri: 'crm://customers/1' });
      return told.lists > 0 && told.updated.includes('crm://customers/1');
    });
    expect(crm.watching).toEqual(['crm://customers/1']);
  });
});
