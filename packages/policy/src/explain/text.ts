/** An explanation as text for a terminal. */
import type { ExplainedRule, Explanation } from '../port.ts';

/** Several lines, without a newline at the end. */
export function formatExplanation({ decision, rules, changes }: Explanation): string {
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
    ...section('to change it', changes),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
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
