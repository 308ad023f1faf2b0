/** Refuses schemas that are too large, too deep, or that point outside themselves. */
import { bounds, Fault, type JsonObject, type JsonValue } from '@remit/contracts';
import { innerSchemas } from './schema-keywords.ts';

/**
 * @throws Fault `schema_unusable` past `bounds.schema_depth_max` or `bounds.schema_nodes_max`, and
 * where a `$ref` leads out of the schema: Remit never fetches one.
 */
export function assertSchemaWithinBounds(schema: JsonObject): void {
  let nodes = 0;
  const visit = (value: JsonValue, depth: number): void => {
    if (typeof value !== 'object' || value === null) return;
    if (depth > bounds.schema_depth_max)
      throw unusable(`it is nested more than ${bounds.schema_depth_max} deep`);
    nodes++;
    if (nodes > bounds.schema_nodes_max) throw unusable(`it has more than ${bounds.schema_nodes_max} parts`);
    for (const inner of Array.isArray(value) ? value : Object.values(value)) visit(inner, depth + 1);
  };
  visit(schema, 0);
  assertNoExternalReference(schema, typeof schema.$id === 'string' ? schema.$id : undefined);
}

function assertNoExternalReference(schema: JsonObject, id: string | undefined): void {
  for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef']) {
    const reference = schema[keyword];
    if (typeof reference !== 'string' || reference.startsWith('#')) continue;
    if (id !== undefined && reference.split('#', 1)[0] === id.split('#', 1)[0]) continue;
    throw unusable(`it refers to \`${reference.slice(0, 200)}\`, which lies outside it`);
  }
  for (const inner of innerSchemas(schema)) assertNoExternalReference(inner, id);
}

export function unusable(why: string, cause?: unknown): Fault {
  return new Fault('schema_unusable', `the schema cannot be used: ${why}`, {
    remedy: "correct the tool's schema at its server, then accept the change",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** `$schema` without scheme and empty fragment; the default is 2020-12 (MCP 2025-11-25, basic, "JSON Schema usage"). */
export function dialect(schema: JsonObject): '2020-12' | '2019-09' | 'draft-07' {
  const declared = schema.$schema;
  if (typeof declared !== 'string') return '2020-12';
  const name = declared.replace(/^https?:\/\/json-schema\.org\//, '').replace(/#$/, '');
  if (name === 'draft/2020-12/schema') return '2020-12';
  if (name === 'draft/2019-09/schema') return '2019-09';
  if (name === 'draft-07/schema' || name === 'draft-06/schema') return 'draft-07';
  throw unusable(
    `its dialect \`${declared.slice(0, 200)}\` is not supported (2020-12, 2019-09, draft-07, draft-06 are)`,
  );
}
