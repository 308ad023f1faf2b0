/** Reading request parameters: strict, and with the sentence that the error needs. */
import { isJsonObject, type Bounds, type JsonObject } from '@remit/contracts';
import { hasControlCharacters } from './message.ts';
import { invalidParams } from './rpc-fault.ts';

export function metaOf(params: JsonObject): JsonObject | undefined {
  const meta = params['_meta'];
  return isJsonObject(meta) ? meta : undefined;
}

/** The name of a tool or prompt. */
export function nameParam(params: JsonObject, bounds: Bounds): string {
  return text(params['name'], '`params.name`', bounds.name_length_max);
}

export function uriParam(params: JsonObject, bounds: Bounds): string {
  return text(params['uri'], '`params.uri`', bounds.uri_length_max);
}

/** `params.arguments`; absent means none. */
export function argumentsParam(params: JsonObject): JsonObject {
  const args = params['arguments'] ?? {};
  if (!isJsonObject(args)) throw invalidParams('`params.arguments` must be an object.');
  return args;
}

function text(value: unknown, what: string, lengthMax: number): string {
  if (typeof value !== 'string' || value.length === 0) throw invalidParams(`${what} must be a string.`);
  if (value.length > lengthMax) throw invalidParams(`${what} is longer than ${lengthMax} characters.`);
  if (hasControlCharacters(value)) throw invalidParams(`${what} must not hold control characters.`);
  return value;
}
