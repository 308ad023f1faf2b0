/**
 * What the three transports have in common. A transport moves JSON-RPC messages and knows nothing of
 * their meaning; `Connection` gives them ids and finds the call that an answer belongs to.
 */
import { Fault } from '@remit/contracts';
import type { JsonValue } from '@remit/contracts';
import type { UpstreamAnswer } from '../../exchange.ts';

export type Failure = Omit<Extract<UpstreamAnswer, { kind: 'failed' }>, 'kind'>;

/**
 * Where a transport delivers. `origin` is the request on whose own stream something came (Streamable
 * HTTP); on a channel that all requests share (stdio, HTTP+SSE, the GET stream) it is undefined.
 */
export interface Inbox {
  message(value: JsonValue, origin: number | undefined): void;
  /** Something that is no message. `about`: the request that it seems to answer. */
  garbage(problem: string, origin: number | undefined, about?: number): void;
  /** A message longer than the bound, whose bytes were dropped. */
  tooLarge(origin: number | undefined): void;
  /** Nothing more will come for this request. */
  failed(id: number, failure: Failure): void;
  /** No new request has a chance, but open ones may still be answered; a new connection is needed. */
  draining(problem: string): void;
  /** Messages that belong to no request may have been lost. */
  missed(): void;
  /** The channel is gone, and every request on it. */
  closed(problem: string): void;
}

export interface RequestOptions {
  /** Mirrored metadata (2026-07-28, streamable-http "Request Metadata"); other transports ignore it. */
  headers?: Readonly<Record<string, string>>;
  /** `initialize`: the answer's session id is used from then on. */
  opens_session?: boolean;
}

export interface Transport {
  /** True where the answers to all requests come on one channel. */
  readonly shared: boolean;
  /**
   * Opens the channel; from now on the inbox is served.
   * @throws Fault `upstream_unreachable`, `upstream_unauthorized`, `credential_missing`.
   */
  open(inbox: Inbox, signal: AbortSignal): Promise<void>;
  /** Writes a request, once. Its failure is reported to the inbox, never thrown. */
  request(id: number, text: string, options: RequestOptions): void;
  /** Writes a notification or a response; resolves when the server has it. What goes wrong is logged. */
  post(text: string): Promise<void>;
  /** Nobody waits for this request any more. Says whether a byte of it may have reached the server. */
  abandon(id: number): boolean;
  /** The request has its answer; a stream of its own may be closed if the server does not. */
  finish(id: number): void;
  /** The version that later messages have to name (HTTP header `MCP-Protocol-Version`). */
  useVersion(protocol_version: string | undefined): void;
  /** Opens the stream for messages that belong to no request, where the transport has one apart. */
  listen(): void;
  close(): Promise<void>;
}

/** A request that could not even be put together, for instance for want of a credential. */
export function faultFailure(error: unknown): Failure {
  if (!(error instanceof Fault)) throw error;
  const remedy = error.remedy === undefined ? '' : `; ${error.remedy}`;
  return { reason: 'unreachable', sent: false, message: `${error.message}${remedy}` };
}
