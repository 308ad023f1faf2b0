/**
 * What a condition may look at: the shapes of its variables. A tool's `inputSchema` (JSON Schema)
 * gives the shape of `args`; whatever it leaves open is `any`.
 */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject, JsonValue } from '@remit/contracts';

export type Shape =
  | { kind: 'any' }
  | { kind: 'bool' | 'int' | 'double' | 'null' }
  /** `values`: all that it can be (`enum`). */
  | { kind: 'string'; values?: readonly string[] }
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
    const values = Object.hasOwn(schema, 'const') ? [schema['const']!] : own(schema, 'enum');
    if (Array.isArray(values)) return shapeOfValues(values, own(schema, 'type'));
    const type = own(schema, 'type');
    if (type === 'array') return { kind: 'list', items: this.shape(own(schema, 'items'), depth + 1) };
    if (type === 'object') return this.#object(schema, depth);
    if (typeof type === 'string') return scalars.get(type) ?? ANY;
    return type === undefined ? this.#alternatives(schema, depth) : ANY;
  }

  /** Without a type of its own: what all the alternatives have in common. */
  #alternatives(schema: JsonObject, depth: number): Shape {
    const alternatives = own(schema, 'anyOf') ?? own(schema, 'oneOf');
    const isPlain = !Object.keys(schema).some((key) => ['allOf', 'properties', 'if', 'not'].includes(key));
    if (!Array.isArray(alternatives) || alternatives.length === 0 || !isPlain) return ANY;
    return alternatives.map((each) => this.shape(each, depth + 1)).reduce(joined);
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
    const branches = branchesOf(schema);
    const properties = own(schema, 'properties') ?? (branches.length > 0 ? {} : undefined);
    const additional = own(schema, 'additionalProperties');
    const open =
      additional === true || isJsonObject(additional) || own(schema, 'patternProperties') !== undefined;
    if (!isJsonObject(properties) || open) return ANY;
    const fields = new Map<string, Shape>();
    for (const [name, property] of Object.entries(properties)) {
      this.#fields += 1;
      if (this.#fields > SCHEMA_FIELDS_MAX) return ANY;
      if (!RESERVED.has(name)) fields.set(name, this.shape(property, depth + 1));
    }
    const shape = this.#withBranches({ kind: 'object', fields }, branches, depth);
    const saysNothing =
      shape.kind === 'object' && shape.fields.size === 0 && !Object.hasOwn(schema, 'properties');
    return saysNothing ? ANY : shape;
  }

  /** Each of `allOf`, `anyOf`, … may declare further fields, or only say which have to be there. */
  #withBranches(base: ObjectShape, branches: readonly JsonValue[], depth: number): Shape {
    const added = new Map<string, Shape>();
    for (const branch of branches) {
      const shape = this.#branch(branch, depth + 1);
      if (shape.kind !== 'object') return ANY;
      for (const [name, field] of shape.fields) {
        const known = added.get(name);
        added.set(name, known === undefined ? field : joined(known, field));
      }
    }
    // What the object itself says of a field holds in every branch.
    const fields = new Map([...added, ...base.fields]);
    for (const [name, shape] of base.fields)
      if (shape.kind === 'any' && added.has(name)) fields.set(name, ANY);
    return { kind: 'object', fields };
  }

  #branch(branch: JsonValue, depth: number): Shape {
    if (!isJsonObject(branch) || depth > SCHEMA_DEPTH_MAX) return ANY;
    if (own(branch, '$ref') !== undefined) return this.shape(branch, depth);
    const type = own(branch, 'type');
    if (type !== undefined && type !== 'object') return ANY;
    const declares = own(branch, 'properties') !== undefined || branchesOf(branch).length > 0;
    const opens = ['additionalProperties', 'patternProperties', '$dynamicRef'].some((key) =>
      Object.hasOwn(branch, key),
    );
    return declares || opens ? this.#object(branch, depth) : { kind: 'object', fields: new Map() };
  }
}

type ObjectShape = Shape & { kind: 'object' };

function branchesOf(schema: JsonObject): JsonValue[] {
  const lists = ['allOf', 'anyOf', 'oneOf'].map((key) => own(schema, key) ?? []);
  const single = ['if', 'then', 'else'].flatMap((key) => own(schema, key) ?? []);
  return [...lists.flat(), ...single];
}

/** The shape of one of these values; `type` may say more of numbers. */
function shapeOfValues(values: readonly JsonValue[], type: JsonValue | undefined): Shape {
  if (values.length > 0 && values.every((value) => typeof value === 'string'))
    return { kind: 'string', values };
  const declared = typeof type === 'string' ? scalars.get(type) : undefined;
  if (declared !== undefined) return declared;
  return values.length > 0 && values.every((value) => typeof value === 'boolean') ? { kind: 'bool' } : ANY;
}

/** What is true of a value that has one shape or the other. */
function joined(left: Shape, right: Shape): Shape {
  if (left.kind === 'list' && right.kind === 'list')
    return { kind: 'list', items: joined(left.items, right.items) };
  if (left.kind === 'object' && right.kind === 'object') {
    const fields = new Map(left.fields);
    for (const [name, shape] of right.fields) {
      const known = fields.get(name);
      fields.set(name, known === undefined ? shape : joined(known, shape));
    }
    return { kind: 'object', fields };
  }
  if (left.kind === 'string' && right.kind === 'string') {
    return left.values && right.values ? { kind: 'string', values: [...left.values, ...right.values] } : text;
  }
  return left.kind === right.kind ? left : ANY;
}

function own(value: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
