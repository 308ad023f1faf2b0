/** What is valid and yet probably not meant. Each finding stands once, however many agents share the rule. */
import type { AgentPolicy } from '../compile/agent.ts';
import { impliedTier } from '../compile/ruling.ts';
import type { Rule } from '../compile/rule.ts';
import type { Findings } from '../diagnostics.ts';
import type { FindingCode } from '../finding-codes.ts';
import type { Documents } from '../document/documents.ts';
import type { Catalog } from '../names/catalog.ts';
import type { LockedTool } from '../names/tool.ts';
import { lintApprovers } from './approvers.ts';
import { lintGuesses } from './guesses.ts';
import { lintShadowed } from './never.ts';
import { lintReach } from './reach.ts';

export function* lint(
  documents: Documents,
  compiled: Iterable<AgentPolicy>,
  catalog: Catalog,
  findings: Findings,
): Generator<void, void> {
  const agents = [...compiled];
  const linter = new Linter(catalog, findings);
  for (const agent of agents) {
    linter.agent(agent);
    yield;
  }
  yield* lintReach(agents, catalog, findings);
  yield* lintShadowed(agents, catalog, findings);
  lintApprovers(agents, documents.workspace?.groups ?? new Map<string, string[]>(), findings);
  yield;
  lintDocuments(documents, findings);
  yield;
  lintGuesses(documents.workspace, catalog, findings);
  yield;
  lintActions(documents, catalog, findings);
}

const grants = (rule: Rule): boolean => rule.says !== 'deny' && rule.says !== 'blocked';
const always = (rule: Rule): boolean => rule.action?.condition === undefined;

class Linter {
  readonly #catalog: Catalog;
  readonly #findings: Findings;
  readonly #reported = new Set<Rule>();

  constructor(catalog: Catalog, findings: Findings) {
    this.#catalog = catalog;
    this.#findings = findings;
  }

  agent(agent: AgentPolicy): void {
    for (const rule of agent.rules) {
      if (rule.area !== 'tools' || !grants(rule) || this.#reported.has(rule)) continue;
      const tools = this.#catalog.toolsOf(rule.match);
      this.#broadPattern(rule, tools);
      if (tools.length > 0) this.#compare(agent, rule, tools);
    }
  }

  #broadPattern(rule: Rule, tools: readonly LockedTool[]): void {
    if (rule.match.kind !== 'glob' || !/^\*+$/.test(rule.match.target)) return;
    const { server } = rule.match;
    const whose = /^\*+$/.test(server) ? 'every server' : `\`${server}\``;
    const message = `\`${rule.text}\` grants all tools of ${whose}, ${tools.length} now, and any that are added`;
    this.#report('broad_pattern', 'warning', message, rule, 'name the tools that are needed');
  }

