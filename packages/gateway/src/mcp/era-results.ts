/** Results as each protocol version writes them. Inside the gateway they are in 2026-07-28 terms. */
import { isJsonObject, type JsonObject } from '@remit/contracts';
import type { RpcError } from '../exchange.ts';
import { RpcFault, rpcCodes } from './rpc-fault.ts';
import { isModern, metaKeys, type ProtocolVersion } from './versions.ts';
import { without } from './without.ts';

/** Results of these methods carry caching hints (2026-07-28, server/utilities/caching). */
const cacheable = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);

interface ResultStyle {
  version: ProtocolVersion;
  serverInfo: JsonObject;
  listTtlMs: number;
}

export function resultFor(style: ResultStyle, method: string, result: JsonObject): JsonObject {
  return isModern(style.version) ? modernResult(style, method, result) : legacyResult(result);
}

function modernResult(style: ResultStyle, method: string, result: JsonObject): JsonObject {
  const meta = isJsonObject(result['_meta']) ? result['_meta'] : {};
  return {
    ...result,
    resultType: 'complete',
    ...(cacheable.has(method) && {
      ttlMs: method === 'resources/read' ? givenTtl(result) : style.listTtlMs,
      // What one agent may see is for nobody else, whatever the server says.
      cacheScope: 'private',
    }),
    _meta: { ...meta, [metaKeys.serverInfo]: style.serverInfo },
  };
}

/** A server of an older version says nothing about caching: stale at once. */
function givenTtl(result: JsonObject): number {
  const ttl = result['ttlMs'];
  return typeof ttl === 'number' && Number.isSafeInteger(ttl) && ttl >= 0 ? ttl : 0;
}

function legacyResult(result: JsonObject): JsonObject {
  const kept = without(result, ['resultType', 'ttlMs', 'cacheScope']);
  if (!isJsonObject(kept['_meta'])) return kept;
  return { ...kept, _meta: without(kept['_meta'], [metaKeys.serverInfo]) };
}

/** A server's own error as this version knows it: codes that it does not know become those that it does. */
export function serverFault(version: ProtocolVersion, { code, message, data }: RpcError): RpcFault {
  const known = knownCode(version, code);
  // 2026-07-28, basic/index: this one is told to HTTP as well, where the answer has not begun.
  const status = isModern(version) && known === rpcCodes.missingClientCapability ? 400 : 200;
  return new RpcFault(known, message, { status, ...(data !== undefined && { data }) });
}

function knownCode(version: ProtocolVersion, code: number): number {
  switch (code) {
    case rpcCodes.resourceNotFound:
      return isModern(version) ? rpcCodes.invalidParams : code;
    case rpcCodes.urlElicitationRequired:
      return version === '2025-11-25' ? code : rpcCodes.internalError;
    case rpcCodes.missingClientCapability:
      return isModern(version) ? code : rpcCodes.invalidRequest;
    // Between the gateway and its server; the agent's own headers were checked before.
    case rpcCodes.headerMismatch:
    case rpcCodes.unsupportedProtocolVersion:
      return rpcCodes.internalError;
    default:
      return code;
  }
}
