/** Everything that a search asks for, as one filter. */
import { Fault, type Filter, type FilterTerm, type ValueKey } from '@remit/contracts';
import type { SearchQuery } from '../port.ts';

/** @throws Fault `invalid_query` for times that are none. */
export function filterOf(query: SearchQuery): Filter {
  const terms: FilterTerm[] = [...(query.filter ?? [])];
  const value = (key: ValueKey, text: string | undefined) => {
    if (text !== undefined) terms.push({ type: 'value', key, values: [{ value: text }], negated: false });
  };
  for (const name of ['agent', 'tool', 'server', 'action', 'result'] as const) value(name, query[name]);
  value('context.conversation_id', query.conversation);
  if (query.since !== undefined)
    terms.push({ type: 'time', from: timeOf(query.since, 'since'), negated: false });
  if (query.until !== undefined)
    terms.push({ type: 'time', to: timeOf(query.until, 'until'), negated: false });
  return terms;
}

export function timeOf(text: string, name: string): number {
  const time = Date.parse(text);
  if (Number.isFinite(time)) return time;
  throw new Fault('invalid_query', `\`${text}\` is not a time that \`${name}\` can take`, {
    remedy: 'Write it like 2026-03-03T14:32:15Z.',
  });
}
