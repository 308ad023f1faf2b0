/**
 * HTTP+SSE, the transport of 2024-11-05: one stream of events brings everything, and says in its
 * first event where messages are to be posted.
 */
import { Fault } from '@remit/contracts';
import type { Logger } from 'pino';
import type { EventStreamParser, ServerSentEvent } from './event-stream.ts';
import { mediaType } from './http-answer.ts';
import type {
  Headers,
  HttpEndpoint,
  HttpExchange,
  ResponseHeaders,
  ResponseReader,
} from './http-endpoint.ts';
import { failureOf, isUnauthorized, networkFailure } from './http-status.ts';
import { messageStream } from './message-stream.ts';
import type { MessageDependencies } from './message-stream.ts';
import { message_headers, postMessage, stream_headers } from './post.ts';
import { faultFailure } from './transport.ts';
import type { Failure, Inbox, Transport } from './transport.ts';

export interface SseDependencies extends MessageDependencies {
  endpoint: HttpEndpoint;
  logger: Logger;
}

/** How long an `endpoint` may be: it becomes the request line of every message. */
const endpoint_length_max = 4096;

export class SseTransport implements Transport {
  readonly shared = true;
  readonly #dependencies: SseDependencies;
  readonly #posts = new Map<number, HttpExchange>();
  #inbox: Inbox | undefined;
  #stream: HttpExchange | undefined;
  /** Path and query that messages are posted to, once the server has said it. */
  #path: string | undefined;

  constructor(dependencies: SseDependencies) {
    this.#dependencies = dependencies;
  }

  async open(inbox: Inbox, signal: AbortSignal): Promise<void> {
    this.#inbox = inbox;
    const { endpoint } = this.#dependencies;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const reader = new StreamReader(inbox, this.#dependencies, { endpoint: resolve, failed: reject });
    this.#stream = endpoint.send(
      { method: 'GET', headers: { ...endpoint.headers(), ...stream_headers } },
      reader,
      true,
    );
    const late = (): void =>
      reject(new Fault('upstream_unreachable', 'the server did not open its stream in time'));
    signal.addEventListener('abort', late, { once: true });
    try {
      this.#path = this.#sameOrigin(await promise);
    } finally {
      signal.removeEventListener('abort', late);
    }
  }

  request(id: number, text: string): void {
    try {
      const headers: Headers = { ...this.#dependencies.endpoint.headers(), ...message_headers };
      const reader = this.#postReader(id);
      const request = { method: 'POST' as const, headers, body: text, path: this.#path ?? '' };
      const exchange = this.#dependencies.endpoint.send(request, reader);
      this.#posts.set(id, exchange);
    } catch (error) {
      this.#inbox?.failed(id, faultFailure(error));
    }
  }

  async post(text: string): Promise<void> {
    await postMessage(text, () => this.#dependencies.endpoint.headers(), this.#dependencies, this.#path);
  }

  abandon(id: number): boolean {
    const post = this.#posts.get(id);
    this.#posts.delete(id);
    if (post === undefined) return true;
    if (!post.sent) post.abort();
    return post.sent;
  }

  finish(id: number): void {
    this.#posts.delete(id);
  }

  useVersion(): void {
    // The header came with a later revision.
  }

  listen(): void {
    // The stream is open from the start.
  }

  async close(): Promise<void> {
    this.#stream?.abort();
    await this.#dependencies.endpoint.close();
  }

  /** Credentials go to the configured origin only, whatever the server names. */
  #sameOrigin(named: string): string {
    const { url } = this.#dependencies.endpoint;
    const target =
      named.length <= endpoint_length_max && URL.canParse(named, url.href) ? new URL(named, url) : undefined;
    if (target?.origin === url.origin) return target.pathname + target.search;
    throw new Fault('upstream_unreachable', 'the server names an address for messages that is not its own');
  }

  /** Only a refusal is of interest: the answer comes on the stream. */
  #postReader(id: number): ResponseReader {
    const failed = (failure: Failure): void => {
      this.#posts.delete(id);
      this.#inbox?.failed(id, failure);
    };
    return {
      head: (status) => (status < 300 ? undefined : failed(failureOf(status))),
      data: () => undefined,
      end: () => undefined,
      failed: (error, sent) => failed(networkFailure(error, sent)),
    };
  }
}

/** The one stream: first the endpoint, then messages; its end is the end of the connection. */
class StreamReader implements ResponseReader {
  readonly #inbox: Inbox;
  readonly #messages: EventStreamParser;
  readonly #opening: { endpoint(named: string): void; failed(reason: Fault): void };
  #accepted = false;

  constructor(
    inbox: Inbox,
    dependencies: MessageDependencies,
    opening: { endpoint(named: string): void; failed(reason: Fault): void },
  ) {
    this.#inbox = inbox;
    this.#opening = opening;
    this.#messages = messageStream(inbox, undefined, dependencies, (event) => this.#other(event));
  }

  head(status: number, headers: ResponseHeaders): void {
    this.#accepted = status === 200 && mediaType(headers) === 'text/event-stream';
    if (this.#accepted) return;
    const code = isUnauthorized(status) ? 'upstream_unauthorized' : 'upstream_unreachable';
    const message =
      status < 300 ? 'the server’s response is not a stream of events' : failureOf(status).message;
    this.#opening.failed(new Fault(code, message));
  }

  data(chunk: Buffer): void {
    if (this.#accepted) this.#messages.push(chunk);
  }

  end(): void {
    this.#over('the server ended its stream');
  }

  failed(error: NodeJS.ErrnoException, sent: boolean): void {
    this.#over(networkFailure(error, sent).message);
  }

  #other({ type, data }: ServerSentEvent): void {
    if (type === 'endpoint') this.#opening.endpoint(data.toString('utf8'));
  }

  #over(problem: string): void {
    this.#opening.failed(new Fault('upstream_unreachable', problem));
    this.#inbox.closed(problem);
  }
}
