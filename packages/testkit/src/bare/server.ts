/**
 * MCP at message level, with tools only and without an SDK: for servers that must cost next to
 * nothing (the benchmark's upstream), write down what they do, or misbehave. Both eras.
 */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject, JsonValue } from '@remit/contracts';

export interface BareTool {
  definition: { name: string; description: string; inputSchema: JsonObject; annotations?: JsonObject };
  /** Answers with a CallToolResult. */
  run(args: JsonObject): JsonObject | Promise<JsonObject>;
}

/** A JSON-RPC message in, its answer out; undefined for notifications and responses. */
export type Answering = (message: JsonValue) => JsonObject | undefined | Promise<JsonObject | undefined>;

export const statelessVersion = '2026-07-28';
const sessionVersions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

const versionKey = 'io.modelcontextprotocol/protocolVersion';
const infoKey = 'io.modelcontextprotocol/serverInfo';

export function bareServer(name: string, tools: readonly BareTool[]): Answering {
  const serverInfo = { name, version: '1.0.0' };
  const capabilities = { tools: {} };
  const listing = tools.map((tool) => tool.definition);

  const discovery = { supportedVersions: [statelessVersion], capabilities, _meta: { [infoKey]: serverInfo } };

  const resultOf = (method: string, params: JsonObject): JsonObject | Promise<JsonObject> => {
    switch (method) {
      case 'tools/call':
        return call(tools, params);
      case 'tools/list':
        return { tools: listing, ttlMs: 60_000, cacheScope: 'public' };
      case 'server/discover':
        return { ...discovery, ttlMs: 60_000, cacheScope: 'public' };
      case 'initialize':
        return { protocolVersion: agreedVersion(params['protocolVersion']), capabilities, serverInfo };
      case 'ping':
        return {};
      default:
        throw new RpcFailure(-32601, `Method not found: ${method}`);
    }
  };

  return (message) => {
    if (!isJsonObject(message) || typeof message['method'] !== 'string' || message['id'] === undefined)
      return undefined;
    const id = message['id'];
    const params = isJsonObject(message['params']) ? message['params'] : {};
    const wrap = (result: JsonObject): JsonObject => ({ jsonrpc: '2.0', id, result: inEra(result, params) });
    try {
      const result = resultOf(message['method'], params);
      return result instanceof Promise
        ? result.then(wrap, (error: unknown) => failure(id, error))
        : wrap(result);
    } catch (error) {
      return failure(id, error);
    }
  };
}

class RpcFailure extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

function call(tools: readonly BareTool[], params: JsonObject): JsonObject | Promise<JsonObject> {
  const tool = tools.find((candidate) => candidate.definition.name === params['name']);
  if (!tool) throw new RpcFailure(-32602, `Unknown tool: ${JSON.stringify(params['name'])}`);
  return tool.run(isJsonObject(params['arguments']) ? params['arguments'] : {});
}

/** Results of the stateless era say what they are (MCP 2026-07-28 basic, "Result"). */
function inEra(result: JsonObject, params: JsonObject): JsonObject {
  const meta = params['_meta'];
  const stateless = isJsonObject(meta) && meta[versionKey] !== undefined;
  return stateless ? { resultType: 'complete', ...result } : result;
}

function agreedVersion(asked: JsonValue | undefined): string {
  const [latest = statelessVersion] = sessionVersions;
  return typeof asked === 'string' && sessionVersions.includes(asked) ? asked : latest;
}

function failure(id: JsonValue, error: unknown): JsonObject {
  const code = error instanceof RpcFailure ? error.code : -32603;
  return {
    jsonrpc: '2.0',
    id,
    error: { code, message: error instanceof Error ? error.message : String(error) },
  };
}
