import type { ControlDeps } from '../server/deps.ts';
import { agentHandlers } from './agents.ts';
import { approvalHandlers } from './approvals.ts';
import { backupHandlers } from './backups.ts';
import { credentialHandlers } from './credentials.ts';
import { eventHandlers } from './events.ts';
import type { AnsweredId, Handlers } from './handler.ts';
import { operationHandlers } from './operations.ts';
import { peopleHandlers } from './people.ts';
import { policyHandlers } from './policies.ts';
import { privacyHandlers } from './privacy.ts';

export function handlersOf(deps: ControlDeps): Handlers<AnsweredId> {
  return {
    ...agentHandlers(deps),
    ...peopleHandlers(deps),
    ...approvalHandlers(deps),
    ...eventHandlers(deps),
    ...policyHandlers(deps),
    ...credentialHandlers(deps),
    ...privacyHandlers(deps),
    ...operationHandlers(deps),
    ...backupHandlers(deps),
  };
}
