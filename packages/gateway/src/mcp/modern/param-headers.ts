/**
 * Tool parameters that are repeated in headers (MCP 2026-07-28, basic/transports/streamable-http,
 * "Custom Headers from Tool Parameters").
 */
import { isJsonObject, type JsonObject, type JsonValue, type ToolDefinition } from '@remit/contracts';

export interface ParamHeader {
  /** As it is written, with its prefix; header names are compared without case. */
  name: string;
  /** The keys that lead to the value in the arguments. */
  path: readonly string[];
}

const annotation = 'x-mcp-header';
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const mirrored = new Set<JsonValue | undefined>(['integer', 'string', 'boolean']);

const known = new WeakMap<ToolDefinition, readonly ParamHeader[]>();

/** The headers of this tool; none where an annotation breaks the rules, since clients drop such tools. */
export function paramHeaders(definition: ToolDefinition): readonly ParamHeader[] {
  let headers = known.get(definition);
  if (!headers) {
    const found: ParamHeader[] = [];
    const sound = collect(definition.inputSchema, [], found);
    const names = new Set(found.map(({ name }) => name.toLowerCase()));
    headers = sound && names.size === found.length ? found : [];
    known.set(definition, headers);
  }
  return headers;
}

/** Follows `properties` only: what is annotated anywhere else is not reachable and never mirrored. */
function collect(schema: JsonObject, path: readonly string[], found: ParamHeader[]): boolean {
  const { properties } = schema;
  if (properties === undefined || !isJsonObject(properties)) return true;
  for (const [key, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue;
    const name = property[annotation];
    if (name !== undefined) {
      if (typeof name !== 'string' || !token.test(name) || !mirrored.has(property['type'])) return false;
      found.push({ name: `Mcp-Param-${name}`, path: [...path, key] });
    }
    if (!collect(property, [...path, key], found)) return false;
  }
  return true;
}

/** What the header has to say for these arguments; undefined where it must not come. */
export function mirroredValue(args: JsonObject, path: readonly string[]): string | undefined {
  let value: JsonValue | undefined = args;
  for (const key of path) {
    if (value === undefined || !isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Integers are compared as numbers (`42.0` is `42`), everything else as it is written. */
export function saysTheSame(inHeader: string, inBody: string): boolean {
  if (inHeader === inBody) return true;
  const isNumber = /^-?\d{1,16}(?:\.0{1,16})?$/;
  return isNumber.test(inHeader) && isNumber.test(inBody) && Number(inHeader) === Number(inBody);
}
