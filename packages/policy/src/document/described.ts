/**
 * What readers take, as JSON Schema (draft 2020-12), kept beside the readers themselves: editors are told
 * what the checker goes by. A reader that says nothing of itself takes anything, as far as an editor knows.
 */
import type { JsonObject } from '@remit/contracts';

const schemas = new WeakMap<object, () => JsonObject>();

/** Called when the reader is made; the schema is asked for later, when all readers are there. */
export function describe<Described extends object>(reader: Described, schema: () => JsonObject): Described {
  schemas.set(reader, schema);
  return reader;
}

/** A reader that takes what one of these takes. */
export function describeAs(reader: object, ...others: readonly object[]): void {
  describe(reader, () => (others.length === 1 ? schemaOf(others[0]!) : { anyOf: others.map(schemaOf) }));
}

export function schemaOf(reader: object): JsonObject {
  return schemas.get(reader)?.() ?? {};
}
