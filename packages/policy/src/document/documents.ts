/** All documents of a set of files, sorted by kind. The kind is told by the key that names it. */
import { didYouMean, bounds } from '@remit/contracts';
import type { Findings } from '../diagnostics.ts';
import type { SourceFile } from '../port.ts';
import { lintSecrets } from '../lint/secrets.ts';
import { readBaseline } from './risk.ts';
import type { BaselineDocument, Risk } from './risk.ts';
import { readAgent, readGuardrailsDocument, readRole } from './remit.ts';
import type { AgentDocument, GuardrailsDocument, RoleDocument } from './remit.ts';
import type { Word } from './reading.ts';
import { readingDocuments } from './tree.ts';
import type { Mapping } from './tree.ts';
import { readWorkspace } from './workspace.ts';
import type { WorkspaceDocument } from './workspace.ts';

export interface Documents {
  workspace: WorkspaceDocument | undefined;
  agents: Map<string, AgentDocument>;
  roles: Map<string, RoleDocument>;
  guardrails: GuardrailsDocument[];
  /** Risk baselines by level, as far as the workspace writes its own. */
  baselines: Map<Risk, BaselineDocument>;
}

/** Files are read in the order of their paths, so that messages do not depend on how they were given. */
export function* readAllDocuments(
  files: readonly SourceFile[],
  findings: Findings,
): Generator<void, Documents> {
  const documents: Documents = {
    workspace: undefined,
    agents: new Map(),
    roles: new Map(),
    guardrails: [],
    baselines: new Map(),
  };
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  let count = 0;
  for (const file of sorted) {
    lintSecrets(file, findings);
    for (const tree of readingDocuments(file, findings)) {
      yield;
      if (tree === undefined) continue;
      count += 1;
      if (count > bounds.policy_documents_max) {
        const message = `more than ${bounds.policy_documents_max} documents in one workspace`;
        findings.error('too_many_documents', message, tree.spot, 'share what is alike through roles');
        return documents;
      }
      addDocument(tree, documents, findings);
    }
  }
  return documents;
}

const kinds = ['workspace', 'agent', 'role', 'guardrails', 'risk'];

function addDocument(tree: Mapping, documents: Documents, findings: Findings): void {
  const reading = { findings, path: '' };
  const has = (key: string): boolean => tree.entries.has(key);
  if (has('workspace')) return addWorkspace(tree, documents, findings);
  if (has('agent')) return addNamed(readAgent(tree, reading), documents.agents, findings);
  if (has('role')) return addNamed(readRole(tree, reading), documents.roles, findings);
  if (has('risk')) return addNamed(readBaseline(tree, reading), documents.baselines, findings);
  if (has('guardrails')) {
    const read = readGuardrailsDocument(tree, reading);
    if (read !== undefined) documents.guardrails.push(read);
    return;
  }
  const hint = [...tree.entries.keys()]
    .map((key) => didYouMean(key, kinds))
    .find((found) => found !== undefined);
  const message =
    'cannot tell what this document is: it has none of `workspace`, `agent`, `role`, `guardrails`, `risk`';
  findings.error('unknown_document', message, tree.spot, hint);
}

function addWorkspace(tree: Mapping, documents: Documents, findings: Findings): void {
  const read = readWorkspace(tree, { findings, path: '' });
  if (read === undefined) return;
  if (documents.workspace === undefined) {
    documents.workspace = read;
    return;
  }
  const { file, line } = documents.workspace.name.spot;
  const message = `second workspace document \`${read.name.text}\`; the first, \`${documents.workspace.name.text}\`, is in \`${file}\` line ${line}`;
  findings.error('duplicate_document', message, read.name.spot, 'a folder holds exactly one workspace');
}

function addNamed<Name extends string, Named extends { kind: string; name: Word }>(
  read: Named | undefined,
  known: Map<Name, Named>,
  findings: Findings,
): void {
  if (read === undefined) return;
  const name = read.name.text as Name;
  const earlier = known.get(name);
  if (earlier === undefined) {
    known.set(name, read);
    return;
  }
  const { file, line } = earlier.name.spot;
  const message = `${read.kind} \`${name}\` is defined twice, first in \`${file}\` line ${line}`;
  findings.error('duplicate_document', message, read.name.spot, 'merge the two, or rename one');
}
