/**
 * JSON-RPC 2.0 over a transport: gives out ids, finds the call that an answer belongs to, and
 * survives whatever else arrives. Knows no MCP method; that is the era's part.
 */
import type { Bounds, JsonObject, JsonValue } from '@remit/contracts';
import type { Logger } from 'pino';
import type { Notification, Peer, RpcError, UpstreamAnswer } from '../exchange.ts';
import { OpenEntries } from '../open-entries.ts';
import { Attribution } from './attribution.ts';
import { Call } from './call.ts';
import type { CallTimes } from './call.ts';
import type { UpstreamCounts } from './counts.ts';
import { readIncoming } from './incoming.ts';
import type { Outcome, ServerRequest } from './incoming.ts';
import type { Failure, Inbox, RequestOptions, Transport } from './transport/transport.ts';

/** What the era does with messages that are no answers. `call` is the one open call that they belong to. */
export interface MessageHandler {
  serverRequest(request: ServerRequest, call: Call | undefined): void;
  notification(notification: Notification, call: Call | undefined): void;
  /** Notifications that belong to no call may have been lost. */
  missed(): void;
}

/** Parameters, made from the id where they hold a progress token: the id serves as token. */
export type Params = JsonObject | ((id: number) => JsonObject);

export interface CallOptions extends Partial<CallTimes>, RequestOptions {
  peer?: Peer;
  subject?: string;
  signal?: AbortSignal;
  /** `initialize` must not be cancelled by notification (2025-11-25, basic/utilities/cancellation). */
  uncancellable?: boolean;
}

export interface ConnectionDependencies {
  transport: Transport;
  bounds: Bounds;
  counts: UpstreamCounts;
  logger: Logger;
  /** The channel is gone; every open call has been answered. Called once. */
  onClosed: (problem: string) => void;
}

export class Connection implements Inbox {
  /** Set by the era as soon as it is known. */
  handler: MessageHandler | undefined;
  /** Protocol versions up to 2025-03-26 may answer in batches. */
  accepts_batches = false;
  /** Whether giving up is told by `notifications/cancelled`; else closing the stream says it. */
  notifies_cancellation: boolean;
  readonly #dependencies: ConnectionDependencies;
  readonly #open = new OpenEntries<number, Call>();
  readonly #attribution: Attribution;
  #last_id = 0;
  #garbage = 0;
  #closed = false;
  /** Why no new call is taken, while the open ones are seen to their end. */
  #draining: string | undefined;

  constructor(dependencies: ConnectionDependencies) {
    this.#dependencies = dependencies;
    this.#attribution = new Attribution(dependencies.bounds.upstream_call_ms);
    this.notifies_cancellation = dependencies.transport.shared;
  }

  get transport(): Transport {
    return this.#dependencies.transport;
  }

  async open(signal: AbortSignal): Promise<void> {
    await this.transport.open(this, signal);
  }

