import { z } from 'zod';
import { approvalTermsSchema } from './approval.ts';
import { flowSnapshotSchema } from './label.ts';

/** What policy says of an action. `approve` means: a person has to agree first. */
export const effectSchema = z.enum(['allow', 'deny', 'approve']);
export type Effect = z.infer<typeof effectSchema>;

/** Tiers, from the least to the most restrictive. */
export const tiers = ['automatic', 'logged', 'approval', 'blocked'] as const;
export const tierSchema = z.enum(tiers);
export type Tier = z.infer<typeof tierSchema>;

export const modeSchema = z.enum(['enforce', 'observe']);
export type Mode = z.infer<typeof modeSchema>;

/** The line of policy that decided. `name` reads like `customer-support access.tools.deny[1]`. */
export const ruleReferenceSchema = z.object({
  name: z.string(),
  file: z.string(),
  line: z.number().int().positive(),
});
export type RuleReference = z.infer<typeof ruleReferenceSchema>;

/** Periods that follow the calendar. */
export const periodUnits = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export const periodSchema = z.object({
  unit: z.enum(periodUnits),
  /** IANA name. Weeks begin on Monday (ISO 8601). */
  timezone: z.string(),
});
export type Period = z.infer<typeof periodSchema>;

/**
 * What one call has to reserve of one limit. `key` names the counter (limit and subject) and `max` how
 * much of it there is: calls, or the sum, or the number of different targets. How long a use counts is
 * told by one of `window_ms` (any stretch of that length), `period` (one of the calendar) and `idle_ms`
 * (until nothing was counted for so long); where all are absent, while the call runs.
 */
export const reservationSchema = z.object({
  key: z.string(),
  max: z.number().nonnegative(),
  window_ms: z.number().int().positive().optional(),
  period: periodSchema.optional(),
  idle_ms: z.number().int().positive().optional(),
  /** What this call adds to a sum, as a decimal like `12.5`. */
  sum: z.string().optional(),
  /** The targets of this call, where different ones are counted. */
  distinct: z.array(z.string()).optional(),
  rule: ruleReferenceSchema,
});
export type Reservation = z.infer<typeof reservationSchema>;

/**
 * What has to be done with data while the action runs. Field names are compared in their folded
 * spelling (`socialSecurityNumber` = `social_security_number`), see `inspect`.
 */
/** What an agent sees instead of a value, where it may not see the value itself. */
export const dataChanges = ['hash', 'mask', 'truncate'] as const;
export type DataChange = (typeof dataChanges)[number];

export const dataRulesSchema = z.object({
  /** Folded field names that the agent must neither see nor send. */
  denied: z.array(z.string()),
  /** Folded names → the class or field that the policy names, for messages. */
  labels: z.record(z.string(), z.string()),
  /** Where it stands, these folded names are all that the agent may see or send; every other field is denied. */
  only: z.array(z.string()).optional(),
  /** Folded names whose values are changed before the agent sees them; the agent must not send them. */
  changed: z.record(z.string(), z.enum(dataChanges)).optional(),
  /** Detectors whose findings in any text are of a denied or changed class. */
  detected: z
    .record(z.string(), z.object({ label: z.string(), change: z.enum(dataChanges).optional() }))
    .optional(),
});
export type DataRules = z.infer<typeof dataRulesSchema>;

export const decisionSchema = z.object({
  id: z.string(),
  /** What happens, after the mode has been taken into account. */
  effect: effectSchema,
  /** What the policy says; differs from `effect` only in observe mode. */
  policy_effect: effectSchema,
  mode: modeSchema,
  /** The refusal code that goes with `policy_effect`; absent where it is `allow`. */
  code: z.string().optional(),
  tier: tierSchema.optional(),
  rule: ruleReferenceSchema.optional(),
  /** Full sentences, the deciding one first. */
  reasons: z.array(z.string()).min(1),
  remedy: z.string().optional(),
  policy_version: z.string(),
  reservations: z.array(reservationSchema),
  data: dataRulesSchema.optional(),
  /** Where a person is asked: who, how many, within what time. */
  approval: approvalTermsSchema.optional(),
  /** What the conversation had read, and where values of the arguments came from. */
  flow: flowSnapshotSchema.optional(),
});
export type Decision = z.infer<typeof decisionSchema>;
