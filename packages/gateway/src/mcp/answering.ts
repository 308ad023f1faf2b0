/** Runs one request through its operation and writes what it ends with; the same in both eras. */
import type { JsonObject } from '@remit/contracts';
import type { RpcError } from '../exchange.ts';
import { resultFor } from './era-results.ts';
import { recordRefused } from './refused-request.ts';
import type { AgentRequest } from './request.ts';
import { RpcFault, rpcCodes } from './rpc-fault.ts';
import type { Services } from './services.ts';

/** Methods that may be a label; an agent must not be able to invent labels. */
const knownMethods = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'server/discover',
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'completion/complete',
  'subscriptions/listen',
  'tasks/get',
  'tasks/update',
  'tasks/cancel',
]);

/** What a request ends with, free of its id, since a call may end under another than it began with. */
export interface Answer {
  body: { result: JsonObject } | { error: RpcError };
  /** The HTTP status for an answer that is the whole body. */
  status: number;
}

/** Never rejects; undefined where the agent ended the request. */
export async function answer(
  services: Services,
  request: AgentRequest,
  run: () => Promise<JsonObject | undefined>,
): Promise<Answer | undefined> {
  const startedAt = services.ports.clock.monotonic();
  try {
    const result = await run();
    if (result === undefined) return undefined;
    return { body: { result: styled(services, request, result) }, status: 200 };
  } catch (error) {
    const fault = asRpcFault(services, request, error);
    request.notes.errorType ??= String(fault.error.code);
    await recordRefused(services, { ...request, ...request.caller }, fault);
    return { body: { error: fault.error }, status: fault.status ?? 200 };
  } finally {
    const method = knownMethods.has(request.method) ? request.method : '_OTHER';
    const seconds = (services.ports.clock.monotonic() - startedAt) / 1000;
    services.metrics?.served({ method, ...request.notes }, request.caller.version, seconds);
  }
}

function styled(services: Services, request: AgentRequest, result: JsonObject): JsonObject {
  const style = {
    version: request.caller.version,
    serverInfo: services.serverInfo(request.caller.scope),
    listTtlMs: services.bounds.list_ttl_ms,
  };
  return resultFor(style, request.method, result);
}

/** What nobody foresaw is closed, told to the log, and said to the agent without its details. */
function asRpcFault(services: Services, request: AgentRequest, error: unknown): RpcFault {
  if (error instanceof RpcFault) return error;
  services.logger.error({ err: error, method: request.method }, 'a request failed inside the gateway');
  return new RpcFault(rpcCodes.internalError, 'The gateway failed; nothing is known of the outcome.');
}
