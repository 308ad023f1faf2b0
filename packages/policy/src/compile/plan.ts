/**
 * Everything that the policy says of one agent and one tool, made once. Deciding a call is then:
 * evaluate the conditions that are left, and look up the ruling for the ones that hold.
 */
import type { LockedTool } from '../names/tool.ts';
import type { Condition } from '../condition/conditions.ts';
import type { CelValue } from '../condition/value.ts';
import type { AppliedLimit } from './limit.ts';
import { judge } from './ruling.ts';
import type { Judged, Ruling, Subject } from './ruling.ts';
import type { Rule } from './rule.ts';

/** Rules and limits that hold only where a condition does. */
interface Conditional {
  condition: Condition;
  rules: Rule[];
  limits: AppliedLimit[];
}

export interface Outcome {
  ruling: Ruling;
  limits: readonly AppliedLimit[];
}

/** Rulings kept for one plan; beyond that they are made anew. */
const OUTCOMES_MAX = 64;

export class Plan {
  readonly subject: Subject;
  readonly tool: Map<string, CelValue>;
  readonly conditionals: readonly Conditional[];
  readonly always: readonly Rule[];
  readonly #agent: Judged;
  readonly #limits: readonly AppliedLimit[];
  readonly #outcomes = new Map<string, Outcome>();

  constructor(
    agent: Judged,
    subject: Subject,
    tool: LockedTool | undefined,
    rules: readonly Rule[],
    limits: readonly AppliedLimit[],
  ) {
    this.#agent = agent;
    this.subject = subject;
    this.tool = toolFacts(subject, tool);
    this.always = rules.filter((rule) => rule.action?.condition === undefined);
    this.#limits = limits.filter((limit) => limit.condition === undefined);
    this.conditionals = conditionalsOf(rules, limits);
  }

  /** The outcome where exactly these conditions hold: character i is `1` where `conditionals[i]` does. */
  outcome(holding: string): Outcome {
    const known = this.#outcomes.get(holding);
    if (known !== undefined) return known;
    const held = this.conditionals.filter((_, index) => holding[index] === '1');
    const rules = [...this.always, ...held.flatMap((conditional) => conditional.rules)];
    const outcome = {
      ruling: judge(this.#agent, this.subject, rules),
      limits: [...this.#limits, ...held.flatMap((conditional) => conditional.limits)],
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

function conditionalsOf(rules: readonly Rule[], limits: readonly AppliedLimit[]): Conditional[] {
  const found = new Map<Condition, Conditional>();
  const of = (condition: Condition): Conditional => {
    const known = found.get(condition) ?? { condition, rules: [], limits: [] };
    found.set(condition, known);
    return known;
  };
  for (const rule of rules) if (rule.action?.condition) of(rule.action.condition).rules.push(rule);
  for (const limit of limits) if (limit.condition) of(limit.condition).limits.push(limit);
  return [...found.values()];
}
