/** Finds events in the search rows. Pages by key, so that the hundredth page costs what the first does. */
import type { DatabaseSync } from 'node:sqlite';
import { Fault } from '@remit/contracts';
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import type { SearchQuery } from '../port.ts';
import type { BlindIndex } from './blind-index.ts';
import type { EventRow } from './database.ts';

/** Only builds SQL, so that its columns are type-checked; `node:sqlite` runs it. */
const builder = new Kysely<{ event: EventRow }>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

const limitMax = 1000;

/** Newest first; one row more than `limit` where there is a further page. @throws Fault `invalid_query`. */
export function searchRows(
  database: DatabaseSync,
  query: SearchQuery,
  blind: BlindIndex,
): { rows: EventRow[]; cursor?: string } {
  const limit = limitOf(query);
  const { sql: text, parameters } = statement(query, limit, blind).compile();
  const rows = database
    .prepare(text)
    .all(...(parameters as (string | number | Uint8Array)[])) as unknown as EventRow[];
  const last = rows[limit - 1];
  if (rows.length <= limit || last === undefined) return { rows };
  return { rows: rows.slice(0, limit), cursor: encodeCursor(last) };
}

function statement(query: SearchQuery, limit: number, blind: BlindIndex) {
  let select = builder.selectFrom('event').selectAll();
  for (const name of ['agent', 'tool', 'server', 'action', 'result'] as const) {
    if (query[name] !== undefined) select = select.where(name, '=', query[name]);
  }
  if (query.conversation !== undefined)
    select = select.where('conversation', '=', blind.conversation(query.conversation));
  if (query.since !== undefined) select = select.where('time', '>=', timeOf(query.since, 'since'));
  if (query.until !== undefined) select = select.where('time', '<', timeOf(query.until, 'until'));
  if (query.cursor !== undefined) {
    const after = decodeCursor(query.cursor);
    select = select.where(sql<boolean>`(time, key) < (${after.time}, ${after.key})`);
  }
  return select
    .orderBy('time', 'desc')
    .orderBy('key', 'desc')
    .limit(limit + 1);
}

function limitOf({ limit }: SearchQuery): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= limitMax) return limit;
  throw new Fault('invalid_query', `a search gives 1 to ${limitMax} events, not ${limit}`);
}

export function timeOf(text: string, name: string): number {
  const time = Date.parse(text);
  if (Number.isFinite(time)) return time;
  throw new Fault('invalid_query', `\`${text}\` is not a time that \`${name}\` can take`, {
    remedy: 'Write it like 2026-03-03T14:32:15Z.',
  });
}

function encodeCursor(row: EventRow): string {
  return Buffer.from(`${row.time}.${row.key}`).toString('base64url');
}

function decodeCursor(cursor: string): { time: number; key: number } {
  const parts = /^(-?\d{1,16})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (parts === null) {
    throw new Fault('invalid_query', 'the cursor is not one that a search gave', {
      remedy: 'Start again without a cursor.',
    });
  }
  return { time: Number(parts[1]), key: Number(parts[2]) };
}
