/** Pages over a list that is in memory, newest first. */
import { Fault } from '@remit/contracts';

interface Listed {
  id: string;
  requested_at: string;
}

/**
 * The cursor is the place of the last item shown, not a count, so that items which come or go
 * between two pages neither repeat nor hide others.
 * @throws Fault `invalid_query`
 */
export function page<Item extends Listed>(all: readonly Item[], limit: number, cursor?: string) {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rest = all
    .filter((item) => after === undefined || placeOf(item) < after)
    .sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  if (items.length === rest.length || !last) return { items };
  return { items, cursor: Buffer.from(placeOf(last)).toString('base64url') };
}

function placeOf({ requested_at, id }: Listed): string {
  return `${requested_at} ${id}`;
}

function readCursor(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString('utf8');
  if (/^\d{4}-\d\d-\d\dT\S+ \S+$/.test(place)) return place;
  throw new Fault('invalid_query', 'This cursor is not one that a page ended with.', {
    remedy: 'Start again without a cursor.',
  });
}
