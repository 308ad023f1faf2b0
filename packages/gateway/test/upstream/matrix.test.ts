/** Every feature of a server, on every transport and in every era that the transport has. */
import type { JsonObject } from '@remit/contracts';
import type { ServerSettings } from '@remit/policy';
import { startReferenceServer, waitFor } from '@remit/testkit';
import type { ReferenceServer } from '@remit/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { InputRequests, InputResponses, UpstreamAnswer, UpstreamRequest } from '../../src/exchange.ts';
import type { CountedUpstream } from '../../src/upstream/upstream.ts';
import { peer, toolCall, upstream } from './fixture.ts';

const cells = [
  { era: 'session', transport: 'stdio', version: '2025-11-25' },
  { era: 'session', transport: 'http', version: '2025-11-25' },
  { era: 'session', transport: 'sse', version: '2025-11-25' },
  { era: 'stateless', transport: 'stdio', version: '2026-07-28' },
  { era: 'stateless', transport: 'http', version: '2026-07-28' },
] as const;

const settingsOf = ({ url, command }: ReferenceServer, transport: string): Partial<ServerSettings> => ({
  ...(url !== undefined && { url, transport: transport === 'sse' ? 'sse' : 'http' }),
  ...(command !== undefined && { command }),
});

function request(method: string, params: JsonObject): UpstreamRequest {
  return { method, params, peer: peer(), signal: new AbortController().signal, progress: false };
}

function textOf(answer: UpstreamAnswer): string {
  if (answer.kind !== 'result') throw new Error(`no result: ${JSON.stringify(answer)}`);
  const [first] = answer.result['content'] as { text: string }[];
  return first?.text ?? '';
}

