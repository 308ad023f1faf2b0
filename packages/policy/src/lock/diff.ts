/** What changed between `tools.lock` and the tools as their servers list them now. */
import { isJsonObject } from '@remit/contracts';
import type { JsonValue, ToolsLock } from '@remit/contracts';
import type { LockDiff, ToolChange, ToolName } from '../port.ts';

/** Changes named for one tool; further ones are counted with the last. */
const CHANGES_MAX = 50;

type Tool = ToolsLock['servers'][string]['tools'][number];

/**
 * `live` holds the servers that answered. One that did not is in `unreachable` and changes nothing;
 * one that the lock does not know yet comes with all its tools as added.
 */
export function diffLock(old: ToolsLock, live: ToolsLock): LockDiff {
  const diff: LockDiff = { added: [], removed: [], changed: [], unreachable: [] };
  for (const server of sortedServers(old, live)) {
    const now = toolsOf(live, server);
    if (now === undefined) diff.unreachable.push(server);
    else compareServer(server, toolsOf(old, server) ?? new Map<string, Tool>(), now, diff);
  }
  return diff;
}

function sortedServers(old: ToolsLock, live: ToolsLock): string[] {
  return [...new Set([...Object.keys(old.servers), ...Object.keys(live.servers)])].toSorted();
}

function toolsOf(lock: ToolsLock, server: string): Map<string, Tool> | undefined {
  if (!Object.hasOwn(lock.servers, server)) return undefined;
  return new Map(lock.servers[server]!.tools.map((tool) => [tool.definition.name, tool]));
}

function compareServer(
  server: string,
  before: Map<string, Tool>,
  now: Map<string, Tool>,
  diff: LockDiff,
): void {
  for (const name of [...new Set([...before.keys(), ...now.keys()])].toSorted()) {
    const left = before.get(name);
    const right = now.get(name);
    const tool: ToolName = { server, tool: name };
    if (left === undefined) diff.added.push(tool);
    else if (right === undefined) diff.removed.push(tool);
    else if (left.digest !== right.digest)
      diff.changed.push({ ...tool, changes: changesBetween(left, right) });
  }
}

function changesBetween(left: Tool, right: Tool): ToolChange[] {
  const changes: ToolChange[] = [];
  compare(left.definition as JsonValue, right.definition as JsonValue, '', changes);
  return changes;
}

/** Paths are JSON Pointers (RFC 6901). */
function compare(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
  path: string,
  changes: ToolChange[],
): void {
  if (changes.length >= CHANGES_MAX || left === right) return;
  if (isJsonObject(left) && isJsonObject(right)) return compareKeys(left, right, path, changes);
  if (JSON.stringify(left) === JSON.stringify(right)) return;
  const before = left === undefined ? {} : { before: left };
  changes.push({ path, ...before, ...(right === undefined ? {} : { after: right }) });
}

function compareKeys(
  left: Record<string, JsonValue>,
  right: Record<string, JsonValue>,
  path: string,
  changes: ToolChange[],
): void {
  for (const key of [...new Set([...Object.keys(left), ...Object.keys(right)])].toSorted()) {
    const step = key.replaceAll('~', '~0').replaceAll('/', '~1');
    const [before, after] = [left, right].map((value) =>
      Object.hasOwn(value, key) ? value[key] : undefined,
    );
    compare(before, after, `${path}/${step}`, changes);
  }
}
