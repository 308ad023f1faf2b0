/**
 * stdio towards an MCP client, Streamable HTTP towards the agents' listener. A client of either era
 * speaks to it as to any stdio server; each of its messages becomes a POST with the agent's key. It
 * decides nothing: everything it is told comes from the listener.
 */
import type { Readable, Writable } from 'node:stream';
import { once } from 'node:events';
import {
  bounds as defaultBounds,
  Fault,
  isJsonObject,
  parseJson,
  type Bounds,
  type JsonObject,
  type JsonValue,
} from '@remit/contracts';
import { bodyFault } from './mcp/body-fault.ts';
import { errorText, idOf, type RequestId } from './mcp/message.ts';
import { RpcFault, rpcCodes } from './mcp/rpc-fault.ts';
import { metaKeys } from './mcp/versions.ts';
import { ModernRelay } from './relay/modern.ts';
import { RelayConnection } from './relay/connection.ts';
import { SessionRelay } from './relay/session.ts';
import { LineSplitter } from './upstream/transport/lines.ts';

export interface StdioRelayOptions {
  /** `http://127.0.0.1:4747/mcp`, or `/mcp/{server}`. */
  url: string;
  /** The agent's key. */
  key: string;
  input: Readable;
  output: Writable;
  bounds?: Partial<Bounds>;
}

/** Relays until the input ends and what is open has been answered, or the time for that is over. */
export function relayStdio(options: StdioRelayOptions): Promise<void> {
  return new StdioRelay(options).run();
}

class StdioRelay {
  readonly #options: StdioRelayOptions;
  readonly #bounds: Bounds;
  readonly #connection: RelayConnection;
  readonly #session: SessionRelay;
  readonly #modern: ModernRelay;
  #ended = false;
  readonly #open = new Set<Promise<void>>();

  constructor(options: StdioRelayOptions) {
    this.#options = options;
    this.#bounds = { ...defaultBounds, ...options.bounds };
    this.#connection = new RelayConnection(options.url, options.key, this.#bounds);
    const write = (message: JsonValue) => this.#write(message);
    this.#session = new SessionRelay(this.#connection, write, this.#bounds);
    this.#modern = new ModernRelay(this.#connection, write);
  }

  async run(): Promise<void> {
    const lines = new LineSplitter(this.#bounds.request_bytes_max, {
      line: (bytes) => {
        if (bytes.length > 0) this.#take(bytes);
      },
      tooLong: () => {
        const message = `A message is longer than ${this.#bounds.request_bytes_max} bytes.`;
        void this.#refuse(undefined, new RpcFault(rpcCodes.invalidRequest, message));
      },
    });
    const { input, output } = this.#options;
    // A client that does not read any more is gone.
    output.once('error', () => input.destroy());
    try {
      for await (const chunk of input) lines.push(Buffer.from(chunk as Uint8Array));
    } catch (error) {
      if (!input.destroyed) throw error;
    }
    await this.#finish();
  }

  #take(bytes: Buffer): void {
    const relayed = this.#relay(bytes).finally(() => this.#open.delete(relayed));
    this.#open.add(relayed);
  }

  async #relay(bytes: Buffer): Promise<void> {
    let message: JsonValue | undefined;
    try {
      message = parseJson(bytes, this.#bounds.json_depth_max);
      if (isModern(message)) await this.#modern.relay(message);
      else if (!this.#modern.cancels(message)) await this.#session.relay(message);
    } catch (error) {
      await this.#refuse(idOf(message), error);
    }
  }

  /** What could not be relayed is said to whoever waits for an answer. */
  async #refuse(id: RequestId | undefined, error: unknown): Promise<void> {
    const fault = asRpcFault(error);
    await this.#write(JSON.parse(errorText(id, fault.error)) as JsonValue);
  }

  /** One message a line; waits where the client does not read. */
  async #write(message: JsonValue): Promise<void> {
    const { output } = this.#options;
    if (this.#ended || output.destroyed) return;
    if (!output.write(`${JSON.stringify(message)}\n`)) await once(output, 'drain');
  }

  /** A client that closes the input wants an end, and usually still the answers that it asked for. */
  async #finish(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#bounds.drain_ms);
    });
    await Promise.race([Promise.allSettled([...this.#open]), late]);
    clearTimeout(timer);
    this.#ended = true;
    await this.#session.end();
    await this.#connection.close();
  }
}

function asRpcFault(error: unknown): RpcFault {
  if (error instanceof RpcFault) return error;
  if (error instanceof Fault) return bodyFault(error);
  return new RpcFault(rpcCodes.internalError, error instanceof Error ? error.message : String(error));
}

/** A request that names its version in `_meta` is one of the stateless era. */
function isModern(message: JsonValue): message is JsonObject {
  if (!isJsonObject(message) || !('id' in message) || !isJsonObject(message['params'])) return false;
  const meta = message['params']['_meta'];
  return isJsonObject(meta) && metaKeys.protocolVersion in meta;
}
