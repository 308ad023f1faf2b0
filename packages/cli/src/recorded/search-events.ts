/**
 * Events as they were recorded: from the Remit that runs on the data folder, or from the ledger in it.
 * The policy that a Remit would run plays no part, so a candidate can be looked at beside it.
 */
import { existsSync } from 'node:fs';
import type { AuditEvent, EventKind } from '@remit/contracts';
import { administrativeRecord } from '@remit/control';
import { ApiClient } from '../client/api-client.ts';
import { findRemit } from '../client/connect.ts';
import { httpTransport } from '../client/transport.ts';
import type { Context, Location } from '../context.ts';
import type { DataFolder } from '../data/data-folder.ts';
import type { Listener } from '../data/listener-file.ts';
import { endProcess } from '../end-process.ts';
import { cannot } from '../exit-code.ts';
import { quietLog } from '../log.ts';

interface EventQuery {
  agent?: string;
  action?: EventKind;
  /** RFC 3339, inclusive. */
  since?: string;
}

/** One page, newest first. */
export type SearchEvents = (
  query: EventQuery & { limit: number; cursor?: string },
) => Promise<{ events: AuditEvent[]; cursor?: string | undefined }>;

/** Opens what there is, uses it, closes it. @throws CommandFault `no_records` where nothing was ever recorded. */
export async function withEvents<Result>(
  context: Context,
  location: Location,
  use: (search: SearchEvents) => Promise<Result>,
): Promise<Result> {
  if (!existsSync(location.data)) throw noRecords(location);
  const reached = await findRemit(location);
  return 'listener' in reached
    ? throughRunning(context, reached.listener, use)
    : fromFolder(context, reached.folder, use);
}

function noRecords({ data }: Location) {
  return cannot(
    'no_records',
    `There is no data folder ${data}, so nothing was recorded.`,
    'Name the data folder of the Remit that recorded with --data.',
  );
}

async function throughRunning<Result>(
  { machine }: Context,
  { console, operator_token }: Listener,
  use: (search: SearchEvents) => Promise<Result>,
): Promise<Result> {
  const remit = new ApiClient(httpTransport(console), machine.env['REMIT_TOKEN'] ?? operator_token);
  try {
    return await use(({ limit, ...query }) =>
      remit.call('searchEvents', { query: { ...query, limit: String(limit) } }),
    );
  } finally {
    await remit.close();
  }
}

/** The reading is recorded before anything is shown (invariant 10), as the API does it. */
async function fromFolder<Result>(
  { machine, terminal }: Context,
  folder: DataFolder,
  use: (search: SearchEvents) => Promise<Result>,
): Promise<Result> {
  const opened = new AsyncDisposableStack();
  opened.defer(() => folder.release());
  try {
    const { openCore } = await import('../core.ts');
    const log = quietLog(terminal);
    const core = await openCore({ machine, data: folder.path, log, failed: endProcess(log) });
    opened.defer(() => core.close());
    const reading = { event: 'audit_read', meta: { of: 'search' } } as const;
    await core.ledger.append([administrativeRecord(machine, { id: 'operator' }, reading)]);
    return await use((query) => core.ledger.search(query));
  } finally {
    await opened.disposeAsync();
  }
}

const page_events = 1000;

/** All events that match, newest first, up to `max`. */
export async function* eventsOf(
  search: SearchEvents,
  query: EventQuery,
  max: number,
): AsyncGenerator<AuditEvent> {
  let cursor: string | undefined;
  for (let left = max; left > 0;) {
    const limit = Math.min(left, page_events);
    const page = await search({ ...query, limit, ...(cursor === undefined ? {} : { cursor }) });
    yield* page.events;
    left -= page.events.length;
    cursor = page.cursor;
    if (cursor === undefined) return;
  }
}
