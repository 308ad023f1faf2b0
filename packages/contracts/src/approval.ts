import { z } from 'zod';

/** The life of an approval. `redeemed` means that the call it was given for has been started. */
export const approvalStatuses = ['pending', 'approved', 'denied', 'expired', 'redeemed'] as const;
export const approvalStatusSchema = z.enum(approvalStatuses);
export type ApprovalStatus = z.infer<typeof approvalStatusSchema>;

/** Who may decide on a held call, how many have to agree, and within what time. */
export const approvalTermsSchema = z.object({
  /** Lists of groups: an approver is in one group of each list. Empty: anybody who may approve. */
  who: z.array(z.array(z.string())),
  /** How many different people have to agree, beside those of `people`. */
  count: z.number().int().nonnegative(),
  /** Named persons each of whom has to agree, also where the call is made for them or the agent is theirs. */
  people: z.array(z.string()).optional(),
  /** The owner of the agent, and whether that person may decide. */
  owner: z.string().optional(),
  owner_may: z.boolean(),
  /** From the request to the decision. */
  within_ms: z.number().int().positive().optional(),
  /** Groups that may decide as well once the call has waited for so long. */
  escalate: z.array(z.object({ to: z.array(z.string()), after_ms: z.number().int().positive() })),
  /** How long the agent's call may be kept open meanwhile. */
  hold_ms: z.number().int().positive().optional(),
});
export type ApprovalTerms = z.infer<typeof approvalTermsSchema>;
