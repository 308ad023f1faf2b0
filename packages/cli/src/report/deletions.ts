/** What was deleted, for people to read. */
import type { AuditEvent } from '@remit/contracts';
import { table } from '../terminal/table.ts';

export function describeDeletions(deletions: readonly AuditEvent[]): string[] {
  if (deletions.length === 0) return ['Nothing was deleted.'];
  const rows = deletions.map((event) => [
    event.timestamp,
    event.action,
    typeof event['records'] === 'number' ? String(event['records']) : '',
    reasonOf(event),
    [event['by'], event['agreed_by']].filter((by) => typeof by === 'string').join(' and '),
    event.id,
  ]);
  return table(['time', 'what', 'records', 'why', 'by', 'event'], rows);
}

function reasonOf(event: AuditEvent): string {
  if (event.action === 'retention') return 'past its retention';
  return event['replayed'] === true ? 'erased again after a restore' : 'asked for';
}