describe.each(cells)('a $era server on $transport', ({ era, transport, version }) => {
  async function connected(): Promise<CountedUpstream> {
    const reference = await startReferenceServer({ era, transport });
    onTestFinished(() => reference.close());
    const server = upstream(settingsOf(reference, transport));
    expect(await server.ready(20_000), server.problem).toBe(true);
    return server;
  }

  test('is spoken to in its era, and its lists are read', async () => {
    const { listing } = await connected();
    expect(listing).toMatchObject({
      protocol_version: version,
      server_info: { name: 'remit-reference-server' },
    });
    expect(listing?.tools.map((tool) => tool.name)).toContain('test_structured_output');
    expect(listing?.resources.map(({ uri }) => uri)).toContain('test://static-text');
    expect(listing?.resource_templates).toHaveLength(1);
    expect(listing?.prompts.map(({ name }) => name)).toContain('test_simple_prompt');
    expect(listing?.left_out).toEqual([]);
  });

  test('answers tools, resources, prompts and completion', async () => {
    const server = await connected();
    const weather = await server.request(toolCall('test_structured_output', { city: 'Graz' }));
    expect(weather).toMatchObject({ kind: 'result', result: { structuredContent: { city: 'Graz' } } });
    const read = await server.request(request('resources/read', { uri: 'test://static-text' }));
    expect(read).toMatchObject({ kind: 'result', result: { contents: [{ uri: 'test://static-text' }] } });
    const prompt = await server.request(request('prompts/get', { name: 'test_simple_prompt' }));
    expect(prompt).toMatchObject({ kind: 'result', result: { messages: [{ role: 'user' }] } });
    const ref = { type: 'ref/prompt', name: 'test_prompt_with_arguments' };
    const completed = await server.request(
      request('completion/complete', { ref, argument: { name: 'arg1', value: 'par' } }),
    );
    expect(completed).toMatchObject({
      kind: 'result',
      result: { completion: { values: ['paris', 'parma'] } },
    });
  });

  test('its error is passed on as an error', async () => {
    const server = await connected();
    const answer = await server.request(request('resources/read', { uri: 'test://nowhere' }));
    expect(answer).toMatchObject({ kind: 'error', error: { code: era === 'session' ? -32002 : -32602 } });
  });

  test.each([
    [
      'elicitation by form',
      'test_elicitation',
      { message: 'Colour?' },
      { action: 'accept', content: { response: 'blue' } },
      'blue',
    ],
    ['elicitation by url', 'test_elicitation_url', {}, { action: 'accept' }, 'accept'],
    [
      'sampling',
      'test_sampling',
      { prompt: 'Hi' },
      { role: 'assistant', model: 'm', content: { type: 'text', text: 'Ho' } },
      'Ho',
    ],
    ['roots', 'test_roots', {}, { roots: [{ uri: 'file:///here', name: 'here' }] }, 'file:///here'],
  ] as [string, string, JsonObject, JsonObject, string][])(
    '%s is carried to the agent of the call, and its answer back',
    async (_, tool, args, response, expected) => {
      const server = await connected();
      const answer = (requests: InputRequests): InputResponses =>
        Object.fromEntries(Object.keys(requests).map((key) => [key, response]));
      const asking = peer({ answer });
      expect(textOf(await server.request(toolCall(tool, args, { peer: asking })))).toContain(expected);
      expect(asking.asked).toHaveLength(1);
    },
  );

  test('progress reaches the agent that asked for it, without our token', async () => {
    const server = await connected();
    const watching = peer();
    const answer = await server.request(
      toolCall('test_tool_with_progress', {}, { peer: watching, progress: true }),
    );
    expect(textOf(answer)).not.toBe('none');
    const progress = watching.notifications.map(({ params }) => params?.['progress']);
    expect(progress).toEqual([0, 50, 100]);
    expect(watching.notifications[0]?.params).not.toHaveProperty('progressToken');
  });

  test('no progress is asked for where the agent did not', async () => {
    const server = await connected();
    const token = await server.request(
      toolCall(
        'test_tool_with_progress',
        {},
        { params: { name: 'test_tool_with_progress', _meta: { progressToken: 7 } } },
      ),
    );
    expect(textOf(token)).toBe('none');
  });

  test('log messages reach the agent that asked for that level, and no other', async () => {
    const server = await connected();
    const [curious, silent, strict] = [peer({ log_level: 'debug' }), peer(), peer({ log_level: 'error' })];
    for (const asking of [curious, silent, strict]) {
      await server.request(toolCall('test_tool_with_logging', {}, { peer: asking }));
    }
    expect(curious.notifications.map(({ method }) => method)).toEqual(Array(3).fill('notifications/message'));
    expect(silent.notifications).toEqual([]);
    expect(strict.notifications).toEqual([]);
  });

  test('a cancelled call ends at once, and the server is told', async () => {
    const server = await connected();
    const controller = new AbortController();
    const waiting = peer({ onNotification: () => controller.abort() });
    const call = toolCall(
      'test_slow',
      { marker: 'one' },
      { peer: waiting, progress: true, signal: controller.signal },
    );
    expect(await server.request(call)).toMatchObject({ kind: 'failed', reason: 'cancelled', sent: true });
    const seen = await waitFor(async () => {
      const observed = textOf(await server.request(toolCall('test_observations', {})));
      return observed.includes('"cancelled":["one"]') && observed;
    });
    expect(seen).toContain('"started":["one"]');
  });

  test.each(['tool', 'prompt', 'resource'] as const)('a changed list of %ss is read anew', async (list) => {
    const server = await connected();
    const lengths = (): number[] => {
      const { tools, prompts, resources } = server.listing ?? { tools: [], prompts: [], resources: [] };
      return [tools.length, prompts.length, resources.length];
    };
    const before = lengths();
    const changed = new Promise<void>((resolve) => {
      server.subscribe((event) => event.type === `${list}s_changed` && resolve());
    });
    await server.watch('test://watched-resource');
    await server.request(toolCall(`test_trigger_${list}_change`, {}));
    await changed;
    await waitFor(() => lengths().toString() !== before.toString());
    expect(lengths().reduce((a, b) => a + b)).toBe(before.reduce((a, b) => a + b) - 1);
  });

  test('the updates of a watched resource are told', async () => {
    const server = await connected();
    const updated: string[] = [];
    server.subscribe((event) => event.type === 'resource_updated' && updated.push(event.uri));
    await server.watch('test://watched-resource');
    await server.request(toolCall('test_update_resource', { uri: 'test://watched-resource' }));
    await waitFor(() => updated.length > 0);
    expect(updated).toEqual(['test://watched-resource']);
  });
});
