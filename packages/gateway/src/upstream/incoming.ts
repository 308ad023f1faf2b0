/** What a JSON value from a server is as JSON-RPC 2.0: a request, a notification, an answer, or nothing. */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject, JsonValue } from '@remit/contracts';
import type { Notification, RpcError } from '../exchange.ts';
import { answeredId } from './message.ts';

/** A request by the server (2025 era). */
export interface ServerRequest {
  id: string | number;
  method: string;
  params?: JsonObject;
}

export type Outcome = { kind: 'result'; result: JsonObject } | { kind: 'error'; error: RpcError };

export type Incoming =
  | { kind: 'request'; request: ServerRequest }
  | { kind: 'notification'; notification: Notification }
  | { kind: 'answer'; id: JsonValue | undefined; outcome: Outcome }
  /** `about`: the request that it seems to answer. */
  | { kind: 'garbage'; problem: string; about: number | undefined };

export function readIncoming(value: JsonValue): Incoming {
  if (!isJsonObject(value)) return garbage('it is not a JSON object', value);
  if (value['jsonrpc'] !== '2.0') return garbage('it is not JSON-RPC 2.0', value);
  return 'method' in value ? readCall(value) : readAnswer(value);
}

function readCall(value: JsonObject): Incoming {
  const { id, method, params } = value;
  if (typeof method !== 'string') return garbage('its method is not a string');
  if (params !== undefined && !isJsonObject(params)) return garbage('its params are not an object');
  const message = { method, ...(params && { params }) };
  if (id === undefined) return { kind: 'notification', notification: message };
  return typeof id === 'string' || typeof id === 'number'
    ? { kind: 'request', request: { id, ...message } }
    : garbage('its id is neither a string nor a number');
}

function readAnswer(value: JsonObject): Incoming {
  const { id, result, error } = value;
  if ((result === undefined) === (error === undefined)) {
    return garbage('it has both a result and an error, or neither', value);
  }
  if (error !== undefined) {
    const read = readError(error);
    return read === undefined
      ? garbage('its error has no code and message', value)
      : { kind: 'answer', id, outcome: { kind: 'error', error: read } };
  }
  return isJsonObject(result)
    ? { kind: 'answer', id, outcome: { kind: 'result', result } }
    : garbage('its result is not an object', value);
}

/** A JSON-RPC error; undefined for anything else. */
export function readError(error: JsonValue): RpcError | undefined {
  if (!isJsonObject(error)) return undefined;
  const { code, message, data } = error;
  if (typeof code !== 'number' || !Number.isInteger(code) || typeof message !== 'string') return undefined;
  return { code, message, ...(data !== undefined && { data }) };
}

/** Only an answer tells what it is about: in a call the id is the server's own. */
function garbage(problem: string, answer: JsonValue = null): Incoming {
  return { kind: 'garbage', problem, about: answeredId(answer) };
}
