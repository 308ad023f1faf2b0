/** From text to a checked and indexed policy. */
import { hash } from 'node:crypto';
import type { ToolsLock } from '@remit/contracts';
import { AgentPolicy } from './compile/agent.ts';
import { Compiled } from './compile/compiled.ts';
import { LimitCompiler } from './compile/limit.ts';
import type { AppliedLimit } from './compile/limit.ts';
import { Roles } from './compile/roles.ts';
import { rulesOf } from './compile/rule.ts';
import type { Rule } from './compile/rule.ts';
import { DataClasses, dataRulesOf } from './data/rules.ts';
import { Findings } from './diagnostics.ts';
import { readAllDocuments } from './document/documents.ts';
import type { Documents } from './document/documents.ts';
import type { AgentDocument, RemitDocument } from './document/remit.ts';
import { lint } from './lint/lint.ts';
import { formatLock } from './lock/format.ts';
import { Catalog } from './names/catalog.ts';
import type { AgentProfile, CompiledPolicy, LoadResult, SourceFile } from './port.ts';

/**
 * Loads all documents of a workspace folder. The order of `files` changes nothing. A `policy` is
 * given only where nothing is wrong; without a `lock` names cannot be checked, which a diagnostic says.
 */
export function loadWorkspace(files: readonly SourceFile[], givenLock: ToolsLock | undefined): LoadResult {
  const findings = new Findings();
  const documents = readAllDocuments(files, findings);
  // Without a workspace there are no servers that the tools of a lock could belong to.
  const lock = documents.workspace && givenLock;
  const catalog = new Catalog(documents.workspace, lock, findings);
  const agentPolicies = new AgentCompiler(documents, catalog, findings).all();
  lint(documents, agentPolicies.values(), catalog, findings);
  noteMissing(documents, lock, findings);
  if (findings.hasErrors) return { diagnostics: findings.list };
  const policy = new Compiled({
    version: versionOf(files, lock),
    workspace: workspaceOf(documents),
    keepTier4Blocked: documents.workspace?.keepTier4Blocked ?? false,
    lock,
    tools: catalog.tools,
    agentPolicies,
  });
  return { policy, diagnostics: findings.list };
}

/** The digest of documents and lock. It does not depend on the order in which files were given. */
function versionOf(files: readonly SourceFile[], lock: ToolsLock | undefined): string {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map(({ path, text }) => [path, text]);
  return `sha256:${hash('sha256', JSON.stringify([sorted, lock === undefined ? null : formatLock(lock)]))}`;
}

function workspaceOf({ workspace }: Documents): CompiledPolicy['workspace'] {
  return {
    name: workspace?.name.text ?? '',
    mode: workspace?.mode ?? 'enforce',
    conceal: workspace?.conceal ?? false,
    servers: workspace?.servers ?? new Map(),
    groups: workspace?.groups ?? new Map(),
    ...(workspace?.environment !== undefined && { environment: workspace.environment }),
  };
}

function noteMissing(documents: Documents, lock: ToolsLock | undefined, findings: Findings): void {
  const spot = (
    documents.workspace?.name ?? [...documents.agents.values(), ...documents.roles.values()][0]?.name
  )?.spot;
  if (spot === undefined) return;
  if (documents.workspace === undefined) {
    const message = 'there is no workspace document, so names of tools, actions and roles were not checked';
    findings.note('no_workspace', message, spot, 'put it into a folder with a `workspace:` document');
  } else if (lock === undefined) {
    const message = 'there is no `tools.lock`, so names and conditions were not checked against the tools';
    findings.warning('no_lock', message, spot, 'run `remit tools pull`');
  }
}

/** Compiles agents; rules of roles and guardrails are compiled once and shared. */
class AgentCompiler {
  readonly #documents: Documents;
  readonly #catalog: Catalog;
  readonly #findings: Findings;
  readonly #roles: Roles;
  readonly #classes: DataClasses;
  readonly #rules = new Map<RemitDocument, Rule[]>();
  readonly #limitCompiler: LimitCompiler;
  readonly #limits = new Map<RemitDocument, AppliedLimit[]>();

  constructor(documents: Documents, catalog: Catalog, findings: Findings) {
    this.#documents = documents;
    this.#catalog = catalog;
    this.#findings = findings;
    this.#roles = new Roles(documents.roles, findings);
    this.#classes = new DataClasses(documents.workspace);
    this.#limitCompiler = new LimitCompiler(catalog, findings);
    // Also those that no agent has: mistakes in them are mistakes.
    for (const document of [...documents.roles.values(), ...documents.guardrails]) this.#compile(document);
  }

  all(): Map<string, AgentPolicy> {
    return new Map([...this.#documents.agents].map(([name, agent]) => [name, this.#agent(agent)]));
  }

  #compile(document: RemitDocument): void {
    this.#rules.set(document, rulesOf(document, this.#catalog));
    this.#limits.set(document, this.#limitCompiler.of(document));
  }

  #agent(agent: AgentDocument): AgentPolicy {
    this.#compile(agent);
    const roles = this.#roles.of(agent);
    this.#checkRisk(agent, [agent, ...roles]);
    const parts = [agent, ...roles, ...this.#documents.guardrails];
    return new AgentPolicy({
      profile: profileOf(agent, this.#documents),
      roles: [
        ...new Set([...agent.roles.map((word) => word.text), ...roles.map((role) => role.name.text)]),
      ].toSorted(),
      rules: parts.flatMap((part) => this.#rules.get(part) ?? []),
      limits: parts.flatMap((part) => this.#limits.get(part) ?? []),
      data: dataRulesOf(parts, this.#classes),
    });
  }

  /** A person approves every action of a critical agent; a tier that says otherwise contradicts that. */
  #checkRisk(agent: AgentDocument, documents: readonly RemitDocument[]): void {
    if (agent.risk !== 'critical') return;
    for (const { guardrails } of documents) {
      for (const word of [...(guardrails.tier_1_automatic ?? []), ...(guardrails.tier_2_logged ?? [])]) {
        const message = `agent \`${agent.name.text}\` is critical, so a person approves every action; \`${word.text}\` may not stand in \`${word.path}\``;
        this.#findings.error(
          'contradicts_risk',
          message,
          word.spot,
          'move it to `tier_3_approval`, or lower the risk',
        );
      }
    }
  }
}

function profileOf(agent: AgentDocument, documents: Documents): AgentProfile {
  const { owner, team, purpose, risk } = agent;
  return {
    name: agent.name.text,
    mode: agent.mode ?? documents.workspace?.mode ?? 'enforce',
    conceal: agent.conceal ?? documents.workspace?.conceal ?? false,
    place: agent.name.spot,
    ...(owner !== undefined && { owner }),
    ...(team !== undefined && { team }),
    ...(purpose !== undefined && { purpose }),
    ...(risk !== undefined && { risk }),
  };
}
