/** The level of an agent: what it declares, compared with what its tools and data imply. */
import type { RuleIndex } from '../compile/targets.ts';
import type { Rule } from '../compile/rule.ts';
import type { DataClasses } from '../data/rules.ts';
import type { Findings } from '../diagnostics.ts';
import type { AgentDocument, RemitDocument } from '../document/remit.ts';
import type { Risk } from '../document/risk.ts';
import type { Catalog } from '../names/catalog.ts';
import type { LockedTool } from '../names/tool.ts';
import { isBelow, riskOfData, riskOfTool } from './implied.ts';
import type { Implication } from './implied.ts';

export interface Assessment {
  level: Risk;
  declared: boolean;
  /** What implies the most; absent where nothing implies more than `low`. */
  implication?: Implication;
}

/** A tool that the agent may use in some way, and the rule that grants it. */
export interface Grant {
  tool: LockedTool;
  rule: Rule;
}

export const grants = (rule: Rule): boolean => rule.says !== 'deny' && rule.says !== 'blocked';
export const holdsAlways = (rule: Rule): boolean => rule.action?.condition === undefined;

/** Every tool of the lock that some rule grants and none refuses whatever its arguments are. */
export function grantsOf(rules: readonly Rule[], index: RuleIndex, catalog: Catalog): Grant[] {
  const granting = rules.filter((rule) => rule.area === 'tools' && grants(rule));
  const refuses = rules.some((rule) => rule.area === 'tools' && !grants(rule) && holdsAlways(rule));
  const found = granting.flatMap((rule) => catalog.toolsOf(rule.match).map((tool) => ({ tool, rule })));
  if (!refuses) return found;
  return found.filter(({ tool }) => {
    const matching = index.matching([tool.key, tool.name], tool.server, tool.name);
    return !matching.some((rule) => !grants(rule) && holdsAlways(rule));
  });
}

export function assess(
  agent: AgentDocument,
  documents: readonly RemitDocument[],
  granted: readonly Grant[],
  classes: DataClasses,
  findings: Findings,
): Assessment {
  const implication = strongest([...impliedByTools(granted), ...impliedByData(documents, classes)]);
  const implied = implication?.level ?? 'low';
  const { risk } = agent;
  if (risk !== undefined && isBelow(risk.value, implied)) {
    const message = `agent \`${agent.name.text}\` is declared of ${risk.value} risk, but ${implication!.because}, which is of ${implied} risk`;
    const remedy = `declare \`risk: ${implied}\`, or take the permission away (${implication!.spot.file}:${implication!.spot.line})`;
    findings.error('risk_too_low', message, risk.spot, remedy);
  }
  return {
    level: risk?.value ?? implied,
    declared: risk !== undefined,
    ...(implication && { implication }),
  };
}

function impliedByTools(granted: readonly Grant[]): Implication[] {
  return granted.flatMap(({ tool, rule }) => {
    const found = riskOfTool(tool);
    return found === undefined ? [] : [{ ...found, spot: rule.spot }];
  });
}

function impliedByData(documents: readonly RemitDocument[], classes: DataClasses): Implication[] {
  const rules = documents.flatMap((document) => document.access.data ?? []);
  const denied = new Set(rules.flatMap((rule) => rule.deny ?? []).map((word) => word.text));
  const allowed = rules.flatMap((rule) => rule.allow ?? []).filter((word) => !denied.has(word.text));
  return allowed.flatMap((word) => {
    const found = riskOfData(word.text, classes.sensitivityOf(word.text));
    return found === undefined ? [] : [{ ...found, spot: word.spot }];
  });
}

/** The same one in whatever order they are found. */
function strongest(implications: readonly Implication[]): Implication | undefined {
  let found: Implication | undefined;
  for (const one of implications) {
    const stronger = found === undefined || isBelow(found.level, one.level);
    if (stronger || (one.level === found!.level && one.because < found!.because)) found = one;
  }
  return found;
}
