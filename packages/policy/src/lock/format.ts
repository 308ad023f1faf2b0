/** `tools.lock` as bytes. They depend on nothing but the content: everything is sorted by name. */
import { isJsonObject } from '@remit/contracts';
import type { JsonValue, ToolsLock } from '@remit/contracts';

export function formatLock(lock: ToolsLock): string {
  const servers = Object.entries(lock.servers)
    .toSorted(byName)
    .map(([server, { tools }]) => {
      const sorted = tools.toSorted((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
      return [server, { tools: sorted }] as const;
    });
  return `${JSON.stringify(sortKeys({ version: lock.version, servers: Object.fromEntries(servers) } as unknown as JsonValue), null, 2)}\n`;
}

function byName(left: readonly [string, unknown], right: readonly [string, unknown]): number {
  return left[0] < right[0] ? -1 : 1;
}

function sortKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(byName)
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
