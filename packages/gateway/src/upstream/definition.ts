/**
 * Which of the things that a server lists are taken over. An invalid definition is left out, alone,
 * and reported; names that could deceive a reader or break a log line are refused.
 */
import { isJsonObject, toolDefinitionSchema } from '@remit/contracts';
import type { Bounds, JsonObject, JsonValue, ToolDefinition } from '@remit/contracts';

/** The lists of MCP: the method, the key of the result, and what identifies an item. */
export interface ListSource {
  method: string;
  key: string;
  identifier: 'name' | 'uri' | 'uriTemplate';
}

export const list_sources = {
  tools: { method: 'tools/list', key: 'tools', identifier: 'name' },
  resources: { method: 'resources/list', key: 'resources', identifier: 'uri' },
  resource_templates: {
    method: 'resources/templates/list',
    key: 'resourceTemplates',
    identifier: 'uriTemplate',
  },
  prompts: { method: 'prompts/list', key: 'prompts', identifier: 'name' },
} as const satisfies Record<string, ListSource>;

/** Control, format (bidirectional, zero width), unassigned and private characters, lone surrogates. */
const invisible = /\p{C}/u;

/** Why an item is left out; undefined where it is fine. */
export function invalidItem(item: JsonValue, source: ListSource, bounds: Bounds): string | undefined {
  if (!isJsonObject(item)) return 'it is not an object';
  const { identifier } = source;
  const length_max = identifier === 'name' ? bounds.name_length_max : bounds.uri_length_max;
  const problem = invalidName(item[identifier], identifier, length_max);
  if (problem !== undefined || identifier === 'name') return problem;
  return invalidName(item['name'], 'name', bounds.name_length_max);
}

/** Why a tool is left out, apart from its name. */
export function invalidTool(item: JsonObject): string | undefined {
  const parsed = toolDefinitionSchema.safeParse(item);
  if (!parsed.success)
    return `its definition is invalid at ${parsed.error.issues[0]?.path.join('.') ?? 'its root'}`;
  // 2026-07-28 and 2025-11-25 schema.ts, `Tool.inputSchema`: clients refuse the whole list otherwise.
  return item['inputSchema'] !== undefined && (item['inputSchema'] as JsonObject)['type'] === 'object'
    ? undefined
    : 'its inputSchema is not of type object';
}

export function asTool(item: JsonObject): ToolDefinition {
  return item as ToolDefinition;
}

/** A name as it may stand in a log: in quotes, short, and with everything invisible spelled out. */
export function quotedName(name: string): string {
  const visible = name
    .slice(0, 100)
    .replaceAll(/\p{C}/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return `"${visible}"`;
}

function invalidName(name: JsonValue | undefined, what: string, length_max: number): string | undefined {
  if (typeof name !== 'string' || name === '') return `it has no ${what}`;
  if (name.length > length_max) return `its ${what} is longer than ${length_max} characters`;
  return invisible.test(name) ? `its ${what} holds control or invisible characters` : undefined;
}
