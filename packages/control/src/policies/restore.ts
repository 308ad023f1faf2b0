/** The standing at a start, read from the ledger: the last activation, and what came after it. */
import { bounds, type AuditEvent, type EventKind } from '@remit/contracts';
import type { Ledger } from '@remit/ledger';
import { nothingStands, standingAfter, type Standing } from './standing.ts';

const laterKinds = ['policy_proposed', 'policy_approved', 'policy_rejected'] as const;

/** Searches by kind, so that the length of the log does not matter. */
export async function restoreStanding(ledger: Pick<Ledger, 'search'>): Promise<Standing> {
  const [last] = (await ledger.search({ action: 'policy_activated', limit: 1 })).events;
  const later: AuditEvent[] = [];
  for (const action of laterKinds) later.push(...(await eventsSince(ledger, action, last?.timestamp)));
  const start = last === undefined ? nothingStands : standingAfter(nothingStands, last);
  return later
    .filter((event) => indexOf(event) > indexOf(last))
    .sort((a, b) => indexOf(a) - indexOf(b))
    .reduce(standingAfter, start);
}

async function eventsSince(
  ledger: Pick<Ledger, 'search'>,
  action: EventKind,
  since: string | undefined,
): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.search({
      action,
      limit: bounds.policy_events_page,
      ...(since !== undefined && { since }),
      ...(cursor !== undefined && { cursor }),
    });
    events.push(...page.events);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return events;
}

/** Index of the leaf; -1 where there is no event. */
function indexOf(event: AuditEvent | undefined): number {
  return event?.ledger?.outcome?.index ?? -1;
}
