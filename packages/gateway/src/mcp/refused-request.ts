/** Requests of agents that are refused before they are an action, as the ledger keeps them. */
import type { IncomingHttpHeaders } from 'node:http';
import type { ActionKind, Context, JsonObject, RecordPayload } from '@remit/contracts';
import { contextOf } from './context.ts';
import { metaOf } from './params.ts';
import { RpcFault } from './rpc-fault.ts';
import type { Services } from './services.ts';

interface RefusedRequest {
  agent: string;
  method: string;
  params: JsonObject;
  headers: IncomingHttpHeaders;
}

const kinds: Readonly<Record<string, ActionKind | undefined>> = {
  'tools/call': 'tool_invoke',
  'prompts/get': 'prompt_get',
  'resources/read': 'resource_read',
  'completion/complete': 'completion',
};

/** Resolves when it is recorded, or counted; at once for a fault that is no attempt. Never rejects. */
export async function recordRefused(
  services: Services,
  request: RefusedRequest,
  fault: RpcFault,
): Promise<void> {
  if (fault.refused === undefined) return;
  await services.attempts.record({
    event: kinds[request.method] ?? 'request_refused',
    subject: request.agent,
    code: fault.refused,
    meta: { agent: request.agent, via: 'mcp' },
    payload: payloadOf(services, request, fault),
  });
}

/** All that the agent says: its words may hold anything, so they are sealed. */
function payloadOf(services: Services, { method, params, headers }: RefusedRequest, fault: RpcFault) {
  const payload: RecordPayload = { method, reason: fault.message };
  const target = [params['name'], params['uri'], params['taskId']].find((value) => typeof value === 'string');
  if (typeof target === 'string') payload.target = target.slice(0, services.bounds.uri_length_max);
  const context = claimedContext(services, params, headers);
  if (context) payload.context = context;
  return payload;
}

/** Undefined where what the agent claims is not valid: the request is refused for something else already. */
function claimedContext(
  { bounds }: Services,
  params: JsonObject,
  headers: IncomingHttpHeaders,
): Context | undefined {
  try {
    return contextOf(metaOf(params), headers, bounds);
  } catch (error) {
    if (error instanceof RpcFault) return undefined;
    throw error;
  }
}
