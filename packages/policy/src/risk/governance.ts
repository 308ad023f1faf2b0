/**
 * What `check` says of each agent's risk: the controls that its baseline supplied and, for high and
 * critical ones, what full governance still lacks.
 */
import type { DataRules, RuleReference } from '@remit/contracts';
import type { CompiledControls } from '../compile/agent-controls.ts';
import type { AppliedLimit } from '../compile/limit.ts';
import type { Findings } from '../diagnostics.ts';
import type { AgentDocument } from '../document/remit.ts';
import type { Control } from '../port.ts';
import type { Assessment, Grant } from './assessment.ts';
import { floorOf } from './baselines.ts';
import type { Baseline } from './baselines.ts';
import { isBelow } from './implied.ts';

export interface AgentLimits {
  all: AppliedLimit[];
  /** Those of the baseline among them. */
  supplied: AppliedLimit[];
}

interface Governed {
  agent: AgentDocument;
  assessment: Assessment;
  baseline: Baseline;
  granted: readonly Grant[];
  limits: AgentLimits;
  data: DataRules | undefined;
  controls: CompiledControls;
}

/** One part of full governance. */
interface Part {
  name: string;
  there: boolean;
  /** False where nothing that a policy says could add it. */
  sayable: boolean;
}

/** Findings wait until all agents are compiled, so that errors come first. */
export class Governance {
  readonly #findings: Findings;
  readonly #governed: Governed[] = [];

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  note(governed: Governed): void {
    this.#governed.push(governed);
  }

  *report(): Generator<void, void> {
    for (const governed of this.#governed) {
      yield;
      this.#supplied(governed);
      if (!isBelow(governed.baseline.level, 'high')) this.#fullGovernance(governed);
    }
  }

  #supplied({ agent, assessment, baseline, granted, limits, controls }: Governed): void {
    const shown = controls.shown.controls.filter(({ from }) => from === 'baseline');
    const all = [...suppliedControls(baseline, granted, limits), ...shown];
    if (all.length === 0) return;
    const listed = all.map(({ name, text, rule }) => `\`${name}\` ${text} (${rule.file}:${rule.line})`);
    const message = `agent \`${agent.name.text}\` is of ${levelText(assessment)}; its baseline supplies ${listed.join(', ')}`;
    this.#findings.note(
      'supplied_control',
      message,
      agent.name.spot,
      'say it in the policy to have it otherwise',
    );
  }

  #fullGovernance(governed: Governed): void {
    const { agent, assessment } = governed;
    const parts = partsOf(governed);
    const list = (wanted: boolean): string =>
      parts
        .filter(({ there }) => there === wanted)
        .map(({ name }) => name)
        .join(', ');
    const message = `agent \`${agent.name.text}\` is of ${levelText(assessment)}, which asks for full governance: it has ${list(true) || 'none of it'}; it lacks ${list(false) || 'nothing'}`;
    const lacks = parts.some(({ there, sayable }) => !there && sayable);
    const severity = lacks && assessment.declared ? 'warning' : 'note';
    this.#findings[severity]('full_governance', message, agent.name.spot);
  }
}

/** The level of the agent, as one of the controls that hold for it. */
export function riskControl(agent: AgentDocument, assessment: Assessment): Control {
  const { file, line } = agent.risk?.spot ?? agent.name.spot;
  const rule = { name: `${agent.title} risk`, file, line };
  return { name: 'risk', text: levelText(assessment), rule, from: 'policy', enforced: true };
}

/** Limits and least tiers that the baseline gives to the agent; tiers for what it may do at all. */
export function suppliedControls(
  baseline: Baseline,
  granted: readonly Grant[],
  limits: AgentLimits,
): Control[] {
  const supplied = (name: string, text: string, rule: RuleReference): Control => ({
    ...{ name, text, rule },
    from: 'baseline',
    enforced: true,
  });
  const stated = granted.filter(({ tool }) => tool.effectFrom !== 'guess');
  const effects = [...new Set(stated.map(({ tool }) => tool.effect))].toSorted();
  return [
    ...limits.supplied.map(({ kind, max, reference }) =>
      supplied(`limits.${kind}`, `at most ${max}`, reference),
    ),
    ...effects.flatMap((effect) => {
      const floor = floorOf(baseline, effect);
      if (floor === undefined) return [];
      const { file, line } = floor.from.spot;
      const rule = { name: `${floor.from.title} tiers`, file, line };
      return [supplied(`tiers.${effect}`, `at least ${floor.tier}`, rule)];
    }),
  ];
}

function levelText({ level, declared, implication }: Assessment): string {
  if (declared) return `${level} risk, as declared`;
  return `${level} risk, since ${implication?.because ?? 'nothing that it may use implies more'}`;
}

function partsOf({ agent, baseline, limits, data, controls }: Governed): Part[] {
  const has = (name: string): boolean => controls.shown.controls.some((control) => control.name === name);
  const holds = floorOf(baseline, 'destructive') !== undefined && floorOf(baseline, 'external') !== undefined;
  const say = (name: string, there: boolean): Part => ({ name, there, sayable: true });
  return [
    { name: 'identity other than a bare key', there: false, sayable: false },
    say('an `unattended` rule for calls on nobody’s behalf', has('scope.unattended')),
    say('rate limits and caps', limits.all.length > 0),
    say('data rules', data !== undefined),
    say('approvals for what is destructive or external', holds),
    say('flow rules', has('flows')),
    say('retention', has('retention')),
    say('an owner', agent.owner !== undefined),
  ];
}
