import type { Services } from './services.ts';
import { RpcFault, rpcCodes } from './rpc-fault.ts';

/**
 * Requests that are no actions, and so do not pass `enforce`, are closed to agents that are not active.
 * @throws RpcFault with status 403.
 */
export function assertActive(services: Services, agent: string): void {
  const status = services.ports.agents.status(agent) ?? 'unregistered';
  if (status === 'active') return;
  const reason = `Agent ${agent} is ${status}.`;
  const remedy = 'Stop, and tell the person you work for.';
  throw new RpcFault(rpcCodes.refused, `${reason} ${remedy}`, {
    data: { remit: { code: 'agent_suspended', reason, remedy } },
    status: 403,
    refused: 'agent_suspended',
  });
}

/** Whether what an agent has opened may still be told of changes: it is active, and its key is valid. */
export function mayBeTold({ ports }: Services, { agent, keyId }: { agent: string; keyId: string }): boolean {
  return ports.agents.status(agent) === 'active' && ports.agents.holds({ agent, key_id: keyId });
}
