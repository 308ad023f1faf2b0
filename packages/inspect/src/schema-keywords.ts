/** Where JSON Schema has schemas inside a schema (2020-12 core, section 10; draft-07, sections 6.4 to 6.7). */
import { isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';

const oneSchema = [
  'additionalItems',
  'additionalProperties',
  'contains',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
];
const listOfSchemas = ['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems'];
const schemasByName = [
  '$defs',
  'definitions',
  'dependencies',
  'dependentSchemas',
  'patternProperties',
  'properties',
];

const one: ReadonlySet<string> = new Set(oneSchema);
const list: ReadonlySet<string> = new Set(listOfSchemas);
const byName: ReadonlySet<string> = new Set(schemasByName);

/** True for keywords whose value is, or holds, schemas. */
export function holdsSchemas(keyword: string): boolean {
  return one.has(keyword) || list.has(keyword) || byName.has(keyword);
}

/**
 * The value of one keyword with each schema in it replaced. Values that are no schema (`true`, or the
 * lists of names in `dependencies`) stay.
 */
export function mapSchemas(
  keyword: string,
  value: JsonValue,
  map: (schema: JsonObject, key?: string) => JsonValue,
): JsonValue {
  const mapped = (inner: JsonValue, key?: string) => (isJsonObject(inner) ? map(inner, key) : inner);
  if (list.has(keyword) && Array.isArray(value)) return value.map((inner) => mapped(inner));
  if (byName.has(keyword) && isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapped(inner, name)]));
  }
  return one.has(keyword) ? mapped(value) : value;
}

/** The schemas that stand directly in this one. */
export function innerSchemas(schema: JsonObject): JsonObject[] {
  const inner: JsonObject[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (!holdsSchemas(keyword)) continue;
    mapSchemas(keyword, value, (found) => {
      inner.push(found);
      return found;
    });
  }
  return inner;
}
