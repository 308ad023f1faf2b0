/**
 * The GET stream of Streamable HTTP with sessions: what a server says that belongs to no request
 * (2025-11-25, basic/transports "Listening for Messages from the Server"). Opened again when it ends.
 */
import type { Bounds } from '@remit/contracts';
import type { Logger } from 'pino';
import { Backoff } from '../backoff.ts';
import type { EventStreamParser } from './event-stream.ts';
import { mediaType } from './http-answer.ts';
import type {
  Headers,
  HttpEndpoint,
  HttpExchange,
  ResponseHeaders,
  ResponseReader,
} from './http-endpoint.ts';
import { messageStream } from './message-stream.ts';
import type { MessageDependencies } from './message-stream.ts';
import { stream_headers } from './post.ts';
import { faultFailure } from './transport.ts';
import type { Inbox } from './transport.ts';

export interface ListenDependencies extends MessageDependencies {
  endpoint: HttpEndpoint;
  bounds: Bounds;
  logger: Logger;
  random: () => number;
  headers: () => Headers;
  onSessionLost: () => void;
}

export class ListenStream implements ResponseReader {
  readonly #inbox: Inbox;
  readonly #dependencies: ListenDependencies;
  readonly #backoff: Backoff;
  #exchange: HttpExchange | undefined;
  #stream: EventStreamParser | undefined;
  #last_event_id: string | undefined;
  #retry_ms: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #broken = false;
  #closed = false;

  constructor(inbox: Inbox, dependencies: ListenDependencies) {
    this.#inbox = inbox;
    this.#dependencies = dependencies;
    const { restart_delay_first_ms, restart_delay_max_ms } = dependencies.bounds;
    this.#backoff = new Backoff(restart_delay_first_ms, restart_delay_max_ms, dependencies.random);
  }

  open(): void {
    const { endpoint, headers, logger } = this.#dependencies;
    try {
      const resume = this.#last_event_id === undefined ? {} : { 'last-event-id': this.#last_event_id };
      this.#exchange = endpoint.send(
        { method: 'GET', headers: { ...headers(), ...stream_headers, ...resume } },
        this,
        true,
      );
    } catch (error) {
      logger.warn({ problem: faultFailure(error).message }, 'the server’s stream cannot be opened');
      this.#openLater();
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#exchange?.abort();
  }

  head(status: number, headers: ResponseHeaders): void {
    if (status === 200 && mediaType(headers) === 'text/event-stream') return this.#opened();
    this.close();
    if (status === 404) this.#dependencies.onSessionLost();
    // 405 says that the server has no such stream, which is its right.
    else if (status !== 405) this.#dependencies.logger.debug({ status }, 'the server opens no stream');
  }

  data(chunk: Buffer): void {
    this.#stream?.push(chunk);
  }

  end(): void {
    this.#ended();
  }

  failed(error: NodeJS.ErrnoException, sent: boolean): void {
    this.#ended();
    if (!sent && error.code === 'ECONNREFUSED')
      this.#inbox.draining('the server cannot be reached (ECONNREFUSED)');
  }

  #opened(): void {
    this.#stream = messageStream(this.#inbox, undefined, this.#dependencies);
    // Without event ids nobody can say what was missed in between.
    if (this.#broken && this.#last_event_id === undefined) this.#inbox.missed();
  }

  #ended(): void {
    if (this.#closed) return;
    this.#broken = true;
    this.#last_event_id = this.#stream?.last_event_id ?? this.#last_event_id;
    this.#retry_ms = this.#stream?.retry_ms ?? this.#retry_ms;
    this.#stream = undefined;
    this.#openLater();
  }

  #openLater(): void {
    const { restart_delay_max_ms } = this.#dependencies.bounds;
    const wait_ms =
      this.#retry_ms === undefined ? this.#backoff.next() : Math.min(this.#retry_ms, restart_delay_max_ms);
    this.#timer = setTimeout(() => this.open(), wait_ms);
  }
}
