/** The `guardrails:` part of a document: which actions stand in which tier. */
import type { Tier } from '@remit/contracts';
import { listOf, readWord, shaped } from './reading.ts';
import type { Reader, Word } from './reading.ts';

export const tierKeys = {
  tier_1_automatic: 'automatic',
  tier_2_logged: 'logged',
  tier_3_approval: 'approval',
  tier_4_blocked: 'blocked',
} as const satisfies Record<string, Tier>;

export type TierKey = keyof typeof tierKeys;
export type Guardrails = { [Key in TierKey]?: Word[] };

export const readGuardrails: Reader<Guardrails> = shaped<Required<Guardrails>>({
  what: '`guardrails`',
  keys: {
    tier_1_automatic: listOf(readWord),
    tier_2_logged: listOf(readWord),
    tier_3_approval: listOf(readWord),
    tier_4_blocked: listOf(readWord),
  },
});
