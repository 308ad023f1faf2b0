/** Schemas that become a part of another one: references inside them have to follow. */
import { type JsonObject, type JsonValue } from '@remit/contracts';
import { unusable } from './schema-bounds.ts';
import { mapSchemas } from './schema-keywords.ts';

/**
 * The schema as it has to read at `pointer` (a URI fragment such as `#/anyOf/0`) of another one. Its
 * own `$id` and `$schema` go, since the outer schema is the resource now (2020-12 core, section 8.2).
 *
 * @throws Fault `schema_unusable` where a part has an `$id` of its own, or refers to itself by recursion
 * keywords: those cannot be followed from outside.
 */
export function movedSchema(schema: JsonObject, pointer: string): JsonObject {
  const base = typeof schema.$id === 'string' ? schema.$id.split('#', 1)[0] : undefined;
  const rest = Object.entries(schema).filter(([keyword]) => keyword !== '$id' && keyword !== '$schema');
  return move(Object.fromEntries(rest), (reference) => movedReference(reference, base, pointer));
}

function move(schema: JsonObject, follow: (reference: string) => string): JsonObject {
  if (typeof schema.$id === 'string' && !schema.$id.startsWith('#'))
    throw unusable('a part of it has its own `$id`');
  if (schema.$recursiveRef !== undefined || schema.$dynamicRef !== undefined) {
    throw unusable('it refers to itself by `$recursiveRef` or `$dynamicRef`');
  }
  const entries = Object.entries(schema).map(([keyword, value]): [string, JsonValue] => {
    if (keyword === '$ref' && typeof value === 'string') return [keyword, follow(value)];
    return [keyword, mapSchemas(keyword, value, (inner) => move(inner, follow))];
  });
  return Object.fromEntries(entries);
}

function movedReference(reference: string, base: string | undefined, pointer: string): string {
  const local =
    base !== undefined && reference.startsWith(base) ? reference.slice(base.length) || '#' : reference;
  if (local === '#') return pointer;
  return local.startsWith('#/') ? `${pointer}${local.slice(1)}` : local;
}
