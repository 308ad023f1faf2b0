/** The reference server in the stateless era (2026-07-28), on SDK v2: one instance a request. */
import { randomBytes } from 'node:crypto';
import { isJsonObject } from '@remit/contracts';
import type { JsonObject } from '@remit/contracts';
import {
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';
import type {
  InputRequests,
  InputRequiredResult,
  JsonSchemaType,
  ServerContext,
} from '@modelcontextprotocol/server';
import { isAsked } from './call.ts';
import type { Asked, Call } from './call.ts';
import {
  capabilities,
  findPrompt,
  listTools,
  promptDefinitions,
  serverInfo,
  toolDefinitions,
} from './definition.ts';
import { complete } from './prompts.ts';
import { listResources, readResource, resourceTemplates } from './resources.ts';
import type { ReferenceState } from './state.ts';
import type { ReferenceTool } from './tool.ts';

/** Seals what a tool wants to keep between rounds; a changed seal is refused by the SDK. */
const codec = createRequestStateCodec<JsonObject>({ key: randomBytes(32) });

const cache = { ttlMs: 300_000, cacheScope: 'public' } as const;

export function statelessServer(state: ReferenceState): McpServer {
  const server = new McpServer(serverInfo, {
    capabilities,
    requestState: { verify: (sealed, context) => codec.verify(sealed, context) },
    cacheHints: {
      'tools/list': cache,
      'prompts/list': cache,
      'resources/list': cache,
      'resources/templates/list': cache,
      'resources/read': { ttlMs: 300_000, cacheScope: 'private' },
      'server/discover': cache,
    },
  });
  for (const tool of listTools('stateless', state)) registerTool(server, state, tool);
  // What is listed is the definition itself, not what the SDK would make of it.
  server.server.setRequestHandler('tools/list', () => ({ tools: toolDefinitions('stateless', state) }));
  servePrompts(server, state);
  serveResources(server, state);
  server.server.setRequestHandler('completion/complete', (request) =>
    complete(request.params.argument.value),
  );
  return server;
}

/** Registered with the SDK, because it checks arguments and mirrored headers by the registered schema. */
function registerTool(server: McpServer, state: ReferenceState, tool: ReferenceTool): void {
  const { name, inputSchema, outputSchema } = tool.definition;
  server.registerTool(
    name,
    {
      inputSchema: fromJsonSchema<JsonObject>(inputSchema as JsonSchemaType),
      ...(outputSchema && { outputSchema: fromJsonSchema<JsonObject>(outputSchema as JsonSchemaType) }),
    },
    async (args, context) => replied(await tool.run(args, statelessCall(context, state))),
  );
}

function servePrompts({ server }: McpServer, state: ReferenceState): void {
  server.setRequestHandler('prompts/list', () => ({ prompts: promptDefinitions(state) }));
  server.setRequestHandler('prompts/get', async ({ params }, context) => {
    const prompt = findPrompt(state, params.name);
    if (!prompt) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${params.name}`);
    return replied(prompt.run(params.arguments ?? {}, statelessCall(context, state)));
  });
}

function serveResources({ server }: McpServer, state: ReferenceState): void {
  server.setRequestHandler('resources/list', () => ({ resources: listResources(state) }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...resourceTemplates] }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) => {
    const found = readResource(uri, state);
    // SEP-2164: -32602 with the URI, where 2025-11-25 has a code of its own.
    if (!found) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Resource not found', { uri });
    return found;
  });
}

async function replied<Result extends object>(reply: Result | Asked): Promise<Result | InputRequiredResult> {
  if (!isAsked(reply)) return reply;
  return inputRequired({
    inputRequests: reply.ask as InputRequests,
    ...(reply.state && { requestState: await codec.mint(reply.state) }),
  });
}

function statelessCall({ mcpReq }: ServerContext, state: ReferenceState): Call {
  const progress_token = mcpReq._meta?.progressToken;
  return {
    era: 'stateless',
    capabilities: jsonObject(jsonObject(mcpReq.envelope)[CLIENT_CAPABILITIES_META_KEY]),
    signal: mcpReq.signal,
    progress_token,
    answers: jsonObject(mcpReq.inputResponses),
    state: mcpReq.requestState<JsonObject>(),
    server: state,
    progress: async (progress, total, message) => {
      if (progress_token === undefined) return;
      const params = { progressToken: progress_token, progress, total, message };
      await mcpReq.notify({ method: 'notifications/progress', params });
    },
    log: (level, data) => mcpReq.log(level, data),
    closeStream: () => undefined,
  };
}

function jsonObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
