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
  CallToolResult,
  InputRequests,
  InputRequiredResult,
  ServerContext,
  StandardSchemaWithJSON,
} from '@modelcontextprotocol/server';
import { isAsked } from './asked.ts';
import { isDeferred } from './call.ts';
import type { Asked } from './asked.ts';
import type { Call, Deferred } from './call.ts';
import {
  capabilities,
  findPrompt,
  findTool,
  listTools,
  promptDefinitions,
  serverInfo,
  toolDefinitions,
} from './definition.ts';
import { complete } from './prompts.ts';
import { listResources, readResource, resourceTemplates } from './resources.ts';
import type { ReferenceState } from './state.ts';
import { missingTasks, serveTasks, takesTasks, tasksExtension } from './stateless-tasks.ts';
import type { ObjectSchema, ReferenceTool } from './tool.ts';

/** Seals what a tool wants to keep between rounds; a changed seal is refused by the SDK. */
const codec = createRequestStateCodec<JsonObject>({ key: randomBytes(32) });

const cache = { ttlMs: 300_000, cacheScope: 'public' } as const;

export function statelessServer(state: ReferenceState): McpServer {
  const server = new McpServer(serverInfo, {
    capabilities: { ...capabilities, extensions: { [tasksExtension]: {} } },
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
  for (const tool of listTools('stateless', state)) registerTool(server, tool);
  serveCalls(server, state);
  // What is listed is the definition itself, not what the SDK would make of it.
  server.server.setRequestHandler('tools/list', () => ({ tools: toolDefinitions('stateless', state) }));
  servePrompts(server, state);
  serveResources(server, state);
  serveTasks(server, state);
  server.server.setRequestHandler('completion/complete', (request) =>
    complete(request.params.argument.value),
  );
  return server;
}

/** Registered with the SDK, because it checks mirrored headers by the registered schema. */
function registerTool(server: McpServer, { definition }: ReferenceTool): void {
  const { name, inputSchema } = definition;
  server.registerTool(name, { inputSchema: schemaOf(inputSchema) }, () => {
    throw new Error('calls are served below');
  });
}

function schemaOf(schema: ObjectSchema): StandardSchemaWithJSON<JsonObject, JsonObject> {
  return fromJsonSchema<JsonObject>(schema);
}

/** Not by the SDK's own handler, which makes a tool error of every protocol error. */
function serveCalls({ server }: McpServer, state: ReferenceState): void {
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const tool = findTool('stateless', state, params.name);
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
    const call = statelessCall(context, state);
    if (tool.task_required && !takesTasks(call)) throw missingTasks();
    try {
      return await callTool(tool, jsonObject(params.arguments), call);
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      return { isError: true, content: [{ type: 'text', text: messageOf(error) }] };
    }
  });
}

async function callTool(
  tool: ReferenceTool,
  args: JsonObject,
  call: Call,
): Promise<CallToolResult | InputRequiredResult> {
  const checked = await schemaOf(tool.definition.inputSchema)['~standard'].validate(args);
  if (checked.issues) throw new Error(`Invalid arguments for tool ${tool.definition.name}`);
  const reply = await tool.run(args, call);
  if (!isDeferred(reply)) return replied(reply);
  // An extended result: the SDK writes its `resultType` as it is.
  if (takesTasks(call)) return asTask(reply, call) as CallToolResult;
  return replied(await reply.defer(call));
}

/** Progress and log messages do not exist for tasks ("Task Status Notifications"). */
function asTask(deferred: Deferred, call: Call): JsonObject {
  const nothing = (): Promise<void> => Promise.resolve();
  return call.server.tasks.create(async (round) =>
    deferred.defer({ ...call, ...round, progress: nothing, log: nothing }),
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function jsonObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
