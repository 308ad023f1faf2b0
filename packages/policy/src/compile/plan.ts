/**
 * Everything that the policy says of one agent and one tool, made once. Deciding a call is then:
 * evaluate the conditions that are left, and look up the ruling for the ones that hold.
 */
import type { ApprovalTerms } from '@remit/contracts';
import type { LockedTool } from '../names/tool.ts';
import type { Condition } from '../condition/conditions.ts';
import type { CelValue } from '../condition/value.ts';
import type { PlannedFlow } from '../flow/flow.ts';
import type { ActionTerms, TermStatements } from './approvals.ts';
import type { AppliedLimit } from './limit.ts';
import { judge } from './ruling.ts';
import type { Judged, Ruling, Subject } from './ruling.ts';
import type { Rule } from './rule.ts';

/** Rules, limits, terms of approval and flow rules that hold only where a condition does. */
interface Conditional {
  condition: Condition;
  rules: Rule[];
  limits: AppliedLimit[];
  terms: TermStatements[];
  flows: PlannedFlow[];
}

/** A flow rule that concerns the tool, perhaps only under a condition. */
export interface PlanFlow {
  planned: PlannedFlow;
  condition?: Condition;
}

export interface Outcome {
  ruling: Ruling;
  limits: readonly AppliedLimit[];
  /** Who decides, should a person be asked; absent where nobody will be. */
  approval?: ApprovalTerms;
  /** Flow rules to go by, where there are any. */
  flows?: readonly PlannedFlow[];
}

export interface PlanParts {
  agent: Judged;
  subject: Subject;
  tool: LockedTool | undefined;
  rules: readonly Rule[];
  limits: readonly AppliedLimit[];
  terms: readonly ActionTerms[];
  flows: readonly PlanFlow[];
  /** The terms of an approval, of those that are written for this call and the agent's own. */
  approval: (specific: readonly TermStatements[]) => ApprovalTerms;
}

/** Rulings kept for one plan; beyond that they are made anew. */
const OUTCOMES_MAX = 64;

export class Plan {
  readonly subject: Subject;
  readonly tool: Map<string, CelValue>;
  readonly conditionals: readonly Conditional[];
  readonly always: readonly Rule[];
  readonly #parts: PlanParts;
  readonly #limits: readonly AppliedLimit[];
  readonly #terms: readonly TermStatements[];
  readonly #flows: readonly PlannedFlow[];
  readonly #outcomes = new Map<string, Outcome>();

  constructor(parts: PlanParts) {
    const { subject, tool, rules, limits, terms, flows } = parts;
    this.#parts = parts;
    this.subject = subject;
    this.tool = toolFacts(subject, tool);
    this.always = rules.filter((rule) => rule.action?.condition === undefined);
    this.#limits = limits.filter((limit) => limit.condition === undefined);
    this.#terms = terms.filter((one) => one.condition === undefined).map((one) => one.statements);
    this.#flows = flows.filter((one) => one.condition === undefined).map((one) => one.planned);
    this.conditionals = conditionalsOf(parts);
  }

  /** The outcome where exactly these conditions hold: character i is `1` where `conditionals[i]` does. */
  outcome(holding: string): Outcome {
    const known = this.#outcomes.get(holding);
    if (known !== undefined) return known;
    const held = this.conditionals.filter((_, index) => holding[index] === '1');
    const rules = [...this.always, ...held.flatMap((conditional) => conditional.rules)];
    const outcome = {
      ruling: judge(this.#parts.agent, this.subject, rules),
      limits: [...this.#limits, ...held.flatMap((conditional) => conditional.limits)],
      approval: this.#parts.approval([...this.#terms, ...held.flatMap((conditional) => conditional.terms)]),
      flows: [...this.#flows, ...held.flatMap((conditional) => conditional.flows)],
    };
    if (this.#outcomes.size < OUTCOMES_MAX) this.#outcomes.set(holding, outcome);
    return outcome;
  }

  /** True where some arguments could be allowed or held. */
  get mayPass(): boolean {
    const refused = this.always.some((rule) => rule.says === 'deny' || rule.says === 'blocked');
    const rules = [...this.always, ...this.conditionals.flatMap((conditional) => conditional.rules)];
    return !refused && rules.some((rule) => rule.says !== 'deny' && rule.says !== 'blocked');
  }
}

function toolFacts(subject: Subject, tool: LockedTool | undefined): Map<string, CelValue> {
  const facts = new Map<string, CelValue>([['effect', subject.effect]]);
  if (tool !== undefined) facts.set('name', tool.name).set('server', tool.server);
  return facts;
}

function conditionalsOf({ rules, limits, terms, flows }: PlanParts): Conditional[] {
  const found = new Map<Condition, Conditional>();
  const of = (condition: Condition): Conditional => {
    const known = found.get(condition) ?? { condition, rules: [], limits: [], terms: [], flows: [] };
    found.set(condition, known);
    return known;
  };
  for (const rule of rules) if (rule.action?.condition) of(rule.action.condition).rules.push(rule);
  for (const limit of limits) if (limit.condition) of(limit.condition).limits.push(limit);
  for (const one of terms) if (one.condition) of(one.condition).terms.push(one.statements);
  for (const one of flows) if (one.condition) of(one.condition).flows.push(one.planned);
  return [...found.values()];
}
