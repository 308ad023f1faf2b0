/**
 * JSON as conditions see it. CEL tells `int` from `double`, JSON does not: the shape decides. A value
 * that is not what its schema declares makes the condition fail, which denies.
 */
import { bounds } from '@remit/contracts';
import type { JsonValue } from '@remit/contracts';
import type { Shape } from './shape.ts';

/** Values of CEL: `bigint` is int, `number` is double; maps are `Map`, so that no key is special. */
export type CelValue = string | number | bigint | boolean | null | Date | CelValue[] | Map<string, CelValue>;

/** How much there is to look at: what bounds the cost of loops over it. */
export interface Extent {
  /** Length of the longest list or map. */
  items: number;
  /** Characters of the longest text. */
  characters: number;
  /** Values in all, and in the largest item of a list. */
  values: number;
  element: number;
}

class UnexpectedValue extends Error {}

/** @throws UnexpectedValue where the value is not of the shape. */
export function celValue(value: JsonValue, shape: Shape, path: string, extent: Extent): CelValue {
  extent.values += 1;
  if (extent.values > bounds.condition_values_max)
    throw new UnexpectedValue(`the arguments hold more than ${bounds.condition_values_max} values`);
  if (typeof value === 'string') extent.characters = Math.max(extent.characters, value.length);
  switch (shape.kind) {
    case 'string':
      return typeof value === 'string' ? value : unexpected(path, 'a string');
    case 'bool':
      return typeof value === 'boolean' ? value : unexpected(path, 'true or false');
    case 'null':
      return value === null ? value : unexpected(path, 'null');
    case 'double':
      return typeof value === 'number' ? value : unexpected(path, 'a number');
    case 'int':
      return typeof value === 'number' && Number.isInteger(value)
        ? BigInt(value)
        : unexpected(path, 'a whole number');
    case 'list':
      return Array.isArray(value) ? listValue(value, shape.items, path, extent) : unexpected(path, 'a list');
    case 'object':
      return objectValue(value, shape.fields, path, extent);
    case 'any':
      return anyValue(value, path, extent);
  }
}

function unexpected(path: string, expected: string): never {
  throw new UnexpectedValue(`\`${path}\` is not ${expected}`);
}

function listValue(value: JsonValue[], items: Shape, path: string, extent: Extent): CelValue[] {
  extent.items = Math.max(extent.items, value.length);
  return value.map((item) => {
    const before = extent.values;
    const read = celValue(item, items, `${path}[]`, extent);
    extent.element = Math.max(extent.element, extent.values - before);
    return read;
  });
}

function objectValue(
  value: JsonValue,
  fields: ReadonlyMap<string, Shape>,
  path: string,
  extent: Extent,
): CelValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return unexpected(path, 'an object');
  const result = new Map<string, CelValue>();
  for (const name of Object.keys(value)) {
    result.set(name, celValue(value[name]!, fields.get(name) ?? ANY, `${path}.${name}`, extent));
  }
  extent.items = Math.max(extent.items, result.size);
  return result;
}

const ANY: Shape = { kind: 'any' };
const NO_FIELDS: ReadonlyMap<string, Shape> = new Map();

/** Without a schema a number is a double, as CEL converts JSON (cel-spec, "JSON Data Conversion"). */
function anyValue(value: JsonValue, path: string, extent: Extent): CelValue {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value)
    ? listValue(value, ANY, path, extent)
    : objectValue(value, NO_FIELDS, path, extent);
}
