/**
 * The output schema that agents are shown. Official clients check structured content against it (SDK
 * v1 even where `isError` is set), so it has to accept all that Remit may answer: the tool's own
 * result, that result without denied fields, and a refusal.
 */
import { type DataRules, Fault, type JsonObject } from '@remit/contracts';
import { Ajv, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { boundedFormats } from './formats.ts';
import { loosenedSchema } from './loosened-schema.ts';
import { movedSchema } from './moved-schema.ts';
import { assertSchemaWithinBounds, dialect, unusable } from './schema-bounds.ts';

/** `structuredContent` of a refused or held call (contracts, `refusalSchema`). */
const REFUSAL: JsonObject = {
  description: 'Given instead of a result, with isError, when the call was refused or waits for approval.',
  type: 'object',
  properties: {
    remit: {
      type: 'object',
      properties: {
        code: { type: 'string' },
        decision_id: { type: 'string' },
        effect: { type: 'string' },
        reason: { type: 'string' },
        remedy: { type: 'string' },
      },
      required: ['code', 'reason', 'remedy'],
    },
  },
  required: ['remit'],
};

export interface PublishedSchemaOptions {
  /** What the agent's data rules deny; none: the tool's own results are not changed. */
  rules?: DataRules | undefined;
  /**
   * `object`: versions up to 2025-11-25, where the root has to be `type: object`; a result that is no
   * object travels as `{result: …}` there (see `wrapsResult`). `any`: 2026-07-28.
   */
  root: 'object' | 'any';
}

/** Made once for a schema, rules and root: agents list tools far more often than these change. */
const made = new WeakMap<JsonObject, WeakMap<DataRules, Map<PublishedSchemaOptions['root'], JsonObject>>>();
const NO_RULES: DataRules = { denied: [], labels: {} };

/**
 * The published form of a tool's `outputSchema`. A schema that clients could not compile, or that
 * cannot be followed (external references, parts with their own `$id`), is published open: everything
 * validates, and one bad tool does not spoil the list of all. The same objects give the same object.
 */
export function publishedOutputSchema(
  schema: JsonObject,
  { rules = NO_RULES, root }: PublishedSchemaOptions,
): JsonObject {
  const byRules = entry(made, schema, () => new WeakMap<DataRules, Map<typeof root, JsonObject>>());
  const byRoot = entry(byRules, rules, () => new Map<typeof root, JsonObject>());
  return entry(byRoot, root, () => publish(schema, rules, root));
}

interface Store<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

function entry<Key, Value>(store: Store<Key, Value>, key: Key, make: () => Value): Value {
  let value = store.get(key);
  if (value === undefined) store.set(key, (value = make()));
  return value;
}

function publish(schema: JsonObject, rules: DataRules, root: PublishedSchemaOptions['root']): JsonObject {
  try {
    assertSchemaWithinBounds(schema);
    const name = dialect(schema);
    const own =
      rules.denied.length > 0 || rules.detected !== undefined || rules.changed !== undefined
        ? loosenedSchema(schema, rules)
        : schema;
    const published = beside(own, root, root === 'object' && wrapsResult(schema));
    assertClientsCompile(published, name);
    return typeof schema.$schema === 'string' ? { $schema: schema.$schema, ...published } : published;
  } catch (error) {
    if (error instanceof Fault) return root === 'object' ? { type: 'object' } : {};
    throw error;
  }
}

/** True where a result of this schema is wrapped as `{result: …}` for versions up to 2025-11-25. */
export function wrapsResult(schema: JsonObject): boolean {
  return schema.type !== 'object';
}

function beside(own: JsonObject, root: 'object' | 'any', wrapped: boolean): JsonObject {
  const result = wrapped
    ? {
        type: 'object',
        properties: { result: movedSchema(own, '#/anyOf/0/properties/result') },
        required: ['result'],
      }
    : movedSchema(own, '#/anyOf/0');
  const anyOf = [result, REFUSAL];
  return root === 'object' || own.type === 'object' ? { type: 'object', anyOf } : { anyOf };
}

/** Compiles as the official clients do: v1 takes everything for draft-07, v2 goes by `$schema`. */
function assertClientsCompile(schema: JsonObject, name: ReturnType<typeof dialect>): void {
  const options: Options = {
    strict: false,
    logger: false,
    validateSchema: false,
    meta: false,
    inlineRefs: false,
    formats: boundedFormats,
  };
  try {
    new Ajv(options).compile(schema);
    if (name !== 'draft-07') new Ajv2020(options).compile(schema);
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error), error);
  }
}
