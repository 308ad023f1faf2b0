/** The official client of the tasks extension (npm `@modelcontextprotocol/ext-tasks`) against the gateway. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  createApplicationInputHandler,
  createTaskSessionFromClient,
  resultFromTaskOutcome,
} from '@modelcontextprotocol/ext-tasks/client';
import type { RawClientDispatch } from '@modelcontextprotocol/ext-tasks/client';
import { isJsonObject, type JsonObject } from '@remit/contracts';
import { expect, it, onTestFinished } from 'vitest';
import { text } from './fake-upstream.ts';
import { fixture, keys, rpc, send } from './fixture.ts';

const version = '2026-07-28';
const clientInfo = { name: 'test', version: '1.0.0' };
const capabilities = { elicitation: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } };

/** The way around the SDK's own codecs, which know no tasks; the headers are for the host to add. */
function dispatchTo(url: string): RawClientDispatch {
  return async (request) => {
    const message = request as JsonObject & { method: string; params: JsonObject };
    const named = message.params['taskId'] ?? message.params['name'];
    const { body } = await send(url, rpc(message.method, message.params), {
      'mcp-protocol-version': version,
      'mcp-method': message.method,
      ...(typeof named === 'string' && { 'mcp-name': named }),
    });
    const { result, error } = body;
    if (isJsonObject(error)) return { kind: 'error', error: { code: -32603, message: '', ...error } };
    return { kind: 'result', result: result ?? null };
  };
}

it('drives a task with input to its result', async () => {
  const { url, crm, story } = await fixture();
  crm.behaviours.set('lookup', async ({ peer }) => {
    await peer.tasks?.created({ poll_interval_ms: 20, status_message: 'at work' });
    const params = { mode: 'form', message: 'Who?', requestedSchema: { type: 'object', properties: {} } };
    return text(JSON.stringify(await peer.ask({ request: { method: 'elicitation/create', params } })));
  });
  const client = new Client(clientInfo, { capabilities, versionNegotiation: { mode: { pin: version } } });
  const requestInit = { headers: { authorization: `Bearer ${keys.support}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  onTestFinished(() => client.close());
  const session = createTaskSessionFromClient(client, {
    endpointId: 'remit',
    rawDispatch: dispatchTo(url),
    v2RequestFraming: { protocolVersion: version, clientInfo, clientCapabilities: capabilities },
    onInputRequest: createApplicationInputHandler({
      elicitation: () => ({ action: 'accept', content: { name: 'Ada' } }),
      sampling: () => Promise.reject(new Error('this client does not sample')),
      roots: () => ({ roots: [] }),
    }),
  });
  const execution = await session.callTool('lookup', { value: 'a' });
  expect(execution.kind).toBe('task');
  const { outcome } = await execution.settle();
  expect(resultFromTaskOutcome(outcome)).toMatchObject({
    content: [{ text: JSON.stringify({ request: { action: 'accept', content: { name: 'Ada' } } }) }],
  });
  expect(story().at(-1)).toBe('outcome tool_invoke success');
  await session.close();
});
