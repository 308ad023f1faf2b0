/**
 * Reads the response to one POST of Streamable HTTP: one JSON object, a stream of events, or neither
 * (2025-11-25, basic/transports "Sending Messages to the Server"; 2026-07-28, streamable-http).
 */
import type { EventStreamParser } from './event-stream.ts';
import type { ResponseHeaders, ResponseReader } from './http-endpoint.ts';
import { failureOf, isRedirect, isUnauthorized, networkFailure } from './http-status.ts';
import { deliver, messageStream } from './message-stream.ts';
import type { MessageDependencies } from './message-stream.ts';
import type { Failure, Inbox } from './transport.ts';

export interface AnswerEvents {
  /** False where the body is not to be read. */
  head(status: number, headers: ResponseHeaders): boolean;
  /**
   * The response is over; `failure` is how the request ends if it has no answer yet. `stream` where it
   * was a stream of events, which may be resumed. `status` is 0 where no response came.
   */
  over(failure: Failure, stream: EventStreamParser | undefined, status: number): void;
}

export class AnswerReader implements ResponseReader {
  readonly #id: number;
  readonly #inbox: Inbox;
  readonly #dependencies: MessageDependencies;
  readonly #events: AnswerEvents;
  #body: Buffer[] | undefined;
  #bytes = 0;
  #stream: EventStreamParser | undefined;
  #status = 0;

  constructor(id: number, inbox: Inbox, dependencies: MessageDependencies, events: AnswerEvents) {
    this.#id = id;
    this.#inbox = inbox;
    this.#dependencies = dependencies;
    this.#events = events;
  }

  head(status: number, headers: ResponseHeaders): void {
    this.#status = status;
    const type = mediaType(headers);
    if (!this.#events.head(status, headers) || isUnauthorized(status) || isRedirect(status)) return;
    if (type === 'text/event-stream' && status === 200) {
      this.#stream = messageStream(this.#inbox, this.#id, this.#dependencies);
    } else if (type === 'application/json') {
      this.#body = [];
    }
  }

  data(chunk: Buffer): void {
    if (this.#stream !== undefined) return this.#stream.push(chunk);
    if (this.#body === undefined) return;
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#dependencies.bounds.upstream_message_bytes_max) this.#body.push(chunk);
    else this.#tooLarge();
  }

  end(): void {
    if (this.#body !== undefined && this.#body.length > 0) this.#deliver(this.#body);
    this.#events.over(this.#ending(), this.#stream, this.#status);
  }

  failed(error: NodeJS.ErrnoException, sent: boolean): void {
    this.#events.over(networkFailure(error, sent), this.#stream, this.#status);
  }

  #deliver(chunks: Buffer[]): void {
    const [only] = chunks;
    const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
    // What an error page holds is not reported as garbage: its status says enough.
    if (this.#status < 300 || body.includes('jsonrpc'))
      deliver(body, this.#inbox, this.#id, this.#dependencies);
  }

  #tooLarge(): void {
    this.#body = undefined;
    this.#inbox.tooLarge(this.#id);
  }

  /** How the request ends if it has no answer yet. */
  #ending(): Failure {
    if (this.#stream !== undefined) {
      return { reason: 'closed', sent: true, message: 'the server ended its stream without an answer' };
    }
    return this.#status < 300
      ? { reason: 'garbage', sent: true, message: 'the server’s response is not an answer to the request' }
      : failureOf(this.#status);
  }
}

export function mediaType(headers: ResponseHeaders): string | undefined {
  const value = headers['content-type'];
  return typeof value === 'string' ? value.split(';')[0]?.trim().toLowerCase() : undefined;
}
