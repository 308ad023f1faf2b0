/** Where the policy says `conceal`, what an agent may not use reads like what is not there, as it does through MCP. */
import type { Action } from '@remit/contracts';
import { mayUse } from '@remit/policy';
import type { Services } from '../mcp/services.ts';

export function isConcealed(
  { ports }: Services,
  { agent, kind, server, target }: Pick<Action, 'agent' | 'kind' | 'server' | 'target'>,
): boolean {
  const policy = ports.policy();
  const conceal = policy.agents.get(agent)?.conceal ?? policy.workspace.conceal;
  return conceal && kind === 'tool_invoke' && !mayUse(policy, agent, { kind, server, target });
}
