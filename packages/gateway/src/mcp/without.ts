import type { JsonObject, JsonValue } from '@remit/contracts';

/** A copy that leaves these keys out. `object` is JSON, however it is typed. */
export function without(object: object, keys: readonly string[]): JsonObject {
  const kept = Object.entries(object).filter(([key]) => !keys.includes(key));
  return Object.fromEntries<JsonValue>(kept as [string, JsonValue][]);
}
