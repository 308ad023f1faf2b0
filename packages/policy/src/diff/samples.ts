/** Arguments to try on a tool: what its schema asks for, and the values at which conditions turn. */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject, JsonValue } from '@remit/contracts';
import { boundariesOf } from '../condition/boundaries.ts';
import type { Boundary } from '../condition/boundaries.ts';

export interface Sample {
  arguments: JsonObject;
  user?: string;
}

/** Samples of one tool; where conditions would need more, fields are varied one at a time. */
const SAMPLES_MAX = 512;
/** Values of one field. */
const VALUES_MAX = 16;

/** @param people tried as the person on whose behalf, beside nobody. */
export function samplesFor(
  schema: JsonObject,
  conditions: readonly string[],
  people: readonly string[],
): Sample[] {
  const boundaries = conditions.flatMap(boundariesOf);
  const base = baseOf(schema);
  const fields = fieldsOf(boundaries, schema);
  const users = [undefined, ...constantsOf(boundaries, 'user'), ...people, 'someone@example.com'];
  return varied(base, fields).flatMap((args) =>
    [...new Set(users)].map((user) => ({ arguments: args, ...(user === undefined ? {} : { user }) })),
  );
}

interface Field {
  path: readonly string[];
  /** `undefined`: left out. */
  values: (JsonValue | undefined)[];
}

function constantsOf(boundaries: readonly Boundary[], root: string): string[] {
  return boundaries
    .filter((boundary) => boundary.root === root)
    .flatMap(({ values }) => values.filter((value) => typeof value === 'string'));
}

/** One entry for each argument that a condition looks at. */
function fieldsOf(boundaries: readonly Boundary[], schema: JsonObject): Field[] {
  const groups = Map.groupBy(
    boundaries.filter(({ root, fields }) => root === 'args' && fields.length > 0),
    ({ fields }) => JSON.stringify(fields),
  );
  return [...groups.values()].map((group) => {
    const path = group[0]!.fields;
    const own = schemaAt(schema, path);
    const values = [
      undefined,
      valueOf(own),
      ...group.flatMap((boundary) => boundary.values.flatMap((value) => around(value, own))),
      ...group.flatMap((boundary) => boundary.sizes.flatMap((size) => sized(size, own))),
      ...enumerated(own),
    ];
    return { path, values: distinct(values).slice(0, VALUES_MAX) };
  });
}

function varied(base: JsonObject, fields: readonly Field[]): JsonObject[] {
  const combinations = fields.reduce((count, { values }) => count * values.length, 1);
  if (combinations > SAMPLES_MAX)
    return [
      base,
      ...fields.flatMap(({ path, values }) => values.map((value) => withField(base, path, value))),
    ];
  return fields.reduce(
    (samples, { path, values }) =>
      samples.flatMap((sample) => values.map((value) => withField(sample, path, value))),
    [base],
  );
}

function withField(
  object: JsonObject,
  [name, ...rest]: readonly string[],
  value: JsonValue | undefined,
): JsonObject {
  if (name === undefined) return object;
  const { [name]: before, ...others } = object;
  if (rest.length > 0)
    return { ...others, [name]: withField(isJsonObject(before) ? before : {}, rest, value) };
  return value === undefined ? others : { ...others, [name]: value };
}

/** The constant, and values just beside it. */
function around(value: JsonValue, schema: JsonObject): JsonValue[] {
  if (typeof value === 'number') {
    const step = schema['type'] === 'integer' ? 1 : 0.01;
    return [value, round(value - step), round(value + step)];
  }
  return typeof value === 'string' ? [value, `${value}x`, `x${value}`] : [value, !value];
}

/** Without what binary fractions leave behind. */
function round(value: number): number {
  return Number(value.toPrecision(15));
}

function sized(size: number, schema: JsonObject): JsonValue[] {
  const sizes = [size - 1, size, size + 1].filter((length) => length >= 0 && length <= 1000);
  if (schema['type'] === 'string') return sizes.map((length) => 'x'.repeat(length));
  const item = valueOf(isJsonObject(schema['items']) ? schema['items'] : {});
  return sizes.map((length) => Array.from({ length }, () => item));
}

function enumerated(schema: JsonObject): JsonValue[] {
  if (Array.isArray(schema['enum'])) return schema['enum'];
  return schema['type'] === 'boolean' ? [true, false] : [];
}

function distinct(values: readonly (JsonValue | undefined)[]): (JsonValue | undefined)[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/** All required arguments, each with a plain value of its type. */
function baseOf(schema: JsonObject): JsonObject {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const names = required.filter((name) => typeof name === 'string');
  return Object.fromEntries(names.map((name) => [name, valueOf(schemaAt(schema, [name]))]));
}

function schemaAt(schema: JsonObject, [name, ...rest]: readonly string[]): JsonObject {
  if (name === undefined) return schema;
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return isJsonObject(own) ? schemaAt(own, rest) : {};
}

function valueOf(schema: JsonObject): JsonValue {
  if (Array.isArray(schema['enum']) && schema['enum'].length > 0) return schema['enum'][0]!;
  if (schema['const'] !== undefined) return schema['const'];
  if (schema['type'] === 'object') return baseOf(schema);
  const plain = plainValues.get(schema['type']);
  return plain === undefined ? 'text' : plain;
}

const plainValues: ReadonlyMap<JsonValue | undefined, JsonValue> = new Map<string, JsonValue>([
  ['integer', 1],
  ['number', 1],
  ['boolean', true],
  ['array', []],
  ['null', null],
]);
