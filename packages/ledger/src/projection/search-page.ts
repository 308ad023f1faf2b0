/** One page of a search: rows from the index, and where text is asked for, what their payloads say. */
import { bounds, matchesFilter, type AuditEvent, type Filter } from '@remit/contracts';
import type { SearchPage, SearchQuery } from '../port.ts';
import type { EventRow } from './database.ts';
import { checkLimit, type EventSearch, type FoundRows } from './event-search.ts';
import { encodeCursor, type RowPlace } from './search-cursor.ts';

/** `open` gives the event of a row, with what can still be read of it. @throws Fault `invalid_query`. */
export function searchPage(
  search: EventSearch,
  query: SearchQuery,
  open: (row: EventRow) => AuditEvent,
): SearchPage {
  checkLimit(query);
  const text = (query.filter ?? []).filter((term) => term.type === 'text');
  const page = text.length === 0 ? indexPage(search.page(query), open) : textPage(search, query, text, open);
  if (query.count !== true) return page;
  const count = search.count(query);
  return { ...page, count: text.length === 0 ? count : { events: page.events.length, exact: false } };
}

function indexPage({ rows, next, bounded }: FoundRows, open: (row: EventRow) => AuditEvent): SearchPage {
  return { events: rows.map(open), ...endOf(next, bounded) };
}

/** Text is in no index: payloads are opened one after the other, at most so many for one page. */
function textPage(
  search: EventSearch,
  query: SearchQuery,
  text: Filter,
  open: (row: EventRow) => AuditEvent,
): SearchPage {
  const events: AuditEvent[] = [];
  let [left, cursor] = [bounds.search_opened_events_max, query.cursor];
  for (;;) {
    const limit = Math.min(left, openedAtOnce);
    const found = search.page({ ...query, limit, ...(cursor !== undefined && { cursor }) });
    for (const row of found.rows) {
      const event = open(row);
      if (matchesFilter(event, text)) events.push(event);
      if (events.length === query.limit) return { events, ...endOf(row, false) };
    }
    left -= found.rows.length;
    if (found.next === undefined) return { events };
    if (found.bounded || left === 0) return { events, ...endOf(found.next, true) };
    cursor = encodeCursor(found.next);
  }
}

const openedAtOnce = 100;

function endOf(next: RowPlace | undefined, bounded: boolean): Omit<SearchPage, 'events'> {
  if (next === undefined) return {};
  const cursor = encodeCursor(next);
  return bounded ? { cursor, searched_back_to: new Date(next.time).toISOString() } : { cursor };
}
