/** What can never be: conditions on values that a tool does not take, tiers that a stricter one replaces. */
import { isJsonObject, tiers } from '@remit/contracts';
import type { JsonObject, JsonValue, Tier } from '@remit/contracts';
import type { AgentPolicy } from '../compile/agent.ts';
import type { Rule } from '../compile/rule.ts';
import { boundariesOf } from '../condition/boundaries.ts';
import type { Findings } from '../diagnostics.ts';
import type { Catalog } from '../names/catalog.ts';
import type { LockedTool } from '../names/tool.ts';

/** A text that a condition compares with an argument which cannot have that value. */
export function lintImpossibleValues(catalog: Catalog, findings: Findings): void {
  for (const { condition, tool, word } of catalog.actions.values()) {
    const locked = tool === undefined ? undefined : catalog.tools.get(tool);
    if (condition === undefined || locked === undefined) continue;
    for (const { root, fields, values } of boundariesOf(condition.source)) {
      if (root !== 'args') continue;
      const possible = enumAt(locked.definition.inputSchema, fields);
      const texts = values.filter((value) => typeof value === 'string');
      const impossible = possible && texts.find((text) => !possible.includes(text));
      if (impossible === undefined) continue;
      const message = `\`args.${fields.join('.')}\` of \`${locked.key}\` is never \`${impossible}\`, so \`${word.text}\` may never match`;
      const listed = possible!.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
      findings.warning('impossible_value', message, condition.spot, `it is one of ${listed}`);
    }
  }
}

function enumAt(schema: JsonObject, [name, ...rest]: readonly string[]): readonly JsonValue[] | undefined {
  if (name === undefined) return Array.isArray(schema['enum']) ? schema['enum'] : undefined;
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return isJsonObject(own) ? enumAt(own, rest) : undefined;
}

/** A tier that never decides, since a stricter one holds for each call that it speaks of. */
export function lintShadowed(agents: readonly AgentPolicy[], catalog: Catalog, findings: Findings): void {
  const seen = new Set<Rule>();
  for (const agent of agents) {
    for (const rule of agent.rules) {
      if (rule.area !== 'tools' || !isTier(rule) || seen.has(rule)) continue;
      const stricter = catalog.toolsOf(rule.match).map((tool) => stricterFor(agent, rule, tool));
      if (stricter.length === 0 || stricter.includes(undefined)) continue;
      seen.add(rule);
      const message = `\`${rule.text}\` never decides in \`${rule.reference.name}\`: \`${stricter[0]!.reference.name}\` is stricter`;
      findings.warning('shadowed_rule', message, rule.spot, 'remove one of the two');
    }
  }
}

function isTier(rule: Rule): boolean {
  return rule.says !== 'allow' && rule.says !== 'deny' && rule.says !== 'blocked';
}

/** Blocked ones are left out: that a refusal makes a grant useless is a finding of its own. */
function stricterFor(agent: AgentPolicy, rule: Rule, tool: LockedTool): Rule | undefined {
  const others = agent.index('tools').matching([tool.key, tool.name], tool.server, tool.name);
  return others.find(
    (other) =>
      isTier(other) &&
      other.action?.condition === undefined &&
      tiers.indexOf(other.says as Tier) > tiers.indexOf(rule.says as Tier),
  );
}
