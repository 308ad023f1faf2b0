/** What a policy says against the baseline of its agent's level. Such a policy does not load. */
import { tiers } from '@remit/contracts';
import type { RuleReference, Tier } from '@remit/contracts';
import { stated, supplied } from '../compile/layers.ts';
import type { Layers } from '../compile/layers.ts';
import type { Rule } from '../compile/rule.ts';
import type { RuleIndex } from '../compile/targets.ts';
import type { Findings } from '../diagnostics.ts';
import type { Controls } from '../document/controls.ts';
import type { AgentDocument } from '../document/remit.ts';
import type { BaselineDocument, Requirement, Risk } from '../document/risk.ts';
import type { Unattended } from '../document/scope.ts';
import type { LockedTool } from '../names/tool.ts';
import { floorOf } from './baselines.ts';
import type { Baseline } from './baselines.ts';
import { grants, holdsAlways } from './assessment.ts';
import type { Grant } from './assessment.ts';

type Stated = Exclude<Rule['says'], 'allow' | 'deny'>;

function isMilder(tier: Tier, than: Tier): boolean {
  return tiers.indexOf(tier) < tiers.indexOf(than);
}

/**
 * Tiers below what the baseline asks for, in the rules of the agent's own document and roles. A pattern
 * states nothing of a single tool, and guardrails for everyone nothing of this agent: the baseline only
 * raises those. What a tool was guessed to do contradicts nothing.
 */
export function checkTiers(
  agent: AgentDocument,
  baseline: Baseline,
  stated: readonly Rule[],
  index: RuleIndex,
  granted: readonly Grant[],
  findings: Findings,
): void {
  const everything = baseline.layers.find((layer) => layer.tiers.every !== undefined)?.tiers.every;
  const reported = new Set<Rule>();
  if (everything !== undefined) {
    for (const rule of stated) {
      if (!statesTier(rule) || !isMilder(rule.says, everything)) continue;
      reported.add(rule);
      reportEvery(agent, baseline, rule, everything, findings);
    }
  }
  const own = new Set(stated);
  for (const { tool, rule } of granted) {
    if (!own.has(rule)) continue;
    const floor = tool.effectFrom === 'guess' ? undefined : floorOf(baseline, tool.effect);
    if (floor === undefined || rule.match.kind !== 'exact' || reported.has(rule)) continue;
    if (!statesTier(rule) || !isMilder(rule.says, floor.tier)) continue;
    if (isRaised(tool, floor.tier, index)) continue;
    reported.add(rule);
    report(agent, baseline, rule, tool, floor.tier, findings);
  }
}

function statesTier(rule: Rule): rule is Rule & { says: Stated } {
  return grants(rule) && rule.says !== 'allow';
}

/** True where another rule always puts the tool into a tier that is strict enough. */
function isRaised(tool: LockedTool, floor: Tier, index: RuleIndex): boolean {
  const matching = index.matching([tool.key, tool.name], tool.server, tool.name);
  return matching.some((rule) => statesTier(rule) && holdsAlways(rule) && !isMilder(rule.says, floor));
}

const keys: Record<Stated, string> = {
  automatic: 'tier_1_automatic',
  logged: 'tier_2_logged',
  approval: 'tier_3_approval',
  blocked: 'tier_4_blocked',
};

function reportEvery(
  agent: AgentDocument,
  { level }: Baseline,
  rule: Rule,
  floor: Tier,
  findings: Findings,
): void {
  const why =
    floor === 'approval'
      ? `agent \`${agent.name.text}\` is ${level}, so a person approves every action`
      : `agent \`${agent.name.text}\` is of ${level} risk, so every action is at least ${floor}`;
  const message = `${why}; \`${rule.text}\` may not stand in \`${pathOf(rule)}\``;
  findings.error('contradicts_risk', message, rule.spot, `move it to \`${keys[floor]}\`, or lower the risk`);
}

function report(
  agent: AgentDocument,
  { level }: Baseline,
  rule: Rule,
  tool: LockedTool,
  floor: Tier,
  findings: Findings,
): void {
  const kind = { read: 'reads', write: 'writes', destructive: 'destroys', external: 'acts outside' }[
    tool.effect
  ];
  const message = `agent \`${agent.name.text}\` is of ${level} risk, so what ${kind} is at least of tier ${floor}; \`${rule.text}\` may not stand in \`${pathOf(rule)}\``;
  const other = `say what \`${tool.key}\` does under \`tools:\` of the workspace, if it is something else`;
  findings.error('contradicts_risk', message, rule.spot, `move it to \`${keys[floor]}\`, or ${other}`);
}

/** Like `guardrails.tier_1_automatic[0]`. */
function pathOf({ reference }: Rule): string {
  return reference.name.slice(reference.name.lastIndexOf(' ') + 1);
}

const unattendedOrder: readonly Unattended[] = ['allow', 'approve', 'deny'];

/** Controls that are said milder than the baseline says them; and those that it asks for and cannot supply. */
export function checkBaselineKept(
  agent: AgentDocument,
  { level, layers: documents }: Baseline,
  layers: Layers,
  findings: Findings,
): void {
  const weaker = (rule: RuleReference, said: string, least: string): void => {
    const message = `agent \`${agent.name.text}\` is of ${level} risk, so \`${rule.name}\` may not be ${said}: the baseline asks for ${least}`;
    const { file, line } = rule;
    findings.error(
      'contradicts_risk',
      message,
      { file, line, column: 1 },
      'keep what the baseline asks for, or lower the risk',
    );
  };
  const unattended = ({ scope, unattended: own }: Controls) => [scope?.unattended, own];
  const least = supplied<Unattended>(layers, unattended)[0]?.value;
  if (least !== undefined)
    for (const { value, reference } of stated<Unattended>(layers, unattended))
      if (unattendedOrder.indexOf(value) < unattendedOrder.indexOf(least)) weaker(reference, value, least);
  const count = ({ approvals }: Controls) => [approvals?.value.count];
  const fewest = supplied<number>(layers, count)[0]?.value ?? 1;
  for (const { value, reference } of stated<number>(layers, count))
    if (value < fewest) weaker(reference, String(value), String(fewest));
  checkRequired(agent, level, documents, layers, findings);
}

function checkRequired(
  agent: AgentDocument,
  level: Risk,
  documents: readonly BaselineDocument[],
  { own }: Layers,
  findings: Findings,
): void {
  const says: Record<Requirement, boolean> = {
    owner: agent.owner !== undefined,
    purpose: agent.purpose !== undefined,
    data: own.some((document) => document.access.data !== undefined),
    limits: own.some((document) => document.limits.length > 0),
    unattended: own.some(({ controls }) => (controls.scope?.unattended ?? controls.unattended) !== undefined),
    flows: own.some(({ controls }) => controls.flows !== undefined),
    retention: own.some(({ controls }) => controls.retention !== undefined),
  };
  for (const wanted of new Set(documents.flatMap((document) => document.require))) {
    if (says[wanted]) continue;
    const message = `agent \`${agent.name.text}\` is of ${level} risk, and its baseline asks for \`${wanted}\`, which it does not say`;
    const where = { data: 'access.data', unattended: 'scope.unattended' } as Partial<
      Record<Requirement, string>
    >;
    findings.error('missing_control', message, agent.name.spot, `add \`${where[wanted] ?? wanted}:\``);
  }
}
