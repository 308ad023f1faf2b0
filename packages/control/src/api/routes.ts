/** The whole API as one table: operation id → route. */
import { agentRoutes } from './agents.ts';
import { approvalRoutes } from './approvals.ts';
import { backupRoutes } from './backups.ts';
import { credentialRoutes } from './credentials.ts';
import { eventRoutes } from './events.ts';
import { operationRoutes } from './operations.ts';
import { peopleRoutes } from './people.ts';
import { policyRoutes } from './policies.ts';
import { privacyRoutes } from './privacy.ts';

export const routes = {
  ...agentRoutes,
  ...peopleRoutes,
  ...approvalRoutes,
  ...eventRoutes,
  ...policyRoutes,
  ...credentialRoutes,
  ...privacyRoutes,
  ...operationRoutes,
  ...backupRoutes,
} as const;

export type OperationId = keyof typeof routes;
