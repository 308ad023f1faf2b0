import { z } from 'zod';

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

/**
 * One use of a limit that the intent has to reserve. `key` names the counter (limit and subject),
 * `max` is how many uses fit into `window_ms`; a `concurrency` limit has no window.
 */
export const reservationSchema = z.object({
  key: z.string(),
  max: z.number().int().nonnegative(),
  window_ms: z.number().int().positive().optional(),
  rule: ruleReferenceSchema,
});
export type Reservation = z.infer<typeof reservationSchema>;

/**
 * What has to be done with data while the action runs. Field names are compared in their folded
 * spelling (`socialSecurityNumber` = `social_security_number`), see `inspect`.
 */
export const dataRulesSchema = z.object({
  /** Folded field names that the agent must neither see nor send. */
  denied: z.array(z.string()),
  /** Folded names → the class or field that the policy names, for messages. */
  labels: z.record(z.string(), z.string()),
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
});
export type Decision = z.infer<typeof decisionSchema>;
