/** The stdio relay between the official clients and a gateway, and raw lines where clients would not go. */
import { PassThrough } from 'node:stream';
import { Client as ClientV2, ReadBuffer, serializeMessage } from '@modelcontextprotocol/client';
import type { JsonObject } from '@remit/contracts';
import { waitFor } from '@remit/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { relayStdio } from '../../src/stdio-relay.ts';
import { text } from './fake-upstream.ts';
import { fixture, keys, modern, rpc } from './fixture.ts';

/** A relay whose ends are streams of this process. */
function relay(url: string, key: string = keys.support) {
  const input = new PassThrough();
  const output = new PassThrough();
  const ended = relayStdio({ url, key, input, output, bounds: { drain_ms: 200 } });
  const lines: JsonObject[] = [];
  let rest = '';
  output.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((line) => JSON.parse(line) as JsonObject));
  });
  onTestFinished(async () => {
    input.end();
    await ended;
  });
  const say = (message: JsonObject | string) => {
    input.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
  };
  const answer = (id: unknown) =>
    waitFor(() => lines.find((line) => line['id'] === id && !('method' in line)));
  return { input, output, lines, say, answer, ended };
}

const initialize = () =>
  rpc('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: { elicitation: {} },
    clientInfo: { name: 't', version: '1' },
  });

describe('a client of the 2025 era on stdio', () => {
  it('calls, is asked, and hears of changes', async () => {
    const { url, crm } = await fixture();
    const { say, answer, lines } = relay(url);
    const begin = initialize();
    say(begin);
    expect((await answer(begin.id))['result']).toMatchObject({ protocolVersion: '2025-11-25' });
    say({ jsonrpc: '2.0', method: 'notifications/initialized' });
    crm.behaviours.set('lookup', async ({ peer }) => {
      const answers = await peer.ask({
        who: { method: 'elicitation/create', params: { message: 'Who?', requestedSchema: {} } },
      });
      return text(JSON.stringify(answers));
    });
    const call = rpc('tools/call', { name: 'lookup' });
    say(call);
    const asked = await waitFor(() => lines.find((line) => line['method'] === 'elicitation/create'));
    say({ jsonrpc: '2.0', id: asked['id'] ?? 0, result: { action: 'cancel' } });
    expect(JSON.stringify((await answer(call.id))['result'])).toContain('cancel');
    await waitFor(() => {
      crm.change('tools');
      return lines.some((line) => line['method'] === 'notifications/tools/list_changed');
    });
  });

  it('goes on when the gateway has forgotten its session', async () => {
    const { url, gateway, crm } = await fixture({ bounds: { sessions_per_agent_max: 1 } });
    const { say, answer } = relay(url);
    const begin = initialize();
    say(begin);
    await answer(begin.id);
    const other = relay(url);
    const second = initialize();
    other.say(second);
    await other.answer(second.id);
    const call = rpc('tools/call', { name: 'lookup' });
    say(call);
    expect(await answer(call.id)).toHaveProperty('result');
    expect(crm.asked).toHaveLength(1);
    expect(gateway.address).toBeDefined();
  });

  it('cancels', async () => {
    const { url, crm, story } = await fixture();
    const { say, answer } = relay(url);
    const begin = initialize();
    say(begin);
    await answer(begin.id);
    crm.behaviours.set(
      'lookup',
      ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () =>
            resolve({ kind: 'failed', reason: 'cancelled', sent: true, message: '' }),
          );
        }),
    );
    const call = rpc('tools/call', { name: 'lookup' });
    say(call);
    await waitFor(() => crm.asked.length === 1);
    say({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: call.id } });
    await waitFor(() => story().includes('outcome tool_invoke cancelled'));
  });
});

