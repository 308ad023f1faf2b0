/**
 * Tool parameters that are repeated in headers, as the agent's client has to send them (MCP 2026-07-28,
 * basic/transports/streamable-http, "Custom Headers from Tool Parameters").
 */
import { isJsonObject, type JsonObject, type JsonValue, type ToolDefinition } from '@remit/contracts';
import { mirroredParameters, type MirroredParameter } from '../../upstream/era/request-headers.ts';

const known = new WeakMap<ToolDefinition, readonly MirroredParameter[]>();

/** The headers of this tool; none where an annotation breaks the rules, since clients drop such tools. */
export function paramHeaders(definition: ToolDefinition): readonly MirroredParameter[] {
  let headers = known.get(definition);
  if (!headers) {
    const found = mirroredParameters(definition);
    headers = typeof found === 'string' ? [] : found;
    known.set(definition, headers);
  }
  return headers;
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
