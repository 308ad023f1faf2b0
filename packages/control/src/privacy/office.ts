/** Everything that control does for the people whom records are about. */
import { bounds, Fault, type AuditEvent, type StoredRecord } from '@remit/contracts';
import type { Ledger } from '@remit/ledger';
import { administrativeRecord, type Recording } from '../administrative-record.ts';
import type { Actor } from '../ports.ts';
import type { PeopleRegistry } from '../registry/people.ts';
import { Erasures, type RestoredState } from './erasures.ts';
import { Holds } from './holds.ts';

export interface PrivacyDeps extends Recording {
  ledger: Pick<Ledger, 'append' | 'records' | 'payloads' | 'search'>;
  people: PeopleRegistry;
  state: RestoredState;
}

export interface PrivacyOffice {
  holds: Holds;
  erasures: Erasures;
  /** Everything held about a person, a record a line. @throws Fault `export_too_large`, `ledger_unavailable` */
  exportSubject(subject: string, by: Actor): Promise<string>;
  /** Newest first. */
  deletions(since: string | undefined): Promise<{ deletions: AuditEvent[]; complete: boolean }>;
}

export async function openPrivacy(deps: PrivacyDeps): Promise<PrivacyOffice> {
  const holds = await Holds.open(deps);
  const erasures = await Erasures.open({ ...deps, holds });
  return {
    holds,
    erasures,
    exportSubject: (subject, by) => exportSubject(deps, subject, by),
    deletions: (since) => deletions(deps.ledger, since),
  };
}

async function exportSubject(deps: PrivacyDeps, subject: string, by: Actor): Promise<string> {
  const { ledger } = deps;
  const { found } = await ledger.payloads.find({ any: [{ subject }], holds: [] });
  const lines: string[] = [];
  let characters = 0;
  for await (const record of ledger.payloads.read(found)) {
    const line = lineOf(record);
    characters += line.length;
    if (characters > bounds.subject_export_characters_max) throw tooLarge();
    lines.push(line);
  }
  // Before it is shown, as every reading of records (architecture.md, invariant 10); the subject is sealed.
  const event = { event: 'export', meta: { records: lines.length }, payload: { subject } } as const;
  await ledger.append([administrativeRecord(deps, by, event)]);
  return lines.join('');
}

function lineOf({ index, position, id, event, phase, time, meta, payload }: StoredRecord): string {
  return `${JSON.stringify({ index, position, id, event, phase, time, ...meta, payload })}\n`;
}

function tooLarge(): Fault {
  const most = bounds.subject_export_characters_max;
  return new Fault('export_too_large', `What is held about this person has more than ${most} characters.`, {
    remedy: 'Search for it in parts: `remit audit search`.',
  });
}

async function deletions(
  ledger: Pick<Ledger, 'search'>,
  since: string | undefined,
): Promise<{ deletions: AuditEvent[]; complete: boolean }> {
  const found: AuditEvent[] = [];
  let complete = true;
  for (const action of ['erasure', 'retention'] as const) {
    const page = await ledger.search({ action, limit: 1000, ...(since !== undefined && { since }) });
    found.push(...page.events);
    complete &&= page.cursor === undefined;
  }
  found.sort((a, b) => (a.timestamp < b.timestamp ? 1 : -1));
  return { deletions: found, complete };
}
