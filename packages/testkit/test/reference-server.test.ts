/** The reference servers answer the official client of their own era on every transport. */
import { Client as StatelessClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport as StatelessStdio } from '@modelcontextprotocol/client/stdio';
import { Client as SessionClient } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as SessionHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { startReferenceServer, waitFor } from '@remit/testkit';
import type { ReferenceServer } from '@remit/testkit';
import { describe, expect, test } from 'vitest';

const identity = { name: 'test', version: '1' };

function stdioParameters({ command }: ReferenceServer): { command: string; args: string[] } {
  const [program = '', ...args] = command ?? [];
  return { command: program, args };
}

function sessionTransport(server: ReferenceServer, kind: string): Transport {
  if (kind === 'stdio') return new StdioClientTransport(stdioParameters(server));
  const url = new URL(server.url ?? '');
  return kind === 'sse' ? new SSEClientTransport(url) : new SessionHttp(url);
}

describe.each(['http', 'sse', 'stdio'] as const)('the session-era server on %s', (transport) => {
  test('lists, calls, and tells of changes and cancellations', async () => {
    const server = await startReferenceServer({ era: 'session', transport });
    const client = new SessionClient(identity);
    const changes: string[] = [];
    client.fallbackNotificationHandler = ({ method }) => Promise.resolve(void changes.push(method));
    await client.connect(sessionTransport(server, transport));
    try {
      const { tools } = await client.listTools();
      expect(tools.map((tool) => tool.name)).toContain('test_structured_output');
      const answer = await client.callTool({ name: 'test_structured_output', arguments: { city: 'Graz' } });
      expect(answer.structuredContent).toEqual({ city: 'Graz', temperature_celsius: 21.5 });
      await client.callTool({ name: 'test_trigger_prompt_change' });
      await waitFor(() => changes.includes('notifications/prompts/list_changed'));
      expect(await cancelOne(client)).toEqual({ started: ['one'], cancelled: ['one'] });
    } finally {
      await client.close();
      await server.close();
    }
  });
});

async function cancelOne(client: SessionClient): Promise<unknown> {
  const controller = new AbortController();
  const slow = client.callTool({ name: 'test_slow', arguments: { marker: 'one' } }, undefined, {
    signal: controller.signal,
    onprogress: () => controller.abort('enough'),
  });
  await expect(slow).rejects.toThrow('enough');
  return waitFor(async () => {
    const { structuredContent } = await client.callTool({ name: 'test_observations' });
    const seen = structuredContent as { cancelled: string[] };
    return seen.cancelled.length > 0 ? seen : undefined;
  });
}

describe.each(['http', 'stdio'] as const)('the stateless-era server on %s', (transport) => {
  test('lists, calls and asks', async () => {
    const server = await startReferenceServer({ era: 'stateless', transport });
    const client = new StatelessClient(identity, {
      capabilities: { elicitation: {} },
      versionNegotiation: { mode: { pin: '2026-07-28' } },
    });
    client.setRequestHandler('elicitation/create', () => ({
      action: 'accept',
      content: { response: 'blue' },
    }));
    await client.connect(
      transport === 'stdio'
        ? new StatelessStdio(stdioParameters(server))
        : new StreamableHTTPClientTransport(new URL(server.url ?? '')),
    );
    try {
      const { tools } = await client.listTools();
      expect(tools.map((tool) => tool.name)).toContain('test_missing_capability');
      const answer = await client.callTool({ name: 'test_elicitation', arguments: { message: 'Colour?' } });
      expect(JSON.stringify(answer.content)).toContain('blue');
    } finally {
      await client.close();
      await server.close();
    }
  });
});
