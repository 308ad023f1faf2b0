/** Reads `tools.lock`. Its definitions come from servers, so it is read like any foreign input. */
import { bounds, Fault, isJsonObject, toolsLockSchema } from '@remit/contracts';
import type { Place, ToolsLock } from '@remit/contracts';

/** The lock adds a few levels around the definitions of tools. */
const DEPTH_MAX = bounds.json_depth_max + 8;

/**
 * @param path for messages.
 * @throws Fault `invalid_lock`, with the place, where it is not a lock.
 */
export function parseLock(text: string, path: string): ToolsLock {
  const place: Place = { file: path };
  if (Buffer.byteLength(text) > bounds.tools_lock_bytes_max) {
    throw invalid(`is larger than ${bounds.tools_lock_bytes_max} bytes`, place);
  }
  if (jsonDepth(text) > DEPTH_MAX) throw invalid(`is nested more than ${DEPTH_MAX} levels deep`, place);
  const value = parseJson(text, place);
  refuseNames(value, place);
  const parsed = toolsLockSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(`is not a lock: \`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? 'invalid'}`, place);
  }
  refuseTwins(parsed.data, place);
  return parsed.data;
}

function invalid(what: string, place: Place, cause?: unknown): Fault {
  const options = { place, remedy: 'write it anew with `remit tools pull`', cause };
  return new Fault('invalid_lock', `\`${place.file ?? ''}\` ${what}`, options);
}

/** How deep objects and arrays are nested. Looks at every character once. */
function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, (depth += 1));
    else if (token === ']' || token === '}') depth -= 1;
  }
  return deepest;
}

function parseJson(text: string, place: Place): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalid('is not valid JSON', { ...place, ...linePlace(error, text) }, error);
  }
}

/** V8 names the position in most of its messages. */
function linePlace(error: unknown, text: string): Place {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  if (position === undefined) return {};
  const before = text.slice(0, Number(position)).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** A key that every JavaScript object has by itself is no server's name. */
function refuseNames(value: unknown, place: Place): void {
  const servers = isJsonObject(value) && Object.hasOwn(value, 'servers') ? value['servers'] : undefined;
  if (!isJsonObject(servers)) return;
  const reserved = Object.keys(servers).find((name) => name === '__proto__' || name.includes('/'));
  if (reserved !== undefined)
    throw invalid(`names a server \`${reserved}\`, which no server can be called`, place);
}

function refuseTwins(lock: ToolsLock, place: Place): void {
  for (const [server, { tools }] of Object.entries(lock.servers)) {
    const names = tools.map((tool) => tool.definition.name);
    const twin = names.find((name, index) => names.indexOf(name) !== index);
    if (twin !== undefined) throw invalid(`lists tool \`${server}/${twin}\` twice`, place);
  }
}