  /** Sends a request, once. Never rejects: every end is an answer. */
  call(method: string, params: Params, options: CallOptions = {}): Promise<UpstreamAnswer> {
    if (this.#closed || this.#draining !== undefined) {
      return Promise.resolve(
        unsent('unreachable', this.#draining ?? 'the connection to the server is closed'),
      );
    }
    if (options.signal?.aborted === true)
      return Promise.resolve(unsent('cancelled', 'cancelled before it was sent'));
    const call = this.#start(method, options);
    const message = {
      jsonrpc: '2.0',
      id: call.id,
      method,
      params: typeof params === 'function' ? params(call.id) : params,
    };
    this.transport.request(call.id, JSON.stringify(message), options);
    return call.answer;
  }

  /** Resolves when the server has it. */
  async notify(method: string, params?: JsonObject): Promise<void> {
    if (this.#closed) return;
    await this.transport.post(JSON.stringify({ jsonrpc: '2.0', method, ...(params && { params }) }));
  }

  respond(id: string | number, result: JsonObject): void {
    if (!this.#closed) void this.transport.post(JSON.stringify({ jsonrpc: '2.0', id, result }));
  }

  respondError(id: string | number, error: RpcError): void {
    if (!this.#closed) void this.transport.post(JSON.stringify({ jsonrpc: '2.0', id, error }));
  }

  /** The open call with this id: progress tokens and subscription ids are ids. */
  callWith(id: JsonValue | undefined): Call | undefined {
    return typeof id === 'number' ? this.#open.get(id) : undefined;
  }

  /** The open call that satisfies a condition. */
  findCall(condition: (call: Call) => boolean): Call | undefined {
    for (const call of this.#open.values()) {
      if (condition(call)) return call;
    }
    return undefined;
  }

  /** The agents' one open call, if there is only one. */
  loneCall(): Call | undefined {
    return this.#attribution.lone();
  }

  /** Whether a question that names no call could be for another client's call that was given up. */
  isInDoubtFor(peer: Peer): boolean {
    return this.transport.shared && this.#attribution.isInDoubtFor(peer);
  }

  async close(): Promise<void> {
    this.closed('Remit has closed the connection');
    await this.transport.close();
  }

  // --- Inbox: what the transport delivers ---

  message(value: JsonValue, origin: number | undefined): void {
    if (Array.isArray(value)) this.#batch(value, origin);
    else this.#single(value, origin);
  }

  garbage(problem: string, origin: number | undefined, about?: number): void {
    const { counts, logger, bounds } = this.#dependencies;
    counts.garbage += 1;
    this.#garbage += 1;
    logger.warn({ problem }, 'the server sent something that is not a valid message');
    const message = `the server’s answer cannot be used: ${problem}`;
    this.#fail(origin ?? about, { reason: 'garbage', sent: true, message });
    if (this.#garbage > bounds.upstream_garbage_max) this.closed('the server sends too much that is not MCP');
  }

  tooLarge(origin: number | undefined): void {
    const { counts, logger, bounds } = this.#dependencies;
    counts.garbage += 1;
    logger.warn('the server sent a message that is too large');
    const message = `the server’s answer is larger than ${bounds.upstream_message_bytes_max} bytes`;
    // On a shared channel the id was in the dropped bytes: it can only be the one open call, if one it is.
    this.#fail(origin ?? this.#attribution.only()?.id, { reason: 'too_large', sent: true, message });
  }

  failed(id: number, failure: Failure): void {
    this.#fail(id, failure);
  }

  draining(problem: string): void {
    this.#draining = problem;
    if (this.#attribution.size === 0) this.closed(problem);
  }

  missed(): void {
    this.handler?.missed();
  }

  closed(problem: string): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const call of this.#open.values()) {
      const sent = this.transport.abandon(call.id);
      call.settle({
        kind: 'failed',
        reason: 'closed',
        sent,
        message: `the connection to the server ended: ${problem}`,
      });
    }
    this.#open.clear();
    this.#attribution.close();
    this.#dependencies.onClosed(problem);
  }

  // --- calls ---

  #start(method: string, options: CallOptions): Call {
    const { bounds } = this.#dependencies;
    const call = new Call({
      id: ++this.#last_id,
      method,
      idle_ms: options.idle_ms ?? bounds.upstream_call_ms,
      total_ms: options.total_ms ?? bounds.upstream_call_total_ms,
      ...(options.peer && { peer: options.peer }),
      ...(options.subject !== undefined && { subject: options.subject }),
      ...(options.signal && { signal: options.signal }),
      onGivenUp: (given_up, reason) => this.#giveUp(given_up, reason, options.uncancellable === true),
    });
    this.#open.set(call.id, call);
    this.#attribution.opened(call);
    return call;
  }

  #giveUp(call: Call, reason: 'timeout' | 'cancelled', silently: boolean): void {
    const sent = this.transport.abandon(call.id);
    if (sent) this.#attribution.givenUp(call);
    this.#forget(call);
    if (sent && this.notifies_cancellation && !silently) {
      void this.notify('notifications/cancelled', { requestId: call.id, reason });
    }
    const message =
      reason === 'timeout' ? 'the server did not answer in time' : 'the agent cancelled the call';
    call.settle({ kind: 'failed', reason, sent, message });
  }

  #fail(id: number | undefined, failure: Failure): void {
    const call = this.callWith(id);
    if (call !== undefined) this.#settle(call, { kind: 'failed', ...failure });
  }

  #settle(call: Call, answer: UpstreamAnswer): void {
    this.#forget(call);
    call.settle(answer);
    this.transport.finish(call.id);
  }

  #forget(call: Call): void {
    this.#open.delete(call.id);
    this.#attribution.ended(call);
    if (this.#draining !== undefined && this.#attribution.size === 0) this.closed(this.#draining);
  }

  // --- messages ---

  #batch(values: JsonValue[], origin: number | undefined): void {
    const { bounds } = this.#dependencies;
    if (!this.accepts_batches) this.garbage('batches are not part of this protocol version', origin);
    else if (values.length > bounds.batch_length_max) this.garbage('its batch is too long', origin);
    else for (const value of values) this.#single(value, origin);
  }

  #single(value: JsonValue, origin: number | undefined): void {
    const incoming = readIncoming(value);
    switch (incoming.kind) {
      case 'garbage':
        return this.garbage(incoming.problem, origin, incoming.about);
      case 'answer':
        return this.#answer(incoming.id, incoming.outcome, origin);
      case 'request':
        return this.handler?.serverRequest(incoming.request, this.#callOf(origin));
      case 'notification':
        return this.handler?.notification(incoming.notification, this.#callOf(origin));
    }
  }

  #answer(id: JsonValue | undefined, outcome: Outcome, origin: number | undefined): void {
    const call = origin === undefined ? this.callWith(id) : this.#ownAnswer(id, outcome, origin);
    if (call === undefined) this.#unexpected(id, origin);
    else this.#settle(call, outcome);
  }

  /** On a stream of its own only the answer to that request counts; an error may lack its id there. */
  #ownAnswer(id: JsonValue | undefined, { kind }: Outcome, origin: number): Call | undefined {
    const anonymous = kind === 'error' && (id === undefined || id === null);
    return id === origin || anonymous ? this.#open.get(origin) : undefined;
  }

  #callOf(origin: number | undefined): Call | undefined {
    return origin === undefined ? this.#attribution.addressee() : this.#open.get(origin);
  }

  /** Unknown ids, second answers, answers after the call was given up: counted, never delivered. */
  #unexpected(id: JsonValue | undefined, origin: number | undefined): void {
    const { counts, logger } = this.#dependencies;
    counts.unexpected_answers += 1;
    this.#attribution.answeredLate(id);
    logger.debug({ id, origin }, 'the server answered something that is not open');
  }
}

function unsent(reason: 'unreachable' | 'cancelled', message: string): UpstreamAnswer {
  return { kind: 'failed', reason, sent: false, message };
}
