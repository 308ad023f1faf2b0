/**
 * What `check` says of each agent's risk: the controls that its baseline supplied and, for high and
 * critical ones, what full governance still lacks.
 */
import type { DataRules } from '@remit/contracts';
import type { CompiledControls } from '../compile/agent-controls.ts';
import type { AppliedLimit } from '../compile/limit.ts';
import type { Findings } from '../diagnostics.ts';
import type { AgentDocument } from '../document/remit.ts';
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

  report(): void {
    for (const governed of this.#governed) {
      this.#supplied(governed);
      if (!isBelow(governed.baseline.level, 'high')) this.#fullGovernance(governed);
    }
  }

  #supplied({ agent, assessment, baseline, granted, limits, controls }: Governed): void {
    const floors = ([...new Set(granted.map(({ tool }) => tool.effect))] as const).flatMap((effect) => {
      const floor = floorOf(baseline, effect);
      const from = floor?.from.spot;
      return floor === undefined
        ? []
        : [`tier ${floor.tier} for what is ${effect} (${from!.file}:${from!.line})`];
    });
    const shown = controls.shown.controls
      .filter(({ from }) => from === 'baseline')
      .map(({ name, text, rule }) => `\`${name}\` ${text} (${rule.file}:${rule.line})`);
    const limited = limits.supplied.map(
      ({ reference, max }) => `\`${reference.name}\` at most ${max} (${reference.file}:${reference.line})`,
    );
    const all = [...limited, ...floors.toSorted(), ...shown];
    if (all.length === 0) return;
    const message = `agent \`${agent.name.text}\` is of ${levelText(assessment)}; its baseline supplies ${all.join(', ')}`;
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

function levelText({ level, declared, implication }: Assessment): string {
  if (declared) return `${level} risk, as declared`;
  return `${level} risk${implication === undefined ? '' : `, since ${implication.because}`}`;
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
