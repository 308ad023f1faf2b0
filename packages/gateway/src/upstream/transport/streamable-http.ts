/**
 * Streamable HTTP, of every revision: each message is a POST; what belongs to a request comes back in
 * its response. The revisions with sessions also have a GET stream, resumable streams and a DELETE;
 * 2026-07-28 has none of these (streamable-http "Earlier Streamable HTTP Revisions").
 */
import { Fault } from '@remit/contracts';
import type { Logger } from 'pino';
import { OpenEntries } from '../../open-entries.ts';
import type { EventStreamParser } from './event-stream.ts';
import { AnswerReader, mediaType } from './http-answer.ts';
import type { Headers, HttpEndpoint, HttpExchange, ResponseHeaders } from './http-endpoint.ts';
import { ListenStream } from './listen-stream.ts';
import type { MessageDependencies } from './message-stream.ts';
import { endSession, message_headers, postMessage, stream_headers } from './post.ts';
import { faultFailure } from './transport.ts';
import type { Failure, Inbox, RequestOptions, Transport } from './transport.ts';

/** The revision that has no sessions, no GET stream and no resuming. */
const sessionless_version = '2026-07-28';

const session_lost: Failure = { reason: 'closed', sent: true, message: 'the server has ended its session' };

export interface StreamableHttpDependencies extends MessageDependencies {
  endpoint: HttpEndpoint;
  random: () => number;
  logger: Logger;
}

/** A request that waits for its answer: on the response to its POST, or on a GET that resumes that. */
interface Waiting {
  post?: HttpExchange;
  resumed?: HttpExchange;
  answered: boolean;
  streaming: boolean;
  last_event_id?: string;
  /** Attempts to resume since the last event. */
  attempts: number;
  timer?: NodeJS.Timeout;
}

export class StreamableHttpTransport implements Transport {
  readonly shared = false;
  readonly #dependencies: StreamableHttpDependencies;
  readonly #waiting = new OpenEntries<number, Waiting>();
  #opened: Inbox | undefined;
  #version: string | undefined;
  #session: string | undefined;
  #listen: ListenStream | undefined;

  constructor(dependencies: StreamableHttpDependencies) {
    this.#dependencies = dependencies;
  }

  open(inbox: Inbox): Promise<void> {
    this.#opened = inbox;
    return Promise.resolve();
  }

  request(id: number, text: string, options: RequestOptions): void {
    const waiting: Waiting = { answered: false, streaming: false, attempts: 0 };
    this.#waiting.set(id, waiting);
    try {
      const headers = { ...this.#headers(), ...options.headers, ...message_headers };
      const reader = this.#reader(id, waiting, options.opens_session === true);
      waiting.post = this.#dependencies.endpoint.send({ method: 'POST', headers, body: text }, reader);
    } catch (error) {
      this.#waiting.delete(id);
      this.#inbox.failed(id, faultFailure(error));
    }
  }

  async post(text: string): Promise<void> {
    await postMessage(text, () => this.#headers(), this.#dependencies);
  }

  abandon(id: number): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return true;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    const sent = waiting.post?.sent ?? false;
    waiting.resumed?.abort();
    waiting.post?.abort();
    return sent;
  }

  /** A stream that goes on after the answer is cut, so that it does not hold a connection for ever. */
  finish(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    waiting.answered = true;
    if (!waiting.streaming) return;
    waiting.timer = setTimeout(() => this.abandon(id), this.#dependencies.bounds.upstream_stop_ms);
  }

  useVersion(version: string | undefined): void {
    this.#version = version;
  }

  listen(): void {
    if (this.#version === sessionless_version) return;
    this.#listen = new ListenStream(this.#inbox, {
      ...this.#dependencies,
      headers: () => this.#headers(),
      onSessionLost: () => this.#sessionLost(),
    });
    this.#listen.open();
  }

  async close(): Promise<void> {
    this.#listen?.close();
    for (const id of [...this.#waiting.keys()]) this.abandon(id);
    if (this.#session !== undefined) await endSession(() => this.#headers(), this.#dependencies);
    await this.#dependencies.endpoint.close();
  }

  get #inbox(): Inbox {
    if (this.#opened === undefined)
      throw new Fault('upstream_unreachable', 'the transport has not been opened');
    return this.#opened;
  }

  /** Those of every request. @throws Fault `credential_missing`. */
  #headers(): Headers {
    const headers = this.#dependencies.endpoint.headers();
    if (this.#version !== undefined) headers['mcp-protocol-version'] = this.#version;
    if (this.#session !== undefined) headers['mcp-session-id'] = this.#session;
    return headers;
  }

  #reader(id: number, waiting: Waiting, opens_session: boolean): AnswerReader {
    return new AnswerReader(id, this.#inbox, this.#dependencies, {
      head: (status, headers) => {
        waiting.streaming = status === 200 && mediaType(headers) === 'text/event-stream';
        if (opens_session) this.#openSession(headers);
        return !this.#isSessionLost(status);
      },
      over: (failure, stream, status) => this.#over(id, waiting, failure, stream, status),
    });
  }

  /** 2025-11-25, basic/transports "Session Management": visible ASCII only. */
  #openSession(headers: ResponseHeaders): void {
    const session = headers['mcp-session-id'];
    if (typeof session === 'string' && /^[\x21-\x7e]{1,1024}$/.test(session)) this.#session = session;
  }

  #over(
    id: number,
    waiting: Waiting,
    failure: Failure,
    stream: EventStreamParser | undefined,
    status: number,
  ): void {
    if (this.#waiting.get(id) !== waiting) return;
    if (!waiting.answered && this.#resume(id, waiting, stream)) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    if (waiting.answered) return;
    if (this.#isSessionLost(status)) {
      this.#inbox.failed(id, session_lost);
      return this.#sessionLost();
    }
    // The POST was sent, whatever became of attempts to resume.
    const sent = failure.sent || waiting.resumed !== undefined;
    this.#inbox.failed(id, { ...failure, sent });
    if (!sent && failure.reason === 'unreachable') this.#inbox.draining(failure.message);
  }

  /**
   * Reads on where a stream broke off, if the server has given its events ids: a GET, which asks for
   * what has not been delivered and repeats nothing (2025-11-25, basic/transports "Resumability").
   */
  #resume(id: number, waiting: Waiting, stream: EventStreamParser | undefined): boolean {
    const { bounds, endpoint } = this.#dependencies;
    if (stream?.last_event_id !== undefined && stream.last_event_id !== waiting.last_event_id) {
      waiting.last_event_id = stream.last_event_id;
      waiting.attempts = 0;
    }
    const { last_event_id } = waiting;
    if (last_event_id === undefined || this.#version === sessionless_version) return false;
    if (waiting.attempts >= bounds.upstream_resume_max) return false;
    waiting.attempts += 1;
    const wait_ms = Math.min(stream?.retry_ms ?? bounds.restart_delay_first_ms, bounds.restart_delay_max_ms);
    waiting.timer = setTimeout(() => {
      const headers = { ...this.#headers(), ...stream_headers, 'last-event-id': last_event_id };
      waiting.resumed = endpoint.send({ method: 'GET', headers }, this.#reader(id, waiting, false));
    }, wait_ms);
    return true;
  }

  #isSessionLost(status: number): boolean {
    return status === 404 && this.#session !== undefined;
  }

  /** The session cannot be used again, and needs no DELETE (2025-11-25 "Session Management", 3 and 4). */
  #sessionLost(): void {
    this.#session = undefined;
    this.#inbox.draining(session_lost.message);
  }
}
