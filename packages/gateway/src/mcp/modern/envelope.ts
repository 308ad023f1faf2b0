/** What every 2026-07-28 request says of itself, in `_meta` and again in headers. */
import { isJsonObject, type Bounds, type JsonObject } from '@remit/contracts';
import { header, type McpHttpRequest } from '../http-request.ts';
import { isLogLevel } from '../log-level.ts';
import type { RequestMessage } from '../message.ts';
import { metaOf } from '../params.ts';
import { RpcFault, rpcCodes } from '../rpc-fault.ts';
import { isModern, metaKeys, modernVersions, type ModernVersion } from '../versions.ts';
import { decodeHeader } from './header-value.ts';

export interface Envelope {
  version: ModernVersion;
  capabilities: JsonObject;
  logLevel: string | undefined;
}

/**
 * Reads the envelope and holds it against the headers.
 * @throws RpcFault -32602, -32020, -32022 with status 400 (MCP 2026-07-28, basic/index, "_meta";
 * basic/transports/streamable-http, "Server Validation").
 */
export function readEnvelope(http: McpHttpRequest, message: RequestMessage, bounds: Bounds): Envelope {
  const meta = metaOf(message.params) ?? {};
  const version = readVersion(http, meta);
  const capabilities = meta[metaKeys.clientCapabilities];
  if (capabilities === undefined || !isJsonObject(capabilities)) {
    throw missing(metaKeys.clientCapabilities, 'an object');
  }
  const logLevel = meta[metaKeys.logLevel];
  if (logLevel !== undefined && !isLogLevel(logLevel)) throw missing(metaKeys.logLevel, 'a log level');
  if (header(http.request, 'mcp-method') !== message.method) throw headerFault(http, 'Mcp-Method');
  const named = namedBy(message, bounds);
  const inHeader = header(http.request, 'mcp-name');
  if (named !== undefined && (inHeader === undefined || decodeHeader(inHeader) !== named)) {
    throw headerFault(http, 'Mcp-Name');
  }
  return { version, capabilities, logLevel };
}

function readVersion(http: McpHttpRequest, meta: JsonObject): ModernVersion {
  const version = meta[metaKeys.protocolVersion];
  if (typeof version !== 'string') throw missing(metaKeys.protocolVersion, 'a string');
  if (header(http.request, 'mcp-protocol-version') !== version) {
    throw headerFault(http, 'MCP-Protocol-Version');
  }
  if (isModern(version)) return version;
  throw new RpcFault(rpcCodes.unsupportedProtocolVersion, 'Unsupported protocol version', {
    data: { supported: [...modernVersions], requested: version },
    status: 400,
  });
}

/** Which parameter `Mcp-Name` repeats; of tasks as their extension says ("Streamable HTTP: Routing Headers"). */
const namedByParameter = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

/** The value that `Mcp-Name` repeats; undefined for methods that have none. */
function namedBy({ method, params }: RequestMessage, bounds: Bounds): string | undefined {
  const parameter = namedByParameter.get(method);
  const value = parameter === undefined ? undefined : params[parameter];
  return typeof value === 'string' && value.length <= bounds.uri_length_max ? value : undefined;
}

function headerFault(http: McpHttpRequest, name: string): RpcFault {
  const isMissing = header(http.request, name.toLowerCase()) === undefined;
  return mismatch(`The header ${name} ${isMissing ? 'is missing' : 'does not say what the body says'}.`);
}

export function mismatch(message: string): RpcFault {
  return new RpcFault(rpcCodes.headerMismatch, `Header mismatch: ${message}`, {
    status: 400,
    refused: 'header_mismatch',
  });
}

function missing(key: string, what: string): RpcFault {
  const message = `\`params._meta["${key}"]\` must be ${what}.`;
  return new RpcFault(rpcCodes.invalidParams, message, { status: 400 });
}
