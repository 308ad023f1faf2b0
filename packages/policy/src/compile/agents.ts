/** From documents to compiled agents. What several agents share (roles, guardrails) is compiled once. */
import type { DataRules } from '@remit/contracts';
import type { AgentDocument, RemitDocument } from '../document/remit.ts';
import type { Documents } from '../document/documents.ts';
import { DataClasses, dataRulesOf } from '../data/rules.ts';
import type { Findings } from '../diagnostics.ts';
import { FlowCompiler } from '../flow/flow.ts';
import type { Catalog } from '../names/catalog.ts';
import type { AgentProfile, Control } from '../port.ts';
import { assess, grantsOf } from '../risk/assessment.ts';
import type { Assessment } from '../risk/assessment.ts';
import { Baselines } from '../risk/baselines.ts';
import { checkBaselineKept, checkTiers } from '../risk/contradictions.ts';
import { Governance, riskControl, suppliedControls } from '../risk/governance.ts';
import type { AgentLimits } from '../risk/governance.ts';
import { Scope } from '../scope/scope.ts';
import { compileControls } from './agent-controls.ts';
import { AgentPolicy } from './agent.ts';
import { actionTerms } from './approvals.ts';
import type { ActionTerms } from './approvals.ts';
import { ControlCheck } from './control-check.ts';
import { referenceTo } from './layers.ts';
import type { Layers } from './layers.ts';
import { LimitCompiler } from './limit.ts';
import type { AppliedLimit } from './limit.ts';
import { Roles } from './roles.ts';
import { rulesOf } from './rule.ts';
import type { Rule } from './rule.ts';
import { indexesOf } from './targets.ts';

interface Compiled {
  rules: Rule[];
  limits: AppliedLimit[];
  terms: ActionTerms[];
}

export class AgentCompiler {
  readonly #documents: Documents;
  readonly #catalog: Catalog;
  readonly #findings: Findings;
  readonly #roles: Roles;
  readonly #classes: DataClasses;
  readonly #baselines: Baselines;
  readonly #flows: FlowCompiler;
  readonly #controls: ControlCheck;
  readonly #limits: LimitCompiler;
  readonly #governance: Governance;
  readonly #compiled = new Map<RemitDocument, Compiled>();

  constructor(documents: Documents, catalog: Catalog, findings: Findings) {
    this.#documents = documents;
    this.#catalog = catalog;
    this.#findings = findings;
    this.#roles = new Roles(documents.roles, findings);
    this.#classes = new DataClasses(documents.workspace);
    this.#baselines = new Baselines(documents.baselines);
    this.#flows = new FlowCompiler(catalog, this.#classes);
    this.#controls = new ControlCheck(documents, catalog, this.#classes, this.#flows, findings);
    this.#limits = new LimitCompiler(catalog, findings);
    this.#governance = new Governance(findings);
  }

  get classes(): DataClasses {
    return this.#classes;
  }

  /** All agents by name, a step for each document. */
  *all(): Generator<void, Map<string, AgentPolicy>> {
    yield* this.#shared();
    const agents = new Map<string, AgentPolicy>();
    for (const [name, agent] of this.#documents.agents) {
      agents.set(name, this.#agent(agent));
      yield;
    }
    yield* this.#governance.report();
    return agents;
  }

  /** Also those that no agent has: mistakes in them are mistakes. */
  *#shared(): Generator<void, void> {
    const { roles, guardrails, baselines, workspace } = this.#documents;
    const shared = [
      ...roles.values(),
      ...guardrails,
      ...baselines.values(),
      ...(workspace?.defaults ? [workspace.defaults] : []),
    ];
    for (const document of shared) {
      this.#controls.check(document);
      this.#compile(document);
      yield;
    }
  }

