/**
 * The heart of policy: which of the rules that match a call decide it. Deny wins, nothing is allowed
 * by silence, the most restrictive tier holds. Nothing here depends on the order of rules, except
 * which of several equal ones is named.
 */
import { tiers } from '@remit/contracts';
import type { ActionKind, Effect, RefusalCode, RuleReference, Tier } from '@remit/contracts';
import type { Risk } from '../document/remit.ts';
import type { ToolEffect } from '../document/workspace.ts';
import type { Rule } from './rule.ts';

/** What a call is about, as far as rules care. */
export interface Subject {
  kind: ActionKind;
  /** For messages: `crm/refund-create`. */
  name: string;
  effect: ToolEffect;
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
  risk: Risk | undefined;
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
  const tier = severityFloor(agent.risk, subject, stated ?? impliedTier(subject.effect));
  const reasons = [
    tierRule === undefined
      ? `Agent \`${agent.agent}\` may use \`${subject.name}\`: ${where(grant.reference)} allows it.`
      : `${where(grant.reference)} puts \`${subject.name}\` into tier ${stated}.`,
  ];
  if (tierRule === undefined)
    reasons.push(
      `No tier names it; its effect, ${subject.effect}, implies tier ${impliedTier(subject.effect)}.`,
    );
  if (tier !== (stated ?? impliedTier(subject.effect)))
    reasons.unshift(`The risk of agent \`${agent.agent}\` is critical, so a person approves every action.`);
  if (tier !== 'approval') return { effect: 'allow', tier, rule: grant.reference, reasons };
  reasons.unshift(`A person has to approve this call of \`${subject.name}\` before it runs.`);
  const remedy =
    'Wait until a person has approved it, then send the same call again with the same arguments.';
  return { effect: 'approve', code: 'approval_pending', tier, rule: grant.reference, reasons, remedy };
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
const approvable: readonly ActionKind[] = ['tool_invoke', 'resource_read', 'prompt_get'];

/** A critical agent acts only with a person's approval, whatever its tiers say. */
function severityFloor(risk: Risk | undefined, subject: Subject, tier: Tier): Tier {
  const floor: Tier = risk === 'critical' && approvable.includes(subject.kind) ? 'approval' : 'automatic';
  return severity(tier) < severity(floor) ? floor : tier;
}
