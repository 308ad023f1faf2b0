/** The official client of SDK v1: MCP 2025-11-25, with initialize and sessions. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import * as mcp from '@modelcontextprotocol/sdk/types.js';
import { answers, clientCapabilities, clientInfo, filledForm, toolAnswer } from './agent.ts';
import type { Endpoint, TestAgent } from './agent.ts';
import { catalogOf } from './catalog.ts';
import { requestOptions, transportTo } from './connection.ts';

const transports = {
  stdio: StdioClientTransport,
  sse: SSEClientTransport,
  http: StreamableHTTPClientTransport,
};

export async function connectSessionAgent(endpoint: Endpoint): Promise<TestAgent> {
  const client = new Client(clientInfo, { capabilities: clientCapabilities });
  const changes: string[] = [];
  const logs: string[] = [];
  answerRequests(client);
  noteNotifications(client, changes, logs);
  await client.connect(transportTo<Transport>(endpoint, transports));
  return {
    changes,
    logs,
    ...catalogOf(client),
    call: async (name, args = {}, options = {}) =>
      toolAnswer.parse(await client.callTool({ name, arguments: args }, undefined, requestOptions(options))),
    // Changes of lists come unasked in this era.
    watch: async (uri) => void (await client.subscribeResource({ uri })),
    wantLogs: async () => void (await client.setLoggingLevel('debug')),
  };
}

function answerRequests(client: Client): void {
  client.setRequestHandler(mcp.ElicitRequestSchema, ({ params }) =>
    params.mode === 'url' ? answers.page : filledForm(params),
  );
  client.setRequestHandler(mcp.CreateMessageRequestSchema, () => answers.sampling);
  client.setRequestHandler(mcp.ListRootsRequestSchema, () => ({ roots: [...answers.roots.roots] }));
}

function noteNotifications(client: Client, changes: string[], logs: string[]): void {
  client.fallbackNotificationHandler = ({ method, params }) => {
    if (method === 'notifications/message') logs.push(String(params?.['data']));
    else if (method === 'notifications/resources/updated')
      changes.push(`${method} ${String(params?.['uri'])}`);
    else changes.push(method);
    return Promise.resolve();
  };
}
