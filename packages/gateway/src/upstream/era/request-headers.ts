/**
 * Request metadata mirrored into HTTP headers (2026-07-28, transports/streamable-http "Request
 * Metadata"): `Mcp-Method`, `Mcp-Name`, and `Mcp-Param-*` where a tool's schema says `x-mcp-header`.
 */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject, JsonValue, ToolDefinition } from '@remit/contracts';

const annotation = 'x-mcp-header';

/** RFC 9110, section 5.6.2: a token. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const mirrored_types: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);

/** Which parameter is named by `Mcp-Name`. */
const named_by: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  // Extension io.modelcontextprotocol/tasks, "Streamable HTTP: Routing Headers".
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/** A parameter that is mirrored: the keys that lead to it, and its header. */
export interface MirroredParameter {
  path: readonly string[];
  header: string;
}

export function requestHeaders(
  method: string,
  params: JsonObject,
  mirrored: readonly MirroredParameter[] = [],
): Record<string, string> {
  const headers: Record<string, string> = { 'mcp-method': method };
  const name = params[named_by[method] ?? ''];
  if (typeof name === 'string') headers['mcp-name'] = encodeHeaderValue(name);
  for (const { path, header } of mirrored) {
    const value = headerText(valueAt(params['arguments'], path));
    if (value !== undefined) headers[header] = encodeHeaderValue(value);
  }
  return headers;
}

/** Plain ASCII as it is, everything else in the Base64 sentinel form ("Value Encoding"). */
export function encodeHeaderValue(value: string): string {
  const plain = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(value);
  const looks_encoded = value.startsWith('=?base64?') && value.endsWith('?=');
  return plain && !looks_encoded ? value : `=?base64?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}

/** The mirrored parameters of a tool, or why its annotations are invalid ("Schema Extension"). */
export function mirroredParameters(tool: ToolDefinition): MirroredParameter[] | string {
  const found: MirroredParameter[] = [];
  const allowed = new Set<JsonValue>();
  const problem = collect(tool.inputSchema, [], found, allowed);
  if (problem !== undefined) return problem;
  const headers = new Set(found.map((parameter) => parameter.header));
  if (headers.size < found.length) return `two parameters have the same ${annotation}`;
  return hasAnnotationElsewhere(tool.inputSchema, allowed)
    ? `${annotation} stands where no chain of properties leads`
    : found;
}

/** Follows `properties` only; notes the schemas whose annotation is in its right place. */
function collect(
  schema: JsonObject,
  path: readonly string[],
  found: MirroredParameter[],
  allowed: Set<JsonValue>,
): string | undefined {
  if (!isJsonObject(schema['properties'])) return undefined;
  for (const [key, property] of Object.entries(schema['properties'])) {
    if (!isJsonObject(property)) continue;
    if (annotation in property) {
      const name = property[annotation];
      const problem = invalidAnnotation(name, property['type']);
      if (problem !== undefined) return problem;
      allowed.add(property);
      found.push({ path: [...path, key], header: `mcp-param-${(name as string).toLowerCase()}` });
    }
    const problem = collect(property, [...path, key], found, allowed);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function invalidAnnotation(name: JsonValue | undefined, type: JsonValue | undefined): string | undefined {
  if (typeof name !== 'string' || !token.test(name)) return `its ${annotation} is not an HTTP field name`;
  return mirrored_types.has(type) ? undefined : `its ${annotation} is on a parameter that is not primitive`;
}

/** An annotation counts as one only where a schema stands, not as the name of a property. */
function hasAnnotationElsewhere(
  value: JsonValue,
  allowed: ReadonlySet<JsonValue>,
  names_only = false,
): boolean {
  if (Array.isArray(value)) return value.some((item) => hasAnnotationElsewhere(item, allowed));
  if (!isJsonObject(value)) return false;
  if (!names_only && annotation in value && !allowed.has(value)) return true;
  return Object.entries(value).some(([key, child]) =>
    hasAnnotationElsewhere(child, allowed, !names_only && key === 'properties'),
  );
}

function valueAt(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let current = value;
  for (const key of path) {
    current = isJsonObject(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  }
  return current;
}

function headerText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
