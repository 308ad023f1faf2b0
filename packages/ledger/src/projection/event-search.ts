/**
 * Finds events in the search rows. Pages by time and key, newest first, so that the hundredth page costs what the
 * first does and a page stays what it is while the log grows.
 */
import type { DatabaseSync } from 'node:sqlite';
import { bounds, Fault, type Filter, type FilterTerm } from '@remit/contracts';
import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
  type Compilable,
  type SelectQueryBuilder,
} from 'kysely';
import type { SearchQuery } from '../port.ts';
import type { EventMarkRow, EventRow } from './database.ts';
import { conditionOf, isMarkTerm, leads, numbersOf, type FindMark } from './search-conditions.ts';
import { decodeCursor, type RowPlace } from './search-cursor.ts';
import { filterOf } from './search-filter.ts';

interface Tables {
  event: EventRow;
  event_mark: EventMarkRow;
}
type Select = SelectQueryBuilder<Tables, 'event', object>;

/** Only builds SQL, so that its columns are type-checked; `node:sqlite` runs it. */
const builder = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

const limitMax = 1000;

export interface FoundRows {
  rows: EventRow[];
  /** Where the next page begins; undefined where this is the last. */
  next?: RowPlace;
  /** The rows behind `next` were not looked at, so there may be more or none. */
  bounded: boolean;
}

export class EventSearch {
  readonly #database: DatabaseSync;
  readonly #find: FindMark;

  constructor(database: DatabaseSync, find: FindMark) {
    this.#database = database;
    this.#find = find;
  }

  /** Rows for one page; what they say of text is still to be looked at. @throws Fault `invalid_query`. */
  page(query: SearchQuery): FoundRows {
    const { limit } = query;
    const filter = filterOf(query);
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const floor = this.#floor(filter, after);
    const rows = this.#all<EventRow>(
      this.#matching(filter, after, floor)
        .selectAll('event')
        .limit(limit + 1),
    );
    const last = rows[limit - 1];
    if (rows.length > limit && last !== undefined)
      return { rows: rows.slice(0, limit), next: last, bounded: false };
    return floor === undefined ? { rows, bounded: false } : { rows, next: floor, bounded: true };
  }

  /** How many there are, without looking at their text. */
  count(query: SearchQuery): { events: number; exact: boolean } {
    const filter = filterOf(query);
    const floor = this.#floor(filter, undefined);
    const max = bounds.search_counted_events_max;
    const rows = this.#matching(filter, undefined, floor)
      .select('event.key')
      .limit(max + 1);
    const counted = builder
      .selectFrom(rows.as('found'))
      .select(({ fn }) => fn.countAll<number>().as('events'));
    const events = this.#all<{ events: number }>(counted)[0]!.events;
    return { events: Math.min(events, max), exact: floor === undefined && events <= max };
  }

  /** The last row that a page looks at, where it might otherwise look at all of them for a few. */
  #floor(filter: Filter, after: RowPlace | undefined): RowPlace | undefined {
    const leading = leadingTerm(filter);
    const ranges = filter.filter((term) => term.type === 'time' && !term.negated);
    const asked = filter.filter((term) => term.type !== 'text').length;
    if (asked === ranges.length + (leading === undefined ? 0 : 1)) return undefined;
    const looked = this.#matching(leading === undefined ? ranges : [leading, ...ranges], after, undefined);
    const place = looked
      .select(['event.time', 'event.key'])
      .limit(1)
      .offset(bounds.search_rows_max - 1);
    return this.#all<RowPlace>(place)[0];
  }

  #matching(filter: Filter, after: RowPlace | undefined, floor: RowPlace | undefined): Select {
    const leading = leadingTerm(filter);
    const byMark = leading !== undefined && isMarkTerm(leading) ? leading : undefined;
    let select: Select = builder.selectFrom('event');
    let place = sql`event.time, event.key`;
    if (byMark !== undefined) {
      // From its marks to the events, in their order: the planner does not know how few they are.
      const [number = -1] = numbersOf(byMark, this.#find);
      select = builder
        .selectFrom('event_mark')
        .crossJoin('event')
        .whereRef('event.key', '=', 'event_mark.key')
        .where('event_mark.mark', '=', number);
      place = sql`event_mark.time, event_mark.key`;
    }
    for (const term of filter) {
      if (term === byMark || term.type === 'text') continue;
      select = select.where(conditionOf(term, this.#find));
    }
    if (after !== undefined) select = select.where(sql<boolean>`(${place}) < (${after.time}, ${after.key})`);
    if (floor !== undefined) select = select.where(sql<boolean>`(${place}) >= (${floor.time}, ${floor.key})`);
    return byMark === undefined
      ? select.orderBy('event.time', 'desc').orderBy('event.key', 'desc')
      : select.orderBy(sql`event_mark.time`, 'desc').orderBy(sql`event_mark.key`, 'desc');
  }

  #all<Row>(query: Compilable): Row[] {
    const { sql: text, parameters } = query.compile();
    return this.#database.prepare(text).all(...(parameters as (string | number)[])) as Row[];
  }
}

/** The term whose index is followed: the one that mostly has the fewest rows. */
function leadingTerm(filter: Filter): FilterTerm | undefined {
  const candidates = filter.filter(leads);
  const byKey = (key: string) => candidates.find((term) => term.type === 'value' && term.key === key);
  return (
    byKey('id') ?? candidates.find(isMarkTerm) ?? leadingKeys.map(byKey).find((term) => term !== undefined)
  );
}

const leadingKeys = ['rule', 'tool', 'agent', 'server', 'result', 'decision', 'tier', 'action'];

/** @throws Fault `invalid_query`. */
export function checkLimit({ limit }: SearchQuery): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= limitMax) return;
  throw new Fault('invalid_query', `a search gives 1 to ${limitMax} events, not ${limit}`);
}
