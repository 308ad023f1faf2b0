import { z } from 'zod';

/** The life of an approval. `redeemed` means that the call it was given for has been started. */
export const approvalStatuses = ['pending', 'approved', 'denied', 'expired', 'redeemed'] as const;
export const approvalStatusSchema = z.enum(approvalStatuses);
export type ApprovalStatus = z.infer<typeof approvalStatusSchema>;
