import { Readable } from 'node:stream';
import { Fault, parseFilter } from '@remit/contracts';
import type { Ledger, SearchQuery } from '@remit/ledger';
import type { eventRoutes } from '../api/events.ts';
import { administrativeRecord } from '../administrative-record.ts';
import { exported, type ExportFormat } from '../export/export.ts';
import { required, type Caller } from '../server/caller.ts';
import type { ControlDeps } from '../server/deps.ts';
import type { Handlers } from './handler.ts';
import { present } from './present.ts';

const pageSize = 100;

type EventId = Exclude<keyof typeof eventRoutes, 'streamEvents'>;

export function eventHandlers(deps: ControlDeps): Handlers<EventId> {
  const { ledger, reads, clock } = deps;
  return {
    exportEvents: ({ query, caller }) => exportOf(deps, query, required(caller)),
    searchEvents: async ({ query: { limit, cursor, count, since, until, filter, ...filters }, caller }) => {
      const wanted = present({ ...filters, since: since && utc(since), until: until && utc(until) });
      const parsed = filter === undefined ? undefined : parseFilter(filter, clock.now());
      const query: SearchQuery = {
        ...wanted,
        ...present({ cursor, filter: parsed }),
        limit: limit ?? pageSize,
        ...(count !== undefined && { count: true }),
      };
      const page = await ledger.search(query);
      // Before it is shown, but after it was found, so that no search finds itself. Further pages are the
      // same reading.
      await reads.record(caller, { of: 'search', filters: { ...wanted, ...present({ filter }) } });
      return page;
    },
    showEvent: async ({ parameters, caller }) => {
      const event = await ledger.show(parameters.id);
      if (!event) throw eventNotFound(parameters.id);
      await reads.record(caller, { of: 'event', subject: parameters.id });
      return event;
    },
    proveEvent: ({ parameters }) => proofOf(ledger, parameters.id),
  };
}

/** @throws Fault of the filter, `ledger_unavailable`: what cannot be recorded is not given out. */
async function exportOf(
  deps: ControlDeps,
  { format, filter = '' }: { format: ExportFormat; filter?: string | undefined },
  caller: Caller,
): Promise<Readable> {
  const { ledger, clock } = deps;
  const now = clock.now();
  const query = { filter: parseFilter(filter, now) };
  const event = { event: 'export', meta: { format }, payload: { filters: { filter } } } as const;
  await ledger.append([administrativeRecord(deps, caller, event)]);
  const made_at = new Date(now).toISOString();
  return Readable.from(exported(ledger, { format, query, filter, made_at }), { objectMode: false });
}

/** @throws Fault `event_not_found` */
export async function proofOf(ledger: Ledger, id: string): Promise<string> {
  const proof = await ledger.proof(id);
  if (proof === undefined) throw eventNotFound(id);
  return proof;
}

function eventNotFound(id: string): Fault {
  return new Fault('event_not_found', `There is no event \`${id}\`.`, {
    remedy: 'Find it with `remit audit search`.',
  });
}

/** The ledger compares times as text, which takes one spelling. */
function utc(time: string): string {
  return new Date(time).toISOString();
}