describe('a client of 2026-07-28 on stdio', () => {
  it('is given the headers that HTTP wants, those of parameters too', async () => {
    const { url, crm } = await fixture();
    const { say, answer } = relay(url);
    const { body } = modern('tools/call', { name: 'export', arguments: { region: 'Zürich', count: 3 } });
    say(body);
    expect((await answer(body.id))['result']).toMatchObject({ resultType: 'complete' });
    expect(crm.asked[0]?.params['arguments']).toEqual({ region: 'Zürich', count: 3 });
  });

  it('has tasks, and is told of them', async () => {
    const { url, crm } = await fixture();
    const { say, answer, lines } = relay(url);
    const finish = Promise.withResolvers<void>();
    crm.behaviours.set('lookup', async ({ peer }) => {
      await peer.tasks?.created({ poll_interval_ms: 1 });
      await finish.promise;
      return text('done');
    });
    const capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
    const { body: call } = modern('tools/call', { name: 'lookup' }, { capabilities });
    say(call);
    const { taskId } = (await answer(call.id))['result'] as { taskId: string };
    const { body: listen } = modern(
      'subscriptions/listen',
      { notifications: { taskIds: [taskId] } },
      { capabilities },
    );
    say(listen);
    await waitFor(() => lines.some((line) => line['method'] === 'notifications/tasks'));
    finish.resolve();
    await waitFor(() => lines.some((line) => JSON.stringify(line).includes('"completed"')));
    const { body: get } = modern('tasks/get', { taskId }, { capabilities });
    say(get);
    expect((await answer(get.id))['result']).toMatchObject({ result: { content: [{ text: 'done' }] } });
  });

  it('is asked for input, and sees the errors that the listener gives', async () => {
    const { url, crm } = await fixture();
    const { say, answer } = relay(url);
    crm.behaviours.set('lookup', async ({ peer }) => {
      await peer.ask({
        who: { method: 'elicitation/create', params: { message: 'Who?', requestedSchema: {} } },
      });
      return text('done');
    });
    const { body } = modern('tools/call', { name: 'lookup' }, { capabilities: { elicitation: {} } });
    say(body);
    expect((await answer(body.id))['result']).toMatchObject({ resultType: 'input_required' });
    const { body: unknown } = modern('unknown/method');
    say(unknown);
    expect((await answer(unknown.id))['error']).toMatchObject({ code: -32601 });
  });

  it('cancels with a notification', async () => {
    const { url, crm, story } = await fixture();
    const { say } = relay(url);
    crm.behaviours.set(
      'lookup',
      ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () =>
            resolve({ kind: 'failed', reason: 'cancelled', sent: true, message: '' }),
          );
        }),
    );
    const { body } = modern('tools/call', { name: 'lookup' });
    say(body);
    await waitFor(() => crm.asked.length === 1);
    say({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: body.id } });
    await waitFor(() => story().includes('outcome tool_invoke cancelled'));
  });

  it('is the official one', async () => {
    const { url } = await fixture();
    const { input, output } = relay(url);
    const client = new ClientV2(
      { name: 't', version: '1' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    const buffer = new ReadBuffer();
    const transport: Parameters<typeof client.connect>[0] = {
      start: async () => {
        output.on('data', (chunk: Buffer) => {
          buffer.append(chunk);
          for (let message = buffer.readMessage(); message; message = buffer.readMessage())
            transport.onmessage?.(message);
        });
      },
      send: async (message) => void input.write(serializeMessage(message)),
      close: async () => undefined,
    };
    await client.connect(transport);
    expect((await client.listTools()).tools).toHaveLength(7);
    expect(await client.callTool({ name: 'lookup' })).toHaveProperty('content');
  });
});

describe('the relay', () => {
  it('answers what is no message, and a wrong key, with an error', async () => {
    const { url } = await fixture();
    const { say, lines } = relay(url);
    say('{"jsonrpc":');
    await waitFor(() => lines.length === 1);
    expect(lines[0]).toMatchObject({ error: { code: -32700 } });
    const foreign = relay(url, 'remit_wrong');
    const begin = initialize();
    foreign.say(begin);
    expect((await foreign.answer(begin.id))['error']).toMatchObject({ code: -31001 });
  });

  it('says so where nothing listens', async () => {
    const { say, answer } = relay('http://127.0.0.1:9/mcp');
    const begin = initialize();
    say(begin);
    const { error } = await answer(begin.id);
    expect(error).toMatchObject({
      code: -32603,
      message: expect.stringMatching(/^Remit cannot be reached: /) as string,
    });
  });

  it('ends with its input, after what was asked has been answered', async () => {
    const { url, crm } = await fixture();
    const { say, input, ended, lines } = relay(url);
    const held = Promise.withResolvers<void>();
    crm.behaviours.set('lookup', () => held.promise.then(() => text('done')));
    const { body } = modern('tools/call', { name: 'lookup' });
    say(body);
    await waitFor(() => crm.asked.length === 1);
    input.end();
    held.resolve();
    await ended;
    expect(lines.at(-1)).toMatchObject({ id: body.id, result: { resultType: 'complete' } });
  });
});
