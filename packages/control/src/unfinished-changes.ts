/** What the ledger has recorded as changes of the store beyond the last one that the store took in. */
import { registryChangeKinds, type AuditEvent, type EventKind } from '@remit/contracts';
import type { Ledger } from '@remit/ledger';
import type { Tables } from './store/tables.ts';

type Searchable = Pick<Ledger, 'search' | 'show'>;

/** Oldest first, without those that were corrected already. Searches by kind, so that the length of the log does not matter. */
export async function eventsBeyond(ledger: Searchable, last: Tables['last_change']): Promise<AuditEvent[]> {
  const after = indexOf(await ledger.show(last.event_id));
  const events: AuditEvent[] = [];
  for (const action of registryChangeKinds) events.push(...(await eventsSince(ledger, action, last.time)));
  const corrected = new Set(events.map((event) => event['corrects']));
  return events
    .filter((event) => indexOf(event) > after && event['corrects'] === undefined && !corrected.has(event.id))
    .sort((a, b) => indexOf(a) - indexOf(b));
}

async function eventsSince(ledger: Searchable, action: EventKind, since: string): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.search({ action, since, limit: 1000, ...(cursor !== undefined && { cursor }) });
    events.push(...page.events);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return events;
}

/** Index of the leaf; -1 for an event that the ledger does not have. */
function indexOf(event: AuditEvent | undefined): number {
  return event?.ledger?.outcome?.index ?? -1;
}
