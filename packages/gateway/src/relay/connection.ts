/** HTTP to the agents' listener: requests with the agent's key, answers read as messages. */
import { isJsonObject, parseJson, type Bounds, type JsonObject, type JsonValue } from '@remit/contracts';
import { Agent, type Dispatcher } from 'undici';
import { RpcFault, rpcCodes } from '../mcp/rpc-fault.ts';
import { EventStreamParser } from '../upstream/transport/event-stream.ts';

export interface RelayAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Ends when the answer does; a broken connection throws. */
  messages: AsyncIterable<JsonValue>;
  /** All messages, for answers that are short. */
  all(): Promise<JsonValue[]>;
  /** The id of the last event, where the answer is a stream that can be resumed. */
  lastEventId(): string | undefined;
}

export class RelayConnection {
  readonly #url: string;
  readonly #key: string;
  readonly #bounds: Bounds;
  readonly #agent: Agent;

  constructor(url: string, key: string, bounds: Bounds) {
    this.#url = url;
    this.#key = key;
    this.#bounds = bounds;
    this.#agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, pipelining: 1 });
  }

  /** @throws RpcFault where the listener cannot be reached. */
  async send(
    method: 'POST' | 'GET' | 'DELETE',
    headers: Record<string, string>,
    body?: JsonValue,
    signal?: AbortSignal,
  ): Promise<RelayAnswer> {
    const response = await this.#request(method, headers, body, signal);
    const isStream = String(response.headers['content-type']).startsWith('text/event-stream');
    const stream = new MessageStream(this.#bounds);
    const messages = isStream ? stream.read(response.body) : this.#whole(response.body);
    return {
      status: response.statusCode,
      headers: response.headers,
      messages,
      all: () => collect(messages),
      lastEventId: () => stream.lastEventId,
    };
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #request(
    method: 'POST' | 'GET' | 'DELETE',
    headers: Record<string, string>,
    body: JsonValue | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Dispatcher.ResponseData> {
    try {
      return await this.#agent.request({
        origin: new URL(this.#url).origin,
        path: new URL(this.#url).pathname,
        method,
        headers: {
          authorization: `Bearer ${this.#key}`,
          accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new RpcFault(rpcCodes.internalError, `Remit cannot be reached: ${why}`);
    }
  }

  async *#whole(body: AsyncIterable<Uint8Array>): AsyncIterable<JsonValue> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of body) {
      size += chunk.length;
      if (size > this.#bounds.upstream_message_bytes_max) throw tooLarge();
      chunks.push(chunk);
    }
    if (size === 0) return;
    const value = parseJson(Buffer.concat(chunks, size), this.#bounds.json_depth_max);
    if (Array.isArray(value)) yield* value;
    else yield value;
  }
}

/** The messages of an event stream, in order. */
class MessageStream {
  readonly #parser: EventStreamParser;
  readonly #depthMax: number;
  #waiting: JsonValue[] = [];
  #tooLarge = false;

  constructor(bounds: Bounds) {
    this.#depthMax = bounds.json_depth_max;
    this.#parser = new EventStreamParser(bounds.upstream_message_bytes_max, {
      event: ({ data }) => void this.#waiting.push(parseJson(data, this.#depthMax)),
      tooLarge: () => void (this.#tooLarge = true),
    });
  }

  get lastEventId(): string | undefined {
    return this.#parser.last_event_id;
  }

  async *read(body: AsyncIterable<Uint8Array>): AsyncIterable<JsonValue> {
    for await (const chunk of body) {
      this.#parser.push(Buffer.from(chunk));
      if (this.#tooLarge) throw tooLarge();
      yield* this.#waiting.splice(0);
    }
  }
}

async function collect(messages: AsyncIterable<JsonValue>): Promise<JsonValue[]> {
  const collected: JsonValue[] = [];
  for await (const message of messages) collected.push(message);
  return collected;
}

function tooLarge(): RpcFault {
  return new RpcFault(rpcCodes.internalError, 'An answer is longer than a message may be.');
}

/** The error of an answer that is one; undefined for results. */
export function errorOf(message: JsonValue | undefined): JsonObject | undefined {
  if (message === undefined || !isJsonObject(message)) return undefined;
  return isJsonObject(message['error']) ? message['error'] : undefined;
}
