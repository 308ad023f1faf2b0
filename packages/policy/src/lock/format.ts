/** `tools.lock` as bytes. They depend on nothing but the content: everything is sorted by name. */
import { isJsonObject } from '@remit/contracts';
import type { JsonValue, ToolsLock } from '@remit/contracts';

export function formatLock(lock: ToolsLock): string {
  return [...lockParts(lock)].join('');
}

/** The same text in parts, one for each tool, so that whoever takes its digest may pause in between. */
export function* lockParts({ version, servers }: ToolsLock): Generator<string, void> {
  const names = Object.keys(servers).toSorted();
  yield `{\n  "servers": {`;
  for (const [at, name] of names.entries()) {
    yield `${at === 0 ? '' : ','}\n    ${JSON.stringify(name)}: {\n      "tools": [`;
    yield* toolParts(servers[name]!.tools);
    yield `]\n    }`;
  }
  yield `${names.length === 0 ? '' : '\n  '}},\n  "version": ${version}\n}\n`;
}

function* toolParts(tools: ToolsLock['servers'][string]['tools']): Generator<string, void> {
  const sorted = tools.toSorted((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  for (const [at, tool] of sorted.entries()) {
    const text = JSON.stringify(sortKeys(tool as unknown as JsonValue), null, 2);
    // JSON has no newline inside of a text, so each of them begins a line.
    yield `${at === 0 ? '' : ','}\n        ${text.replaceAll('\n', '\n        ')}`;
  }
  if (sorted.length > 0) yield '\n      ';
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
