/** Who has to agree to a changed policy: the names looked up, and what is left out filled in. */
import { didYouMean } from '@remit/contracts';
import type { Findings } from '../diagnostics.ts';
import type { WorkspaceDocument } from '../document/workspace.ts';
import type { ActivationTerms } from '../port.ts';

/** Undefined where nobody is asked. */
export function activationTerms(
  workspace: WorkspaceDocument | undefined,
  findings: Findings,
): ActivationTerms | undefined {
  if (workspace?.activation === undefined) return undefined;
  const { who = [], count } = workspace.activation;
  const { groups } = workspace;
  for (const { text, spot } of who) {
    if (groups.has(text)) continue;
    const remedy = didYouMean(text, groups.keys()) ?? 'add it to `groups:` of the workspace';
    findings.error('unknown_name', `there is no group \`${text}\``, spot, remedy);
  }
  const people = new Set(who.flatMap(({ text }) => groups.get(text) ?? []));
  // A group without people in the workspace may have some that were added elsewhere.
  const closed = who.length > 0 && who.every(({ text }) => (groups.get(text) ?? []).length > 0);
  if (closed && count !== undefined && people.size < count.value) {
    const message = `${count.value} people have to agree to a changed policy, but only ${people.size} may`;
    findings.warning('too_few_approvers', message, count.spot, 'add people to the group, or ask for fewer');
  }
  return { who: who.map(({ text }) => text), count: count?.value ?? 1 };
}
