/** The reference server in the session era (2025-11-25 and before), on SDK v1: one instance a session. */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject } from '@remit/contracts';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import * as mcp from '@modelcontextprotocol/sdk/types.js';
import { isAsked } from './asked.ts';
import { isDeferred } from './call.ts';
import type { Asked, InputRequest } from './asked.ts';
import type { Call } from './call.ts';
import {
  capabilities,
  findPrompt,
  findTool,
  promptDefinitions,
  serverInfo,
  toolDefinitions,
} from './definition.ts';
import { complete } from './prompts.ts';
import { listResources, readResource, resourceTemplates } from './resources.ts';
import type { ListName, ReferenceState } from './state.ts';

type Extra = RequestHandlerExtra<mcp.ServerRequest, mcp.ServerNotification>;

const rounds_max = 8;

interface Session {
  server: Server;
  state: ReferenceState;
  /** Messages below it are not sent. */
  log_level: mcp.LoggingLevel;
}

/** A server for one session; closing it ends its subscriptions. */
export function sessionServer(state: ReferenceState): Server {
  const server = new Server(serverInfo, { capabilities });
  const session: Session = { server, state, log_level: 'debug' };
  const subscriptions = new Set<string>();
  serveTools(session);
  servePrompts(session);
  serveResources(server, state, subscriptions);
  server.setRequestHandler(mcp.CompleteRequestSchema, (request) => complete(request.params.argument.value));
  server.setRequestHandler(mcp.SetLevelRequestSchema, ({ params }) => {
    session.log_level = params.level;
    return {};
  });
  announceChanges(server, state, subscriptions);
  return server;
}

function severity(level: mcp.LoggingLevel): number {
  return mcp.LoggingLevelSchema.options.indexOf(level);
}

function serveTools(session: Session): void {
  const { server, state } = session;
  server.setRequestHandler(mcp.ListToolsRequestSchema, () => ({ tools: toolDefinitions('session', state) }));
  server.setRequestHandler(mcp.CallToolRequestSchema, async ({ params }, extra) => {
    const tool = findTool('session', state, params.name);
    if (!tool) throw new mcp.McpError(mcp.ErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
    const args = jsonObject(params.arguments);
    try {
      return await answered(session, extra, async (call) => {
        const reply = await tool.run(args, call);
        return isDeferred(reply) ? reply.defer(call) : reply;
      });
    } catch (error) {
      return { isError: true, content: [{ type: 'text', text: messageOf(error) }] };
    }
  });
}

function servePrompts(session: Session): void {
  const { server, state } = session;
  server.setRequestHandler(mcp.ListPromptsRequestSchema, () => ({
    prompts: promptDefinitions(state),
  }));
  server.setRequestHandler(mcp.GetPromptRequestSchema, ({ params }, extra) => {
    const prompt = findPrompt(state, params.name);
    if (!prompt) throw new mcp.McpError(mcp.ErrorCode.InvalidParams, `Unknown prompt: ${params.name}`);
    const args = jsonObject(params.arguments);
    return answered(session, extra, (call) => prompt.run(args, call));
  });
}

/** MCP 2025-11-25 server/resources "Error Handling". */
const resourceNotFound = -32002;

function serveResources(server: Server, state: ReferenceState, subscriptions: Set<string>): void {
  server.setRequestHandler(mcp.ListResourcesRequestSchema, () => ({ resources: listResources(state) }));
  server.setRequestHandler(mcp.ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [...resourceTemplates],
  }));
  server.setRequestHandler(mcp.ReadResourceRequestSchema, ({ params: { uri } }) => {
    const found = readResource(uri, state);
    if (!found) throw new mcp.McpError(resourceNotFound, 'Resource not found', { uri });
    return found;
  });
  server.setRequestHandler(mcp.SubscribeRequestSchema, ({ params }) => {
    subscriptions.add(params.uri);
    return {};
  });
  server.setRequestHandler(mcp.UnsubscribeRequestSchema, ({ params }) => {
    subscriptions.delete(params.uri);
    return {};
  });
}

function announceChanges(server: Server, state: ReferenceState, subscriptions: Set<string>): void {
  const changed = (list: ListName): void => {
    ignoreClosed(server.notification({ method: `notifications/${list}/list_changed` }));
  };
  const updated = (uri: string): void => {
    if (subscriptions.has(uri)) ignoreClosed(server.sendResourceUpdated({ uri }));
  };
  state.events.on('list_changed', changed);
  state.events.on('resource_updated', updated);
  server.onclose = () => {
    state.events.off('list_changed', changed);
    state.events.off('resource_updated', updated);
  };
}

/** A client that has gone away in the meantime is no fault of the server. */
function ignoreClosed(sent: Promise<void>): void {
  sent.catch((error: unknown) => {
    process.stderr.write(`reference server: notification not sent: ${messageOf(error)}\n`);
  });
}

/** Runs the work, asks the client what it wants to know, and runs it again with the answers. */
async function answered<Result extends object>(
  session: Session,
  extra: Extra,
  run: (call: Call) => Result | Asked | Promise<Result | Asked>,
): Promise<Result> {
  let answers: JsonObject = {};
  let kept: JsonObject | undefined;
  for (let round = 0; round < rounds_max; round += 1) {
    const reply = await run(sessionCall(session, extra, answers, kept));
    if (!isAsked(reply)) return reply;
    answers = await askAll(session.server, extra, reply.ask);
    kept = reply.state;
  }
  throw new Error(`no answer after ${String(rounds_max)} rounds`);
}

async function askAll(server: Server, extra: Extra, ask: Asked['ask']): Promise<JsonObject> {
  const answers: JsonObject = {};
  for (const [key, request] of Object.entries(ask)) {
    requireCapability(server, request);
    const sent = mcp.ServerRequestSchema.parse({ params: {}, ...request });
    answers[key] = jsonObject(await extra.sendRequest(sent, mcp.ResultSchema));
  }
  return answers;
}

const neededCapability = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
} as const;

function requireCapability(server: Server, request: InputRequest): void {
  const needed = neededCapability[request.method];
  if (!server.getClientCapabilities()?.[needed]) throw new Error(`the client does not support ${needed}`);
}

function sessionCall(
  session: Session,
  extra: Extra,
  answers: JsonObject,
  kept: JsonObject | undefined,
): Call {
  const progress_token = extra._meta?.progressToken;
  return {
    era: 'session',
    capabilities: jsonObject(session.server.getClientCapabilities()),
    signal: extra.signal,
    progress_token,
    answers,
    state: kept,
    server: session.state,
    progress: async (progress, total, message) => {
      if (progress_token === undefined) return;
      const params = { progressToken: progress_token, progress, total, message };
      await extra.sendNotification({ method: 'notifications/progress', params });
    },
    log: async (level, data) => {
      if (severity(level) < severity(session.log_level)) return;
      // With the request that it belongs to; the server's own method sends it with none.
      await extra.sendNotification({ method: 'notifications/message', params: { level, data } });
    },
    closeStream: () => extra.closeSSEStream?.(),
  };
}

function jsonObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
