/** Whether one event fits a filter; what a search in the index has to agree with. */
import type { Comparison, Filter, FilterTerm, FilterValue } from './filter.ts';
import { numberOf, valuesOf, type Searchable } from './keys.ts';

/** `event` is an audit event, as search and stream give it. */
export function matchesFilter(event: Searchable, filter: Filter): boolean {
  return filter.every((term) => holds(event, term) !== term.negated);
}

function holds(event: Searchable, term: FilterTerm): boolean {
  switch (term.type) {
    case 'value':
      return valuesOf(event, term.key).some((value) => term.values.some((wanted) => isAs(value, wanted)));
    case 'number': {
      const value = numberOf(event, term.key);
      return value !== undefined && comparisons[term.comparison](value, term.value);
    }
    case 'time': {
      const time = Date.parse(String(event['timestamp']));
      return time >= (term.from ?? -Infinity) && time < (term.to ?? Infinity);
    }
    case 'text':
      return textOf(event).includes(term.text.toLowerCase());
  }
}

function isAs(value: string, { value: wanted, prefix }: FilterValue): boolean {
  return prefix === true ? value.startsWith(wanted) : value === wanted;
}

const comparisons: Record<Comparison, (value: number, other: number) => boolean> = {
  '<': (value, other) => value < other,
  '<=': (value, other) => value <= other,
  '=': (value, other) => value === other,
  '>=': (value, other) => value >= other,
  '>': (value, other) => value > other,
};

/** What text is searched in: parameters, answer, reasons and the agent's own words, strings and names of members. */
const searchedMembers = ['parameters', 'output', 'reasons', 'reason', 'rationale', 'target'] as const;

function textOf(event: Searchable): string {
  const parts: string[] = [];
  for (const member of searchedMembers) collect(event[member], parts);
  return parts.join('\n').toLowerCase();
}

/** Without recursion: an answer may be nested as deep as JSON is allowed to be. */
function collect(value: unknown, parts: string[]): void {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'object' && next !== null) {
      for (const [name, member] of Object.entries(next) as [string, unknown][]) {
        if (!Array.isArray(next)) parts.push(name);
        open.push(member);
      }
    } else if (typeof next === 'string') parts.push(next);
    else if (typeof next === 'number' || typeof next === 'boolean') parts.push(String(next));
  }
}
