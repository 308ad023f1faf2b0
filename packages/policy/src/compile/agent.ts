/** One agent's remit, compiled: its own document, its roles and the workspace's guardrails together. */
import type { ApprovalTerms, DataRules } from '@remit/contracts';
import type { CelValue } from '../condition/value.ts';
import type { AccessArea } from '../document/access.ts';
import type { ToolEffect } from '../document/tools.ts';
import { plannedByKind, plannedByName } from '../flow/flow.ts';
import type { CompiledFlow, PlannedFlow, SinkFacts } from '../flow/flow.ts';
import type { LockedTool } from '../names/tool.ts';
import { toolKey } from '../names/tool.ts';
import type { AgentControls, AgentProfile } from '../port.ts';
import { floorOf } from '../risk/baselines.ts';
import type { Baseline } from '../risk/baselines.ts';
import type { Scope } from '../scope/scope.ts';
import { termsOf } from './approvals.ts';
import type { ActionTerms, TermStatements } from './approvals.ts';
import { concerns } from './limit.ts';
import type { AppliedLimit } from './limit.ts';
import { Plan } from './plan.ts';
import type { PlanFlow } from './plan.ts';
import type { Judged, Subject } from './ruling.ts';
import type { Rule } from './rule.ts';
import type { Retained } from './agent-controls.ts';
import type { RuleIndex, RuleIndexes } from './targets.ts';

export interface AgentParts {
  profile: AgentProfile;
  roles: readonly string[];
  rules: readonly Rule[];
  indexes: RuleIndexes;
  limits: readonly AppliedLimit[];
  data: DataRules | undefined;
  baseline: Baseline;
  scope: Scope;
  flows: readonly CompiledFlow[];
  terms: TermStatements;
  actionTerms: readonly ActionTerms[];
  controls: AgentControls;
  retention: readonly Retained[];
}

export class AgentPolicy {
  readonly profile: AgentProfile;
  readonly rules: readonly Rule[];
  readonly limits: readonly AppliedLimit[];
  readonly data: DataRules | undefined;
  /** The variable `agent` of conditions. */
  readonly facts: Map<string, CelValue>;
  readonly judged: Judged;
  readonly scope: Scope;
  readonly controls: AgentControls;
  readonly retention: readonly Retained[];
  /** Who decides on held calls that no terms of their own are written for. */
  readonly approval: ApprovalTerms;
  readonly #parts: AgentParts;
  /** Made on first use; there are at most as many as tools in the lock. */
  readonly #plans = new Map<LockedTool, Plan>();

  constructor(parts: AgentParts) {
    const { profile } = parts;
    this.profile = profile;
    this.rules = parts.rules;
    this.limits = parts.limits;
    this.data = parts.data;
    this.scope = parts.scope;
    this.controls = parts.controls;
    this.retention = parts.retention;
    this.judged = { agent: profile.name, floor: (effect) => floorOf(parts.baseline, effect) };
    this.approval = termsOf(parts.terms, [], profile.owner);
    this.facts = agentFacts(parts);
    this.#parts = parts;
  }

  index(area: AccessArea): RuleIndex {
    return this.#parts.indexes[area];
  }

  /** Flow rules that concern what is no tool. */
  flowsTo(facts: SinkFacts): PlannedFlow[] {
    return this.#parts.flows.flatMap((flow) => plannedByKind(flow, facts) ?? []);
  }

  /** The plan for a tool of the lock; or, without a lock, for a tool known by name only. */
  plan(server: string, name: string, tool: LockedTool | undefined): Plan {
    const known = tool && this.#plans.get(tool);
    if (known !== undefined) return known;
    const key = toolKey(server, name);
    // A name that could not be checked may be bare.
    const names = [key, name];
    const effect = tool?.effect ?? 'write';
    const guessed = tool === undefined || tool.effectFrom === 'guess';
    const subject: Subject = { kind: 'tool_invoke', name: key, effect, guessed };
    const limits = this.limits.filter((limit) => concerns(limit, names, tool));
    const { terms, actionTerms, flows } = this.#parts;
    const plan = new Plan({
      agent: this.judged,
      subject,
      tool,
      rules: this.index('tools').matching(names, server, name),
      limits,
      terms: actionTerms.filter((one) => names.includes(one.tool)),
      flows: flowsOf(flows, names, { server, name }, factsOf(tool, effect)),
      approval: (specific) => termsOf(terms, specific, this.profile.owner),
    });
    if (tool !== undefined) this.#plans.set(tool, plan);
    return plan;
  }
}

/** A tool that nobody knows is outside, and what it does cannot be undone. */
function factsOf(tool: LockedTool | undefined, effect: ToolEffect): SinkFacts {
  return tool === undefined
    ? { sink: 'external', consequence: 'irreversible', effect }
    : { ...tool.labels, effect };
}

function flowsOf(
  flows: readonly CompiledFlow[],
  names: readonly string[],
  tool: { server: string; name: string },
  facts: SinkFacts,
): PlanFlow[] {
  return flows.flatMap((flow) => {
    const planned = plannedByKind(flow, facts);
    return [...(planned ? [{ planned }] : []), ...plannedByName(flow, facts, names, tool)];
  });
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
