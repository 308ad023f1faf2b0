/**
 * Conditions on arguments that recorded use supports: nothing outside of what was used passes them.
 * Texts that look like identifiers or free text are left open, since a next call will have others.
 */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject, JsonValue } from '@remit/contracts';

/** So many uses show which optional arguments are not needed, and which few texts are. */
const USES_MIN = 20;
/** A text is one of few where it takes at most so many values, each used so often on average. */
const VALUES_MAX = 5;
const USES_PER_VALUE_MIN = 3;

/** CEL over `args`, or undefined where nothing can be said. */
export function conditionFor(schema: JsonObject, uses: readonly JsonObject[]): string | undefined {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const parts = Object.entries(properties).flatMap(([name, property]) =>
    isJsonObject(property) && NAME.test(name) ? (conditionOn(name, property, uses) ?? []) : [],
  );
  return parts.length === 0 ? undefined : parts.join(' && ');
}

/** Names that CEL takes after a point. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

function conditionOn(name: string, property: JsonObject, uses: readonly JsonObject[]): string | undefined {
  const values = uses.filter((use) => Object.hasOwn(use, name)).map((use) => use[name]!);
  if (values.length === 0) return uses.length >= USES_MIN ? `!has(args.${name})` : undefined;
  const condition = conditionOnValues(`args.${name}`, property, values);
  if (condition === undefined) return undefined;
  return values.length === uses.length ? condition : `(!has(args.${name}) || ${condition})`;
}

function conditionOnValues(
  path: string,
  { type }: JsonObject,
  values: readonly JsonValue[],
): string | undefined {
  if (type === 'number' || type === 'integer') return rangeOf(path, values, type === 'number');
  if (type === 'boolean')
    return new Set(values).size === 1 ? `${path} == ${JSON.stringify(values[0])}` : undefined;
  return type === 'string' ? oneOfFew(path, values) : undefined;
}

function rangeOf(path: string, values: readonly JsonValue[], double: boolean): string | undefined {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) return undefined;
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)].map((value) => literal(value, double));
  if (least === undefined || most === undefined) return undefined;
  return least === most
    ? `${path} >= ${least} && ${path} <= ${least}`
    : `${path} >= ${least} && ${path} <= ${most}`;
}

/** Undefined for numbers that CEL would have to write with an exponent. */
function literal(value: number, double: boolean): string | undefined {
  const text = String(value);
  if (text.includes('e')) return undefined;
  return double && !text.includes('.') ? `${text}.0` : text;
}

/** Plain words: not an identifier, an address or a sentence. */
const WORD = /^[A-Za-z][A-Za-z _-]{0,39}$/;

function oneOfFew(path: string, values: readonly JsonValue[]): string | undefined {
  const different = [...new Set(values)].filter((value) => typeof value === 'string').toSorted();
  const few = different.length <= VALUES_MAX && values.length >= different.length * USES_PER_VALUE_MIN;
  if (values.length < USES_MIN || !few || !different.every((value) => WORD.test(value))) return undefined;
  return `${path} in ${JSON.stringify(different)}`;
}
