/** What a server of 2026-07-28 asks of its client, in a round trip or for a task. */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject, JsonValue } from '@remit/contracts';
import type { InputRequests } from '../../exchange.ts';

/** The methods with which a server asks its client for something. */
export const input_methods: ReadonlySet<string> = new Set([
  'elicitation/create',
  'sampling/createMessage',
  'roots/list',
]);

/** Undefined for anything that is no map of such requests. */
export function readInputRequests(value: JsonValue): InputRequests | undefined {
  if (!isJsonObject(value)) return undefined;
  const valid = Object.values(value).every(
    (request) =>
      isJsonObject(request) &&
      typeof request['method'] === 'string' &&
      input_methods.has(request['method']) &&
      (request['params'] === undefined || isJsonObject(request['params'])),
  );
  return valid ? (value as InputRequests & JsonObject) : undefined;
}
