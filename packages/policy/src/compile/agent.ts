/** One agent's remit, compiled: its own document, its roles and the workspace's guardrails together. */
import type { DataRules } from '@remit/contracts';
import type { CelValue } from '../condition/value.ts';
import { accessAreas } from '../document/access.ts';
import type { AccessArea } from '../document/access.ts';
import type { LockedTool } from '../names/tool.ts';
import { toolKey } from '../names/tool.ts';
import type { AgentProfile } from '../port.ts';
import { concerns } from './limit.ts';
import type { AppliedLimit } from './limit.ts';
import { Plan } from './plan.ts';
import type { Judged, Subject } from './ruling.ts';
import type { Rule } from './rule.ts';
import { RuleIndex } from './targets.ts';

export interface AgentParts {
  profile: AgentProfile;
  roles: readonly string[];
  rules: readonly Rule[];
  limits: readonly AppliedLimit[];
  data: DataRules | undefined;
}

export class AgentPolicy {
  readonly profile: AgentProfile;
  readonly rules: readonly Rule[];
  readonly limits: readonly AppliedLimit[];
  readonly data: DataRules | undefined;
  /** The variable `agent` of conditions. */
  readonly facts: Map<string, CelValue>;
  readonly judged: Judged;
  readonly #indexes: Readonly<Record<AccessArea, RuleIndex>>;
  /** Made on first use; there are at most as many as tools in the lock. */
  readonly #plans = new Map<LockedTool, Plan>();

  constructor(parts: AgentParts) {
    const { profile } = parts;
    this.profile = profile;
    this.rules = parts.rules;
    this.limits = parts.limits;
    this.data = parts.data;
    this.judged = { agent: profile.name, risk: profile.risk };
    this.facts = agentFacts(parts);
    const byArea = Map.groupBy(parts.rules, (rule) => rule.area);
    const index = (area: AccessArea): [AccessArea, RuleIndex] => [
      area,
      new RuleIndex(byArea.get(area) ?? []),
    ];
    this.#indexes = Object.fromEntries(accessAreas.map(index)) as Record<AccessArea, RuleIndex>;
  }

  index(area: AccessArea): RuleIndex {
    return this.#indexes[area];
  }

  /** The plan for a tool of the lock; or, without a lock, for a tool known by name only. */
  plan(server: string, name: string, tool: LockedTool | undefined): Plan {
    const known = tool && this.#plans.get(tool);
    if (known !== undefined) return known;
    const key = toolKey(server, name);
    // A name that could not be checked may be bare.
    const names = [key, name];
    const subject: Subject = { kind: 'tool_invoke', name: key, effect: tool?.effect ?? 'write' };
    const limits = this.limits.filter((limit) => concerns(limit, names, tool));
    const plan = new Plan(
      this.judged,
      subject,
      tool,
      this.index('tools').matching(names, server, name),
      limits,
    );
    if (tool !== undefined) this.#plans.set(tool, plan);
    return plan;
  }
}

function agentFacts({ profile, roles }: AgentParts): Map<string, CelValue> {
  const facts = new Map<string, CelValue>([
    ['name', profile.name],
    ['roles', [...roles]],
  ]);
  for (const key of ['owner', 'team', 'purpose', 'risk'] as const) {
    const value = profile[key];
    if (value !== undefined) facts.set(key, value);
  }
  return facts;
}
