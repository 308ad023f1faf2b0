import { z } from 'zod';
import { approvalStatusSchema } from './approval.ts';
import { effectSchema, ruleReferenceSchema, tierSchema } from './decision.ts';

/** The codes that agents see; stable, from surface.md "Answers to agents". */
export const refusalCodes = [
  'denied_by_policy',
  'not_permitted',
  'unknown_tool',
  'approval_pending',
  'approval_denied',
  'approval_expired',
  'rate_limited',
  'limit_reached',
  'out_of_scope',
  'content_blocked',
  'flow_blocked',
  'tool_changed',
  'agent_suspended',
  'ledger_unavailable',
  'upstream_failed',
  'invalid_arguments',
] as const;
export const refusalCodeSchema = z.enum(refusalCodes);
export type RefusalCode = z.infer<typeof refusalCodeSchema>;

/** What an agent is told of an approval: a status page, never a way to approve. */
export const approvalReferenceSchema = z.object({
  id: z.string(),
  status: approvalStatusSchema,
  expires_at: z.iso.datetime(),
  url: z.string().optional(),
});
export type ApprovalReference = z.infer<typeof approvalReferenceSchema>;

/** `structuredContent.remit` of a refused or held call. */
export const refusalSchema = z.object({
  code: refusalCodeSchema,
  decision_id: z.string(),
  effect: effectSchema,
  tier: tierSchema.optional(),
  rule: ruleReferenceSchema.optional(),
  reason: z.string(),
  remedy: z.string(),
  retry_after_s: z.number().int().nonnegative().optional(),
  approval: approvalReferenceSchema.optional(),
});
export type Refusal = z.infer<typeof refusalSchema>;
