/** What became durable since the event that a client has seen last, for one that comes back. */
import { bounds, type AuditEvent } from '@remit/contracts';
import type { Ledger } from '@remit/ledger';

/** The index of the newest record that this event shows; -1 where it has none. */
export function indexOf({ ledger }: AuditEvent): number {
  return ledger?.outcome?.index ?? ledger?.intent?.index ?? -1;
}

/**
 * Events with a record after this index, as they stand now, in the order of their newest records; undefined
 * where these are more than a stream goes back, or the log does not reach that far.
 */
export async function eventsAfter(
  ledger: Pick<Ledger, 'records' | 'show' | 'status'>,
  index: number,
): Promise<AuditEvent[] | undefined> {
  const { size } = ledger.status();
  if (index >= size || size - 1 - index > bounds.event_stream_replay_max) return undefined;
  const ids = new Set<string>();
  for await (const { id } of ledger.records({ from: index + 1 })) ids.add(id);
  const events: AuditEvent[] = [];
  for (const id of ids) {
    const event = await ledger.show(id);
    if (event) events.push(event);
  }
  return events.sort((a, b) => indexOf(a) - indexOf(b));
}