  /** A rule against the others of the same agent that speak of the same tools. */
  #compare(agent: AgentPolicy, rule: Rule, tools: readonly LockedTool[]): void {
    const index = agent.index('tools');
    const others = tools.map((tool) => ({
      tool,
      rules: index.matching([tool.key, tool.name], tool.server, tool.name),
    }));
    const refusals = others.map(({ rules }) => rules.find((other) => !grants(other) && always(other)));
    if (refusals.every((refusal) => refusal !== undefined)) return this.#unused(rule, refusals[0]!);
    if (rule.says !== 'allow') return this.#leftOver(rule, others[0]!);
    const untiered = others.filter(({ rules }, at) => refusals[at] === undefined && !rules.some(hasTier));
    this.#impliedTier(
      rule,
      untiered.map(({ tool }) => tool),
    );
  }

  #unused(rule: Rule, refusal: Rule): void {
    const message = `\`${rule.text}\` never grants anything: \`${refusal.reference.name}\` refuses it`;
    const contradicts = rule.says !== 'allow' && refusal.says === 'deny';
    const code = contradicts ? 'tier_contradicts_access' : 'unused_permission';
    this.#report(code, 'warning', message, rule, 'remove one of the two');
  }

  #leftOver(rule: Rule, { tool, rules }: { tool: LockedTool; rules: readonly Rule[] }): void {
    const condition = rule.action?.condition;
    if (condition === undefined || rules.some((other) => grants(other) && always(other))) return;
    const message = `\`${rule.text}\` grants \`${tool.key}\` only where \`${condition.source}\`; what is left of the tool is not granted by it`;
    this.#report(
      'tier_left_over',
      'warning',
      message,
      rule,
      'give the rest a tier of its own, if it is meant to run',
    );
  }

  #impliedTier(rule: Rule, tools: readonly LockedTool[]): void {
    if (tools.length === 0) return;
    const first = tools[0]!;
    const which =
      tools.length === 1 ? `\`${first.key}\` stands` : `${tools.length} tools of \`${rule.text}\` stand`;
    const implied = `${first.effect} (${sources[first.effectFrom]}) implies tier ${impliedTier(first.effect)}`;
    const message = `${which} in no tier; ${tools.length === 1 ? 'its effect' : `the effect of \`${first.key}\``}, ${implied}`;
    this.#report('implied_tier', 'note', message, rule, 'put it into a tier to say so yourself');
  }

  #report(
    code: FindingCode,
    severity: 'warning' | 'note',
    message: string,
    rule: Rule,
    remedy: string,
  ): void {
    this.#reported.add(rule);
    this.#findings[severity](code, message, rule.spot, remedy);
  }
}

const sources = {
  workspace: 'as the workspace says',
  annotations: 'as its annotations say',
  guess: 'as was guessed, since nothing says it',
} as const;

function hasTier(rule: Rule): boolean {
  return rule.says !== 'allow' && rule.says !== 'deny' && always(rule);
}

function lintDocuments(documents: Documents, findings: Findings): void {
  const { guardrails } = documents;
  const agents = [...documents.agents.values()];
  const roles = [...documents.roles.values()];
  const used = new Set(
    [...agents.flatMap((agent) => agent.roles), ...roles.flatMap((role) => role.inherit)].map(
      (word) => word.text,
    ),
  );
  for (const { name } of roles) {
    if (!used.has(name.text))
      findings.note('unused_role', `no agent has the role \`${name.text}\``, name.spot);
  }
  for (const document of guardrails) {
    const { tier_1_automatic: first, tier_2_logged: second, tier_3_approval: third } = document.guardrails;
    const granting = [first, second, third].flatMap((words) => words ?? [])[0];
    if (granting === undefined) continue;
    const message = `tiers 1 to 3 of a guardrails document grant their actions to every agent, \`${granting.text}\` for one`;
    findings.warning(
      'grants_to_everyone',
      message,
      granting.spot,
      'put it into a role, if only some agents may use it',
    );
  }
}

function lintActions(
  { workspace, agents, roles, guardrails }: Documents,
  catalog: Catalog,
  findings: Findings,
): void {
  const powers = [...agents.values(), ...roles.values(), ...guardrails];
  const words = powers.flatMap(({ access, guardrails: tiers, limits }) => [
    ...(access.tools?.allow ?? []),
    ...(access.tools?.deny ?? []),
    ...Object.values(tiers).flat(),
    ...limits.flatMap((limit) => limit.action ?? []),
  ]);
  const used = new Set(words.map((word) => word.text));
  for (const { name, planned, tool } of workspace?.actions.values() ?? []) {
    if (!catalog.actions.has(name.text)) continue;
    if (planned) {
      const message = `action \`${name.text}\` is planned: rules about it do nothing until it has a tool`;
      findings.note(
        'planned_action',
        tool === undefined ? message : `${message}, also not with the tool it names`,
        name.spot,
      );
    } else if (!used.has(name.text)) {
      findings.note('unused_action', `no rule speaks of the action \`${name.text}\``, name.spot);
    }
  }
}
