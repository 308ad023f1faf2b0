import {
  actionKindSchema,
  approvalStatusSchema,
  approvalTermsSchema,
  ruleReferenceSchema,
} from '@remit/contracts';
import { z } from 'zod';
import { agentName, cursor, identifier, reason, wholeNumber } from './parameters.ts';
import type { RouteDefinition } from './route.ts';

/** An approval in a list: without what may name a person (arguments, reason, on whose behalf), which `show` gives. */
export const approvalSummarySchema = z.object({
  id: z.string(),
  status: approvalStatusSchema,
  agent: z.string(),
  kind: actionKindSchema,
  server: z.string(),
  /** Tool, prompt or resource. */
  target: z.string(),
  rule: ruleReferenceSchema.optional(),
  requested_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
});

const verdictSchema = z.object({ by: z.string(), at: z.iso.datetime(), note: z.string().optional() });

export const approvalSchema = approvalSummarySchema.extend({
  digest: z.string(),
  reason: z.string(),
  user: z.string().optional(),
  conversation: z.string().optional(),
  arguments: z.record(z.string(), z.json()),
  policy_version: z.string(),
  /** Who may decide, how many have to agree, within what time. */
  terms: approvalTermsSchema.optional(),
  /** Those who have agreed so far. */
  given: z.array(verdictSchema).optional(),
  decided: verdictSchema.optional(),
  redeemed_by: z.string().optional(),
  ran_before: z.object({ action_id: z.string(), at: z.iso.datetime() }).optional(),
});

const byId = z.object({ id: identifier });
const decide = {
  method: 'POST',
  tag: 'approvals',
  permission: 'approve',
  parameters: byId,
  body: z.strictObject({ note: reason.optional() }),
  status: 200,
  response: approvalSchema,
} as const;

export const approvalRoutes = {
  listApprovals: {
    method: 'GET',
    path: '/api/v1/approvals',
    summary: 'Approvals, newest request first',
    tag: 'approvals',
    permission: 'look',
    query: z.strictObject({
      status: approvalStatusSchema.optional(),
      agent: agentName.optional(),
      limit: wholeNumber(1, 1000).optional(),
      cursor: cursor.optional(),
    }),
    status: 200,
    response: z.object({ approvals: z.array(approvalSummarySchema), cursor: z.string().optional() }),
  },
  showApproval: {
    method: 'GET',
    path: '/api/v1/approvals/{id}',
    summary: 'Exactly the call that waits',
    tag: 'approvals',
    permission: 'look',
    parameters: byId,
    status: 200,
    response: approvalSchema,
  },
  approve: { ...decide, path: '/api/v1/approvals/{id}/approve', summary: 'Let exactly this call run, once' },
  deny: { ...decide, path: '/api/v1/approvals/{id}/deny', summary: 'Refuse this call' },
} as const satisfies Record<string, RouteDefinition>;
