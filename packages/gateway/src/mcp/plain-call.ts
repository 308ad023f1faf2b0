/** Calls whose protocol has no error results: a refusal is a JSON-RPC error. */
import type { JsonObject } from '@remit/contracts';
import { serverFault } from './era-results.ts';
import { claimsOf, governedCall, type Target } from './governed-call.ts';
import { refusalFault } from './refusal-result.ts';
import type { AgentRequest } from './request.ts';
import type { Services } from './services.ts';

/**
 * @returns the result; undefined where the agent ended the call.
 * @throws RpcFault with the refusal, or the server's own error.
 */
export async function plainCall(
  services: Services,
  request: AgentRequest,
  target: Target,
): Promise<JsonObject | undefined> {
  const answer = await governedCall(services, request, claimsOf(services, request), target);
  switch (answer.kind) {
    case 'result':
      return answer.result;
    case 'refused':
      throw refusalFault(answer.refusal);
    case 'error':
      throw serverFault(request.caller.version, answer.error);
    case 'cancelled':
      return undefined;
  }
}
