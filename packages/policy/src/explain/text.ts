/** An explanation as text for a terminal. */
import type { ApprovalTerms } from '@remit/contracts';
import type { Control, ExplainedRule, Explanation } from '../port.ts';

/** Several lines, without a newline at the end. */
export function formatExplanation({ decision, rules, controls, changes }: Explanation): string {
  const observed =
    decision.effect === decision.policy_effect
      ? ''
      : ` (observed; the policy says ${decision.policy_effect})`;
  const code = decision.code === undefined ? '' : `  ${decision.code}`;
  const tier = decision.tier === undefined ? '' : `  tier ${decision.tier}`;
  return [
    `${decision.effect}${observed}${code}${tier}`,
    ...section('because', decision.reasons),
    ...section('rules', rules.map(describe)),
    ...section(
      'limits',
      decision.reservations.map(({ key, max }) => `at most ${max}: ${key}`),
    ),
    ...section('approval', approvalLines(decision.approval)),
    ...section('controls', controls.map(describeControl)),
    ...section('to change it', changes),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

const sources = { policy: '', defaults: '  workspace default', baseline: '  supplied by the baseline' };

function describeControl({ name, text, rule, from, enforced }: Control): string {
  const later = enforced ? '' : '  not enforced yet';
  return `  ${name}  ${text}  ${rule.file}:${rule.line}${sources[from]}${later}`;
}

function approvalLines(approval: ApprovalTerms | undefined): string[] {
  if (approval === undefined) return [];
  const { who, count, owner_may, within_ms, escalate, people = [] } = approval;
  const named = people.map((person) => `${person}, whose task it is`);
  if (count === 0) return named;
  const groups = who.map((list) => `someone of ${list.join(' or ')}`).join(', and ');
  return [
    ...named,
    `${count} ${count === 1 ? 'person' : 'people'}, ${groups || 'anybody who may approve'}`,
    owner_may ? 'the owner of the agent may approve' : 'the owner of the agent may not approve',
    ...(within_ms === undefined ? [] : [`within ${within_ms / 60_000} minutes`]),
    ...escalate.map(({ to, after_ms }) => `after ${after_ms / 60_000} minutes also ${to.join(' or ')}`),
  ];
}

function describe({ rule, says, text, condition, decisive }: ExplainedRule): string {
  const mark = decisive ? '→' : ' ';
  const verb = says === 'allow' || says === 'deny' ? says : `tier ${says}`;
  return `${mark} ${verb}  ${text}  ${rule.name}  ${rule.file}:${rule.line}${outcomeOf(condition)}`;
}

function outcomeOf(condition: ExplainedRule['condition']): string {
  if (condition === undefined) return '';
  const outcome =
    condition.outcome === 'holds' ? 'holds' : condition.outcome === 'failed' ? 'failed' : 'does not hold';
  const problem = condition.problem === undefined ? '' : `: ${condition.problem}`;
  return `\n      when ${condition.source}: ${outcome}${problem}`;
}
