/** The official client of SDK v2, pinned to MCP 2026-07-28: no sessions, subscriptions by `listen`. */
import {
  Client,
  LOG_LEVEL_META_KEY,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import type { Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { answers, clientCapabilities, clientInfo, filledForm, toolAnswer } from './agent.ts';
import type { Endpoint, TestAgent } from './agent.ts';
import { catalogOf } from './catalog.ts';
import { requestOptions, transportTo } from './connection.ts';

const transports = {
  stdio: StdioClientTransport,
  sse: SSEClientTransport,
  http: StreamableHTTPClientTransport,
};

export async function connectStatelessAgent(endpoint: Endpoint): Promise<TestAgent> {
  const client = new Client(clientInfo, {
    capabilities: clientCapabilities,
    versionNegotiation: { mode: { pin: '2026-07-28' } },
  });
  const changes: string[] = [];
  const logs: string[] = [];
  let meta: Record<string, string> | undefined;
  answerRequests(client);
  noteNotifications(client, changes, logs);
  await client.connect(transportTo<Transport>(endpoint, transports));
  return {
    changes,
    logs,
    ...catalogOf(client),
    call: async (name, args = {}, options = {}) => {
      const parameters = { name, arguments: args, ...(meta && { _meta: meta }) };
      return toolAnswer.parse(await client.callTool(parameters, requestOptions(options)));
    },
    watch: async (uri) => {
      const lists = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
      await client.listen({ ...lists, resourceSubscriptions: [uri] });
    },
    wantLogs: () => {
      meta = { [LOG_LEVEL_META_KEY]: 'debug' };
      return Promise.resolve();
    },
  };
}

function answerRequests(client: Client): void {
  client.setRequestHandler('elicitation/create', ({ params }) =>
    params.mode === 'url' ? answers.page : filledForm(params),
  );
  client.setRequestHandler('sampling/createMessage', () => answers.sampling);
  client.setRequestHandler('roots/list', () => ({ roots: [...answers.roots.roots] }));
}

const listChanges = [
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
] as const;

function noteNotifications(client: Client, changes: string[], logs: string[]): void {
  for (const method of listChanges) client.setNotificationHandler(method, () => void changes.push(method));
  client.setNotificationHandler('notifications/resources/updated', ({ method, params }) => {
    changes.push(`${method} ${params.uri}`);
  });
  client.setNotificationHandler('notifications/message', ({ params }) => void logs.push(String(params.data)));
}
