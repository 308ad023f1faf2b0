import { z } from 'zod';
import { actionKinds } from './action.ts';

/** Changes of the registry: each is in the log before it is in the store of agents, people and credentials. */
export const registryChangeKinds = [
  'agent_registered',
  'agent_key_issued',
  'agent_key_revoked',
  'agent_suspended',
  'agent_resumed',
  'agent_quarantined',
  'agent_retired',
  'person_added',
  'person_removed',
  'credential_set',
  'credential_removed',
] as const;

/** Kinds of audit events that are not actions of agents (ledger.md "What is recorded"). */
export const administrativeKinds = [
  'decision',
  'approval_requested',
  'approval_granted',
  'approval_denied',
  'approval_expired',
  'approval_redeemed',
  'policy_proposed',
  'policy_approved',
  'policy_activated',
  'policy_rejected',
  'tools_accepted',
  ...registryChangeKinds,
  'login',
  'audit_read',
  'export',
  'erasure_requested',
  'erasure',
  'retention',
  'hold_added',
  'hold_released',
  'workspace_key_rotated',
  'request_refused',
  'task_created',
  'refusals_coalesced',
  'orphan_closed',
  'start',
  'stop',
  'backup_made',
  'ledger_restored',
] as const;

export const eventKinds = [...actionKinds, ...administrativeKinds] as const;
export const eventKindSchema = z.enum(eventKinds);
export type EventKind = z.infer<typeof eventKindSchema>;

export const resultSchema = z.enum(['success', 'error', 'denied', 'held', 'cancelled', 'unknown']);
export type Result = z.infer<typeof resultSchema>;

/**
 * One audit event as the search API and exports give it: intent and outcome of an action folded
 * into one object. The first eight fields keep name and place (ledger.md).
 */
export const auditEventSchema = z.looseObject({
  timestamp: z.iso.datetime(),
  agent: z.string().optional(),
  action: eventKindSchema,
  tool: z.string().optional(),
  parameters: z.record(z.string(), z.json()).optional(),
  context: z.record(z.string(), z.json()).optional(),
  /** Absent while the action is open. */
  result: resultSchema.optional(),
  id: z.string(),
  server: z.string().optional(),
  user: z.string().optional(),
  rationale: z.string().optional(),
  /** The (possibly shortened) answer, where the tier keeps it. */
  output: z.json().optional(),
  output_digest: z.string().optional(),
  decision: z.record(z.string(), z.json()).optional(),
  approval_id: z.string().optional(),
  duration_ms: z.number().optional(),
  trace_id: z.string().optional(),
  tool_digest: z.string().optional(),
  ledger: z
    .object({
      intent: z
        .object({ source: z.string(), epoch: z.number(), sequence: z.number(), index: z.number() })
        .optional(),
      outcome: z
        .object({ source: z.string(), epoch: z.number(), sequence: z.number(), index: z.number() })
        .optional(),
    })
    .optional(),
});
export type AuditEvent = z.infer<typeof auditEventSchema>;
