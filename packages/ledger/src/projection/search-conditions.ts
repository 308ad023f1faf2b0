/** Terms of a filter as conditions on the search rows. A row that says nothing of a key fits only where that is negated. */
import {
  plainKeys,
  type FilterTerm,
  type FilterValue,
  type PlainKey,
  type ValueTerm,
} from '@remit/contracts';
import { sql, type RawBuilder } from 'kysely';
import type { Mark } from './event-marks.ts';

export type Condition = RawBuilder<boolean>;
export type FindMark = (mark: Mark) => number | undefined;
type MarkTerm = ValueTerm & { key: Mark['key'] };

/** The condition for one term; text is not in the rows and has none. */
export function conditionOf(term: Exclude<FilterTerm, { type: 'text' }>, find: FindMark): Condition {
  const holds = positiveCondition(term, find);
  return term.negated ? sql<boolean>`NOT coalesce(${holds}, FALSE)` : holds;
}

function positiveCondition(term: Exclude<FilterTerm, { type: 'text' }>, find: FindMark): Condition {
  switch (term.type) {
    case 'time':
      return sql<boolean>`(${sql.join([...bounds(term.from, '>='), ...bounds(term.to, '<'), sql`TRUE`], sql` AND `)})`;
    case 'number':
      return sql<boolean>`${sql.ref(`event.${term.key}`)} ${sql.raw(term.comparison)} ${term.value}`;
    case 'value':
      return isMarkTerm(term) ? hasMark(numbersOf(term, find)) : hasValue(term.key as PlainKey, term.values);
  }
}

function bounds(time: number | undefined, comparison: '>=' | '<'): Condition[] {
  return time === undefined ? [] : [sql<boolean>`event.time ${sql.raw(comparison)} ${Math.trunc(time)}`];
}

/** The last character that a value can go on with: what begins with a prefix lies between the two. */
const lastCharacter = '\u{10ffff}';

function hasValue(key: PlainKey, values: readonly FilterValue[]): Condition {
  const column = sql.ref(`event.${key}`);
  const [first, ...others] = values;
  if (first !== undefined && others.length === 0 && first.prefix !== true) {
    return sql<boolean>`${column} = ${first.value}`;
  }
  const either = values.map(({ value, prefix }) =>
    prefix === true
      ? sql`(${column} >= ${value} AND ${column} < ${value + lastCharacter})`
      : sql`${column} = ${value}`,
  );
  return sql<boolean>`(${sql.join(either, sql` OR `)})`;
}

/** Whether the event has one of these marks. */
function hasMark(numbers: readonly number[]): Condition {
  if (numbers.length === 0) return sql<boolean>`FALSE`;
  return sql<boolean>`EXISTS (SELECT 1 FROM event_mark AS other
    WHERE other.mark IN (${sql.join(numbers)}) AND other.time = event.time AND other.key = event.key)`;
}

export function isMarkTerm(term: FilterTerm): term is MarkTerm {
  return term.type === 'value' && !plainKeys.some((key) => key === term.key);
}

/** The marks that the values have; a value that no event has is left out. */
export function numbersOf({ key, values }: MarkTerm, find: FindMark): number[] {
  return values.flatMap(({ value }) => find({ key, value }) ?? []);
}

/** Whether the term leads to its rows by an index, in their order: one whole value. */
export function leads(term: FilterTerm): boolean {
  return (
    term.type === 'value' && !term.negated && term.values.length === 1 && term.values[0]!.prefix !== true
  );
}