  #compile(document: RemitDocument): Compiled {
    const known = this.#compiled.get(document);
    if (known !== undefined) return known;
    const { approvals } = document.controls;
    const compiled = {
      rules: rulesOf(document, this.#catalog, this.#controls),
      limits: this.#limits.of(document),
      terms: approvals === undefined ? [] : actionTerms(document, approvals.value, this.#catalog),
    };
    this.#compiled.set(document, compiled);
    return compiled;
  }

  #agent(agent: AgentDocument): AgentPolicy {
    this.#controls.check(agent);
    const own = [agent, ...this.#roles.of(agent)];
    const parts = [...own, ...this.#documents.guardrails];
    const rules = parts.flatMap((part) => this.#compile(part).rules);
    const indexes = indexesOf(rules);
    const granted = grantsOf(rules, indexes.tools, this.#catalog);
    const assessment = assess(agent, own, granted, this.#classes, this.#findings);
    const baseline = this.#baselines.of(assessment.level);
    const stated = own.flatMap((part) => this.#compile(part).rules);
    checkTiers(agent, baseline, stated, indexes.tools, granted, this.#findings);
    const defaults = this.#documents.workspace?.defaults;
    const layers: Layers = { own, defaults, baseline: baseline.layers };
    checkBaselineKept(agent, baseline, layers, this.#findings);
    const limits = this.#limitsOf(own, layers);
    const controls = compileControls(layers);
    const data = dataRulesOf(parts, this.#classes);
    this.#governance.note({ agent, assessment, baseline, granted, limits, data, controls });
    return new AgentPolicy({
      profile: this.#profileOf(agent, assessment),
      roles: rolesOf(agent, own),
      rules,
      indexes,
      limits: limits.all,
      data,
      baseline,
      scope: new Scope(controls.scope),
      flows: controls.flows.flatMap((statement) => this.#flows.compile(statement)),
      terms: controls.terms,
      actionTerms: this.#actionTerms(own, layers),
      retention: controls.retention,
      controls: {
        ...controls.shown,
        controls: [
          // Where no tool is known, nothing is implied.
          ...(assessment.declared || this.#catalog.checked ? [riskControl(agent, assessment)] : []),
          ...suppliedControls(baseline, granted, limits),
          ...projections(parts, data),
          ...controls.shown.controls,
        ],
      },
    });
  }

  /**
   * Those of the agent's documents; the workspace's where they have none. Where nothing limits what the
   * agent does (limits of tokens and cost do not), the baseline's as well.
   */
  #limitsOf(own: readonly RemitDocument[], { defaults, baseline }: Layers): AgentLimits {
    const written = own.flatMap((document) => this.#compile(document).limits);
    const said = written.length > 0 || defaults === undefined ? written : this.#compile(defaults).limits;
    if (said.some(({ kind }) => kind !== 'tokens' && kind !== 'cost')) return { all: said, supplied: [] };
    const supplying = baseline.find((document) => document.limits.length > 0);
    const supplied = supplying === undefined ? [] : this.#compile(supplying).limits;
    return { all: [...said, ...supplied], supplied };
  }

  #actionTerms(own: readonly RemitDocument[], { defaults }: Layers): ActionTerms[] {
    const written = own.flatMap((document) => this.#compile(document).terms);
    return written.length > 0 || defaults === undefined ? written : this.#compile(defaults).terms;
  }

  #profileOf(agent: AgentDocument, { level, declared }: Assessment): AgentProfile {
    const { owner, team, purpose } = agent;
    const { workspace } = this.#documents;
    return {
      name: agent.name.text,
      mode: agent.mode ?? workspace?.mode ?? 'enforce',
      conceal: agent.conceal ?? workspace?.conceal ?? false,
      place: agent.name.spot,
      // Where no tool is known, nothing is implied.
      ...(declared && { risk: level, risk_from: 'declared' as const }),
      ...(!declared && this.#catalog.checked && { risk: level, risk_from: 'implied' as const }),
      ...(owner !== undefined && { owner }),
      ...(team !== undefined && { team }),
      ...(purpose !== undefined && { purpose }),
    };
  }
}

/** What `unlisted: deny` leaves to see, with each place that says so. */
function projections(parts: readonly RemitDocument[], data: DataRules | undefined): Control[] {
  return parts.flatMap((part) => {
    const unlisted = part.access.data?.unlisted;
    if (unlisted?.value !== 'deny') return [];
    const text = `deny: only ${data?.only?.join(', ') ?? ''}`;
    return [
      { name: 'data.unlisted', text, rule: referenceTo(part, unlisted), from: 'policy', enforced: true },
    ];
  });
}

/** With the names of roles that have no document. */
function rolesOf(agent: AgentDocument, own: readonly RemitDocument[]): string[] {
  const inherited = own.flatMap((document) => (document.kind === 'role' ? [document.name.text] : []));
  return [...new Set([...agent.roles.map((word) => word.text), ...inherited])].toSorted();
}
