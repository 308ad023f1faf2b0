/** From text to a checked and indexed policy. */
import { createHash } from 'node:crypto';
import type { ToolsLock } from '@remit/contracts';
import { activationTerms } from './compile/activation.ts';
import { AgentCompiler } from './compile/agents.ts';
import { Compiled } from './compile/compiled.ts';
import { Findings } from './diagnostics.ts';
import { readAllDocuments } from './document/documents.ts';
import type { Documents } from './document/documents.ts';
import { lint } from './lint/lint.ts';
import { Catalog } from './names/catalog.ts';
import type { ActivationTerms, CompiledPolicy, LoadResult, SourceFile } from './port.ts';
import { versionParts } from './version.ts';

/**
 * Loads all documents of a workspace folder. The order of `files` changes nothing. A `policy` is
 * given only where nothing is wrong; without a `lock` names cannot be checked, which a diagnostic says.
 */
export function loadWorkspace(files: readonly SourceFile[], lock: ToolsLock | undefined): LoadResult {
  const steps = loading(files, lock);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * The same, so that a large workspace keeps nobody waiting: `pause` is called between any two steps,
 * and where it gives a promise, the next step waits for it.
 */
export async function loadWorkspaceInSteps(
  files: readonly SourceFile[],
  lock: ToolsLock | undefined,
  pause: () => Promise<unknown> | undefined,
): Promise<LoadResult> {
  const steps = loading(files, lock);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await pause();
  }
}

function* loading(
  files: readonly SourceFile[],
  givenLock: ToolsLock | undefined,
): Generator<void, LoadResult> {
  const findings = new Findings();
  const documents = yield* readAllDocuments(files, findings);
  // Without a workspace there are no servers that the tools of a lock could belong to.
  const lock = documents.workspace && givenLock;
  const catalog = yield* Catalog.of(documents.workspace, lock, findings);
  const compiler = new AgentCompiler(documents, catalog, findings);
  const agentPolicies = yield* compiler.all();
  yield* lint(documents, agentPolicies.values(), catalog, findings);
  noteMissing(documents, lock, findings);
  const activation = activationTerms(documents.workspace, findings);
  if (findings.hasErrors) return { diagnostics: findings.list };
  const version = yield* versionOf(files, lock);
  yield;
  const policy = new Compiled({
    version,
    workspace: workspaceOf(documents, activation),
    keepTier4Blocked: documents.workspace?.keepTier4Blocked ?? false,
    lock,
    tools: catalog.tools,
    agentPolicies,
    classes: compiler.classes,
  });
  return { policy, diagnostics: findings.list };
}

/** The digest of documents and lock. It does not depend on the order in which files were given. */
function* versionOf(
  files: readonly SourceFile[],
  lock: ToolsLock | undefined,
): Generator<void, CompiledPolicy['version']> {
  const digest = createHash('sha256');
  for (const part of versionParts(files, lock)) {
    digest.update(part);
    yield;
  }
  return `sha256:${digest.digest('hex')}`;
}

function workspaceOf(
  { workspace }: Documents,
  activation: ActivationTerms | undefined,
): CompiledPolicy['workspace'] {
  return {
    name: workspace?.name.text ?? '',
    mode: workspace?.mode ?? 'enforce',
    conceal: workspace?.conceal ?? false,
    servers: workspace?.servers ?? new Map(),
    groups: workspace?.groups ?? new Map(),
    ...(activation && { activation }),
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
