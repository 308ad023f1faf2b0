/**
 * Requests of the stateless era: what a stdio client says in the body only, HTTP wants in headers too
 * (MCP 2026-07-28, basic/transports/streamable-http, "Request Metadata").
 */
import { isJsonObject, toolDefinitionSchema, type JsonObject, type JsonValue } from '@remit/contracts';
import { idOf } from '../mcp/message.ts';
import { rpcCodes } from '../mcp/rpc-fault.ts';
import { metaKeys } from '../mcp/versions.ts';
import {
  mirroredParameters,
  requestHeaders,
  type MirroredParameter,
} from '../upstream/era/request-headers.ts';
import { errorOf, type RelayAnswer, type RelayConnection } from './connection.ts';

export class ModernRelay {
  readonly #connection: RelayConnection;
  readonly #write: (message: JsonValue) => Promise<void>;
  readonly #open = new Map<JsonValue, AbortController>();
  /** By tool name; learned from lists that pass by, and asked for where none has. */
  readonly #mirrored = new Map<string, readonly MirroredParameter[]>();

  constructor(connection: RelayConnection, write: (message: JsonValue) => Promise<void>) {
    this.#connection = connection;
    this.#write = write;
  }

  /** @throws RpcFault where the listener cannot be reached. */
  async relay(message: JsonObject): Promise<void> {
    const id = idOf(message) ?? null;
    const controller = new AbortController();
    this.#open.set(id, controller);
    try {
      await this.#relay(message, controller.signal);
    } catch (error) {
      // A cancelled request is not answered (basic/patterns/cancellation).
      if (!controller.signal.aborted) throw error;
    } finally {
      this.#open.delete(id);
    }
  }

  /** On stdio a notification cancels; on HTTP closing the stream does (basic/patterns/cancellation). */
  cancels(message: JsonValue): boolean {
    if (!isJsonObject(message) || message['method'] !== 'notifications/cancelled') return false;
    const { params } = message;
    const controller = isJsonObject(params) ? this.#open.get(params['requestId'] ?? null) : undefined;
    controller?.abort();
    return controller !== undefined;
  }

  async #relay(message: JsonObject, signal: AbortSignal): Promise<void> {
    const params = isJsonObject(message['params']) ? message['params'] : {};
    if (message['method'] !== 'tools/call') {
      await this.#forward(message, await this.#post(message, signal));
      return;
    }
    const name = textOf(params['name']);
    if (!this.#mirrored.has(name)) await this.#learn(params, signal);
    const answer = await this.#post(message, signal);
    if (answer.status !== 400) {
      await this.#forward(message, answer);
      return;
    }
    // Refused before it was a call: where the tool has changed, what it wants in headers has as well.
    const [refused] = await answer.all();
    if (errorOf(refused)?.['code'] !== rpcCodes.headerMismatch) {
      if (refused !== undefined) await this.#write(refused);
      return;
    }
    await this.#learn(params, signal);
    await this.#forward(message, await this.#post(message, signal));
  }

  #post(message: JsonObject, signal: AbortSignal): Promise<RelayAnswer> {
    const method = textOf(message['method']);
    const params = isJsonObject(message['params']) ? message['params'] : {};
    const meta = isJsonObject(params['_meta']) ? params['_meta'] : {};
    const mirrored = method === 'tools/call' ? this.#mirrored.get(textOf(params['name'])) : undefined;
    const headers = {
      'mcp-protocol-version': textOf(meta[metaKeys.protocolVersion]),
      ...requestHeaders(method, params, mirrored),
    };
    return this.#connection.send('POST', headers, message, signal);
  }

  async #forward(message: JsonObject, answer: RelayAnswer): Promise<void> {
    for await (const answered of answer.messages) {
      if (message['method'] === 'tools/list') this.#note(answered);
      await this.#write(withId(answered, message));
    }
  }

  /** Lists the tools as the client could, for the headers of the call that follows. */
  async #learn(params: JsonObject, signal: AbortSignal): Promise<void> {
    const { _meta } = params;
    let cursor: JsonValue | undefined;
    do {
      const page = { _meta: _meta ?? {}, ...(cursor !== undefined && { cursor }) };
      const list = { jsonrpc: '2.0', id: 'remit-relay', method: 'tools/list', params: page };
      const [answered] = await (await this.#post(list, signal)).all();
      this.#note(answered);
      const result = answered !== undefined && isJsonObject(answered) ? answered['result'] : undefined;
      cursor = result !== undefined && isJsonObject(result) ? result['nextCursor'] : undefined;
    } while (cursor !== undefined);
  }

  #note(answered: JsonValue | undefined): void {
    const result = answered !== undefined && isJsonObject(answered) ? answered['result'] : undefined;
    const tools = result !== undefined && isJsonObject(result) ? result['tools'] : undefined;
    if (!Array.isArray(tools)) return;
    for (const listed of tools) {
      const tool = toolDefinitionSchema.safeParse(listed);
      if (!tool.success) continue;
      const mirrored = mirroredParameters(tool.data);
      this.#mirrored.set(tool.data.name, typeof mirrored === 'string' ? [] : mirrored);
    }
  }
}

/** What is no string says nothing in a header; the listener refuses it with the right words. */
function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** An error about the HTTP request has no id; on stdio the client needs one to know what failed. */
export function withId(answered: JsonValue, request: JsonObject): JsonValue {
  if (!errorOf(answered) || !isJsonObject(answered) || answered['id'] !== undefined) return answered;
  const id = idOf(request);
  return id === undefined ? answered : { ...answered, id };
}
