/** A 2025-era session: begun by `initialize`, named by `Mcp-Session-Id`, owned by one key. */
import type { ServerResponse } from 'node:http';
import type { Bounds, JsonObject, JsonValue } from '@remit/contracts';
import type { RpcError } from '../../exchange.ts';
import { notificationText, type RequestId } from '../message.ts';
import { RpcFault, rpcCodes } from '../rpc-fault.ts';
import type { MessageStream } from '../stream.ts';
import type { WatchedResources } from '../watched-resources.ts';
import type { LegacyVersion } from '../versions.ts';
import { EventLog, readEventId } from './event-log.ts';
import type { ReplayBudget } from './replay-budget.ts';
import { ReplayStream } from './replay-stream.ts';

export interface SessionOwner {
  agent: string;
  keyId: string;
  scope: string | undefined;
}

export interface SessionOptions extends SessionOwner {
  id: string;
  version: LegacyVersion;
  capabilities: JsonObject;
  watched: WatchedResources;
  bounds: Bounds;
  /** Of its agent. */
  replayBudget: ReplayBudget;
}

/** What waits for the client's answer to a request of ours. */
interface AwaitedResponse {
  resolve(result: JsonValue): void;
  reject(error: RpcError): void;
}

export class Session {
  readonly id: string;
  readonly owner: SessionOwner;
  readonly version: LegacyVersion;
  readonly capabilities: JsonObject;
  /** Without `logging/setLevel` the server may decide (2025-11-25, server/utilities/logging). */
  logLevel = 'info';
  /** Milliseconds that never go backwards. */
  lastUsed = 0;
  /** Requests of the client that are not answered yet. */
  readonly open = new Map<RequestId, AbortController>();
  /** Requests of ours that the client has not answered yet. */
  readonly asked = new Map<RequestId, AwaitedResponse>();
  readonly watched: WatchedResources;
  readonly #bounds: Bounds;
  readonly #log: EventLog;
  /** Streams that have not ended, and those that ended while their events are still wanted. */
  readonly #streams = new Map<number, ReplayStream>();
  readonly #endedStreams: number[] = [];
  readonly #listening: ReplayStream[] = [];
  #lastStream = 0;
  #lastAsk = 0;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.owner = { agent: options.agent, keyId: options.keyId, scope: options.scope };
    this.version = options.version;
    this.capabilities = options.capabilities;
    this.watched = options.watched;
    this.#bounds = options.bounds;
    const { replay_events_per_session_max, replay_bytes_per_session_max } = options.bounds;
    const bounds = { eventsMax: replay_events_per_session_max, bytesMax: replay_bytes_per_session_max };
    this.#log = new EventLog(bounds, options.replayBudget);
  }

  get inUse(): boolean {
    return this.open.size > 0 || this.#listening.some((stream) => stream.connected);
  }

  get listeningStreams(): number {
    return this.#listening.length;
  }

  nextAskId(): string {
    return `remit-${++this.#lastAsk}`;
  }

  /** The stream that answers one POST. */
  answerStream(response: ServerResponse): MessageStream {
    return this.#newStream(response);
  }

  /**
   * The stream of a GET: change notifications of this session, carried by the newest one. A connection
   * that breaks does not end it, because the client may resume it, until another GET comes instead.
   */
  listen(response: ServerResponse): void {
    for (const stream of [...this.#listening]) if (!stream.connected) stream.end();
    this.#listening.push(this.#newStream(response));
  }

  stopListening(): void {
    for (const stream of [...this.#listening]) stream.end();
  }

  /**
   * Goes on with the stream of this event id; false where the session never had it.
   * @throws RpcFault with status 410 where what came after that event is not kept any more.
   */
  resume(response: ServerResponse, lastEventId: string): boolean {
    const last = readEventId(lastEventId);
    if (!last || last.stream > this.#lastStream) return false;
    const stream = this.#streams.get(last.stream);
    if (!stream || stream.lacksAfter(last.sequence)) throw eventsGone();
    stream.connect(response, last.sequence);
    return true;
  }

  /** Tells the client about a change, if it has ever listened; nothing is kept for one that has not. */
  tell(method: string, params: JsonObject): void {
    this.#listening.at(-1)?.write(notificationText(method, params));
  }

  signOfLife(): void {
    for (const stream of this.#listening) stream.comment();
  }

  /** Ends every stream; what is open upstream goes on, and its outcome is recorded. */
  end(): void {
    for (const stream of [...this.#streams.values()]) stream.end();
    this.watched.clear();
    for (const awaited of this.asked.values()) awaited.reject({ code: 0, message: 'The session has ended.' });
    this.asked.clear();
    this.#log.close();
  }

  #newStream(response: ServerResponse): ReplayStream {
    const number = ++this.#lastStream;
    const stream = new ReplayStream({
      number,
      log: this.#log,
      bufferBytesMax: this.#bounds.stream_buffer_bytes_max,
      primed: this.version === '2025-11-25',
      onEnd: () => {
        this.#ended(stream);
      },
    });
    this.#streams.set(number, stream);
    stream.connect(response);
    return stream;
  }

  #ended(stream: ReplayStream): void {
    const index = this.#listening.indexOf(stream);
    if (index !== -1) this.#listening.splice(index, 1);
    this.#endedStreams.push(stream.number);
    if (this.#endedStreams.length <= this.#bounds.replay_events_per_session_max) return;
    const forgotten = this.#endedStreams.shift();
    if (forgotten !== undefined) this.#streams.delete(forgotten);
  }
}

/** Told instead of leaving a gap that the client cannot see (RFC 9110, section 15.5.11). */
function eventsGone(): RpcFault {
  const message =
    'Events after this Last-Event-ID are not kept any more. What was answered there cannot be had again; ' +
    'open a new stream without Last-Event-ID.';
  return new RpcFault(rpcCodes.eventsGone, message, { status: 410 });
}
