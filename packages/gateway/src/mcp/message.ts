/** JSON-RPC 2.0 messages as MCP uses them: read strictly, written as text. */
import { isJsonObject, type Bounds, type JsonObject, type JsonValue } from '@remit/contracts';
import type { RpcError } from '../exchange.ts';
import { RpcFault, rpcCodes } from './rpc-fault.ts';

export type RequestId = string | number;

export interface RequestMessage {
  kind: 'request';
  id: RequestId;
  method: string;
  params: JsonObject;
}

interface NotificationMessage {
  kind: 'notification';
  method: string;
  params: JsonObject;
}

export interface ResponseMessage {
  kind: 'response';
  id: RequestId;
  result?: JsonObject;
  error?: RpcError;
}

export type Message = RequestMessage | NotificationMessage | ResponseMessage;

// C0 and C1 control characters and DEL: nothing that has a name or a method may hold them.
// eslint-disable-next-line no-control-regex -- finding control characters is the purpose
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/;

export function hasControlCharacters(text: string): boolean {
  return controlCharacters.test(text);
}

/**
 * One message of any kind.
 * @throws RpcFault `-32600` where it is none (MCP 2026-07-28, basic/index, "Messages").
 */
export function readMessage(value: JsonValue, bounds: Bounds): Message {
  if (!isJsonObject(value)) throw invalidRequest('A message is a JSON object.');
  if (value['jsonrpc'] !== '2.0') throw invalidRequest('`jsonrpc` must be "2.0".');
  if ('method' in value) return readCall(value, bounds);
  return readResponse(value, bounds);
}

/** The id of something that may be a message, for the answer that refuses it. */
export function idOf(value: JsonValue | undefined): RequestId | undefined {
  const id = value !== undefined && isJsonObject(value) ? value['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

function readCall(value: JsonObject, bounds: Bounds): RequestMessage | NotificationMessage {
  const method = value['method'];
  if (typeof method !== 'string' || method.length > bounds.name_length_max || hasControlCharacters(method)) {
    throw invalidRequest('`method` must be a short string without control characters.');
  }
  const params = value['params'] ?? {};
  if (!isJsonObject(params)) throw invalidRequest('`params` must be an object.');
  if (params['_meta'] !== undefined && !isJsonObject(params['_meta'])) {
    throw invalidRequest('`params._meta` must be an object.');
  }
  if (!('id' in value)) return { kind: 'notification', method, params };
  return { kind: 'request', id: readId(value['id'], bounds), method, params };
}

function readResponse(value: JsonObject, bounds: Bounds): ResponseMessage {
  const id = readId(value['id'], bounds);
  const { result, error } = value;
  if (isJsonObject(result) && error === undefined) return { kind: 'response', id, result };
  if (isJsonObject(error) && result === undefined) {
    const { code, message } = error;
    if (typeof code === 'number' && typeof message === 'string') {
      return { kind: 'response', id, error: { code, message } };
    }
  }
  throw invalidRequest('A message has a `method`, a `result` or an `error`.');
}

function readId(id: JsonValue | undefined, bounds: Bounds): RequestId {
  if (typeof id === 'string' && id.length <= bounds.request_id_length_max) return id;
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id;
  throw invalidRequest('`id` must be a short string or an integer.');
}

function invalidRequest(message: string): RpcFault {
  return new RpcFault(rpcCodes.invalidRequest, message, { status: 400 });
}

export function responseText(id: RequestId, body: { result: JsonObject } | { error: RpcError }): string {
  return 'result' in body ? resultText(id, body.result) : errorText(id, body.error);
}

export function resultText(id: RequestId, result: JsonObject): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result)}}`;
}

/** Without an id where the request could not be read. */
export function errorText(id: RequestId | undefined, error: RpcError): string {
  return JSON.stringify(id === undefined ? { jsonrpc: '2.0', error } : { jsonrpc: '2.0', id, error });
}

export function notificationText(method: string, params: JsonObject): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

export function requestText(id: RequestId, method: string, params: JsonObject): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}
