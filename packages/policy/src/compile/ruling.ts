/**
 * The heart of policy: which of the rules that match a call decide it. Deny wins, nothing is allowed
 * by silence, the most restrictive tier holds. Nothing here depends on the order of rules, except
 * which of several equal ones is named.
 */
import { tiers } from '@remit/contracts';
import type { ActionKind, Effect, RefusalCode, RuleReference, Tier } from '@remit/contracts';
import type { ToolEffect } from '../document/tools.ts';
import type { Floor } from '../risk/baselines.ts';
import type { Rule } from './rule.ts';

/** What a call is about, as far as rules care. */
export interface Subject {
  kind: ActionKind;
  /** For messages: `crm/refund-create`. */
  name: string;
  effect: ToolEffect;
  /** True where the effect is a guess: it then overrides no tier that somebody wrote. */
  guessed?: boolean;
}

export interface Ruling {
  effect: Effect;
  code?: RefusalCode;
  tier?: Tier;
  /** The rule that decided. */
  rule?: RuleReference;
  /** Full sentences, the deciding one first. */
  reasons: string[];
  remedy?: string;
}

export interface Judged {
  agent: string;
  /** The least tier that the baseline of the agent's risk asks for, by effect; undefined where it asks for none. */
  floor(effect: ToolEffect): Floor | undefined;
}

/** The ruling on a call that these rules match. */
export function judge(agent: Judged, subject: Subject, matching: readonly Rule[]): Ruling {
  const deny = matching.find((rule) => rule.says === 'deny');
  const blocked = matching.find((rule) => rule.says === 'blocked');
  // The tier is told also where a deny decides: tier 4 can stay blocked in observe mode.
  if (blocked !== undefined) return { ...denied(agent, subject, deny ?? blocked), tier: 'blocked' };
  if (deny !== undefined) return denied(agent, subject, deny);
  const strictest = strictestTier(matching);
  const grant = strictest ?? matching.find((rule) => rule.says === 'allow');
  if (grant === undefined) return notPermitted(agent, subject);
  return granted(agent, subject, grant, strictest);
}

function severity(tier: Tier): number {
  return tiers.indexOf(tier);
}

function strictestTier(matching: readonly Rule[]): Rule | undefined {
  let strictest: Rule | undefined;
  for (const rule of matching) {
    if (rule.says === 'allow' || rule.says === 'deny') continue;
    if (strictest === undefined || severity(rule.says) > severity(strictest.says as Tier)) strictest = rule;
  }
  return strictest;
}

export function where(reference: RuleReference): string {
  return `\`${reference.name}\` (${reference.file}:${reference.line})`;
}

function denied(agent: Judged, subject: Subject, rule: Rule): Ruling {
  const how = rule.says === 'blocked' ? 'blocks' : 'denies';
  return {
    effect: 'deny',
    code: 'denied_by_policy',
    rule: rule.reference,
    reasons: [
      `Agent \`${agent.agent}\` may not use \`${subject.name}\`: ${where(rule.reference)} ${how} it.`,
    ],
    remedy:
      'Do not send this call again; it will be refused each time. Reach the goal another way, or tell the person you work for that policy forbids it.',
  };
}

export function notPermitted(agent: Judged, subject: Subject): Ruling {
  return {
    effect: 'deny',
    code: 'not_permitted',
    reasons: [`Agent \`${agent.agent}\` may not use \`${subject.name}\`: no rule allows it.`],
    remedy:
      'Use something that you are allowed to use, or ask the owner of this agent to allow it in its policy.',
  };
}

function granted(agent: Judged, subject: Subject, grant: Rule, tierRule: Rule | undefined): Ruling {
  const stated = tierRule === undefined ? undefined : (tierRule.says as Tier);
  const own = stated ?? impliedTier(subject.effect);
  const floor = floorFor(agent, subject);
  const raised = floor !== undefined && severity(own) < severity(floor.tier);
  const tier = raised ? floor.tier : own;
  const reasons = [
    tierRule === undefined
      ? `Agent \`${agent.agent}\` may use \`${subject.name}\`: ${where(grant.reference)} allows it.`
      : `${where(grant.reference)} puts \`${subject.name}\` into tier ${stated}.`,
  ];
  if (tierRule === undefined) reasons.push(impliedReason(subject));
  if (raised) reasons.unshift(raisedReason(agent, subject, floor));
  if (tier !== 'approval') return { effect: 'allow', tier, rule: grant.reference, reasons };
  reasons.unshift(`A person has to approve this call of \`${subject.name}\` before it runs.`);
  const remedy =
    'Wait until a person has approved it, then send the same call again with the same arguments.';
  return { effect: 'approve', code: 'approval_pending', tier, rule: grant.reference, reasons, remedy };
}

function impliedReason({ effect, guessed }: Subject): string {
  const how = guessed === true ? `${effect} by what Remit guesses of it` : effect;
  return `No tier names it; its effect, ${how}, implies tier ${impliedTier(effect)}.`;
}

function raisedReason({ agent }: Judged, { effect }: Subject, { from, tier }: Floor): string {
  if (from.tiers.every !== undefined && tier === 'approval')
    return `The risk of agent \`${agent}\` is ${from.level}, so a person approves every action.`;
  const { file, line } = from.spot;
  return `The risk of agent \`${agent}\` is ${from.level}, so what is ${effect} is at least of tier ${tier} (${file}:${line}).`;
}

/** Read → automatic, write → logged, destructive or external → approval. */
export function impliedTier(effect: ToolEffect): Tier {
  switch (effect) {
    case 'read':
      return 'automatic';
    case 'write':
      return 'logged';
    case 'destructive':
    case 'external':
      return 'approval';
  }
}

/** Kinds that a person can be asked about. Sampling and elicitation already ask the agent's side. */
export const approvable: readonly ActionKind[] = [
  'tool_invoke',
  'resource_read',
  'prompt_get',
  'agent_message',
];

/** What the baseline asks for, where a person can be asked at all; a guess asks for what reading would. */
function floorFor(agent: Judged, { kind, effect, guessed }: Subject): Floor | undefined {
  if (!approvable.includes(kind)) return undefined;
  return agent.floor(guessed === true ? 'read' : effect);
}
