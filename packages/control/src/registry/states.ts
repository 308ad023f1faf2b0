/** The life of an agent: active, then suspended or quarantined and back, at last retired. */
import type { EventKind } from '@remit/contracts';
import type { AgentStatus } from '@remit/enforce';

export type StatusChange = 'suspend' | 'resume' | 'quarantine' | 'retire';

const changes = {
  suspend: { status: 'suspended', event: 'agent_suspended' },
  resume: { status: 'active', event: 'agent_resumed' },
  quarantine: { status: 'quarantined', event: 'agent_quarantined' },
  retire: { status: 'retired', event: 'agent_retired' },
} as const satisfies Record<StatusChange, { status: AgentStatus; event: EventKind }>;

export function nextStatus(change: StatusChange): { status: AgentStatus; event: EventKind } {
  return changes[change];
}
