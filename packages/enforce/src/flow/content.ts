/** The values of an answer or of arguments, one by one: also those of JSON inside of text. */
import { bounds, isJsonObject, type JsonValue } from '@remit/contracts';

export interface Leaf {
  /** Names and indexes that lead to it, from the root. */
  path: readonly string[];
  value: string | number;
}

/** Parts of MCP results in which content stands; beside them are names of the protocol (schema: `CallToolResult` …). */
const PARTS = ['structuredContent', 'content', 'contents', 'messages', 'resource', 'completion'] as const;
/** Names of content blocks that say what a block is, not what is in it. */
const SAYS_WHAT = new Set(['type', 'mimeType', 'role', '_meta', 'annotations']);

/** What there is to read in the result of a call; the whole of it where it has no part of the protocol. */
export function contentOf(result: JsonValue): JsonValue {
  if (!isJsonObject(result)) return result;
  const parts = PARTS.flatMap((name) => (Object.hasOwn(result, name) ? [result[name] as JsonValue] : []));
  return parts.length === 0 ? result : parts.map((part) => withoutKinds(part, 0));
}

/** Blocks lie in a list or in `content`; what a block holds is data, and stays as it is. */
function withoutKinds(part: JsonValue, depth: number): JsonValue {
  if (Array.isArray(part)) return part.map((item) => withoutKinds(item, depth));
  if (!isJsonObject(part) || depth > 3) return part;
  const isBlock = typeof part['type'] === 'string' || typeof part['uri'] === 'string' || 'role' in part;
  if (!isBlock) return part;
  const kept = Object.entries(part).filter(([name]) => !SAYS_WHAT.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutKinds(value, depth + 1)]));
}

/**
 * Texts and numbers, depth first; what stands in JSON text comes after that text, under the same path.
 * Stops after `bounds.flow_leaves_max` of them.
 */
export function* leavesOf(root: JsonValue): Generator<Leaf> {
  const left = { leaves: bounds.flow_leaves_max };
  yield* leavesIn(root, [], bounds.nested_text_depth_max, left);
}

function* leavesIn(
  value: JsonValue,
  path: readonly string[],
  texts: number,
  left: { leaves: number },
): Generator<Leaf> {
  if (left.leaves <= 0 || path.length > bounds.json_depth_max) return;
  if (typeof value === 'string' || typeof value === 'number') {
    left.leaves -= 1;
    yield { path, value };
    const inner = typeof value === 'string' && texts > 0 ? jsonIn(value) : undefined;
    if (inner !== undefined) yield* leavesIn(inner, path, texts - 1, left);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* leavesIn(item, [...path, String(index)], texts, left);
  } else if (isJsonObject(value)) {
    for (const [name, member] of Object.entries(value)) yield* leavesIn(member, [...path, name], texts, left);
  }
}

/** Only objects and arrays: a number or word in a text is found as such. */
function jsonIn(text: string): JsonValue | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
