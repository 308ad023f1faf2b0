/**
 * What a condition may look at: the shapes of its variables. A tool's `inputSchema` (JSON Schema)
 * gives the shape of `args`; whatever it leaves open is `any`.
 */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject, JsonValue } from '@remit/contracts';

export type Shape =
  | { kind: 'any' }
  | { kind: 'string' | 'bool' | 'int' | 'double' | 'null' }
  | { kind: 'list'; items: Shape }
  | { kind: 'object'; fields: ReadonlyMap<string, Shape> };

const ANY: Shape = { kind: 'any' };
/** Deeper parts of a schema are not looked into: they are `any`. */
const SCHEMA_DEPTH_MAX = 8;
const SCHEMA_FIELDS_MAX = 1000;
/** Names that JavaScript objects have by themselves: never fields of a shape. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

export function object(fields: Record<string, Shape>): Shape {
  return { kind: 'object', fields: new Map(Object.entries(fields)) };
}
export const text: Shape = { kind: 'string' };
export const texts: Shape = { kind: 'list', items: text };

/** Shape of the value that this JSON Schema describes. References are followed within the schema. */
export function shapeOfSchema(schema: JsonObject): Shape {
  return new SchemaReader(schema).shape(schema, 0);
}

/** Types of JSON Schema that hold one value. */
const scalars: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['string', text],
  ['boolean', { kind: 'bool' }],
  ['integer', { kind: 'int' }],
  ['number', { kind: 'double' }],
  ['null', { kind: 'null' }],
]);

class SchemaReader {
  readonly #root: JsonObject;
  #fields = 0;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  shape(schema: JsonValue | undefined, depth: number): Shape {
    if (!isJsonObject(schema) || depth > SCHEMA_DEPTH_MAX) return ANY;
    const reference = own(schema, '$ref');
    if (typeof reference === 'string') return this.shape(this.#resolve(reference), depth + 1);
    const type = own(schema, 'type');
    if (type === 'array') return { kind: 'list', items: this.shape(own(schema, 'items'), depth + 1) };
    if (type === 'object') return this.#object(schema, depth);
    return (typeof type === 'string' ? scalars.get(type) : undefined) ?? ANY;
  }

  #resolve(reference: string): JsonValue | undefined {
    const match = /^#\/(\$defs|definitions)\/([^/~%]+)$/.exec(reference);
    if (match === null) return undefined;
    const definitions = own(this.#root, match[1]!);
    return isJsonObject(definitions) ? own(definitions, match[2]!) : undefined;
  }

  /**
   * JSON Schema lets undeclared properties through unless told otherwise. A condition about a
   * property that the schema does not declare is far more often a slip than meant, so a declared
   * list of properties is taken as complete, unless the schema says what else there may be.
   */
  #object(schema: JsonObject, depth: number): Shape {
    const properties = own(schema, 'properties');
    const additional = own(schema, 'additionalProperties');
    const open =
      additional === true || isJsonObject(additional) || own(schema, 'patternProperties') !== undefined;
    const composed = ['anyOf', 'oneOf', 'allOf', 'if'].some((key) => own(schema, key) !== undefined);
    if (!isJsonObject(properties) || open || composed) return ANY;
    const fields = new Map<string, Shape>();
    for (const [name, property] of Object.entries(properties)) {
      this.#fields += 1;
      if (this.#fields > SCHEMA_FIELDS_MAX) return ANY;
      if (!RESERVED.has(name)) fields.set(name, this.shape(property, depth + 1));
    }
    return { kind: 'object', fields };
  }
}

function own(value: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
