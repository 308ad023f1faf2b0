export { ArgumentChecks } from './argument-checks.ts';
export { approvalEvents, foldApproval } from './approval-records.ts';
export { Approvals, type ApprovalDeps } from './approvals.ts';
export { callDigest } from './digest.ts';
export { enforce, type Call, type Outcome, type Visible } from './enforce.ts';
export { SlidingLimits, type PastUse } from './limits.ts';
export * from './ports.ts';
export { RefusedAttempts, type RefusedAttempt } from './refused-attempts.ts';
export { restoreState, type RestoreOptions } from './restore.ts';
