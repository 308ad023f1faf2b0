/** The era of sessions: one session for the one client on stdio, with its stream for changes. */
import { isJsonObject, type Bounds, type JsonObject, type JsonValue } from '@remit/contracts';
import { setTimeout as wait } from 'node:timers/promises';
import { idOf } from '../mcp/message.ts';
import { RpcFault, rpcCodes } from '../mcp/rpc-fault.ts';
import type { RelayAnswer, RelayConnection } from './connection.ts';
import { withId } from './modern.ts';

/** How often a broken stream is resumed before it counts as lost. */
const resumeAttemptsMax = 5;
const resumePauseMs = 500;

/** The status that says that events after a Last-Event-ID are not kept any more (RFC 9110, section 15.5.11). */
const eventsGone = 410;

export class SessionRelay {
  readonly #connection: RelayConnection;
  readonly #write: (message: JsonValue) => Promise<void>;
  readonly #bounds: Bounds;
  readonly #ending = new AbortController();
  #session: string | undefined;
  #version: string | undefined;
  /** As the client sent it, to begin anew where the listener has forgotten the session. */
  #initialize: JsonObject | undefined;
  #renewing: Promise<void> | undefined;

  constructor(connection: RelayConnection, write: (message: JsonValue) => Promise<void>, bounds: Bounds) {
    this.#connection = connection;
    this.#write = write;
    this.#bounds = bounds;
  }

  /** @throws RpcFault where the listener cannot be reached, or the answer is lost. */
  async relay(message: JsonValue): Promise<void> {
    const method = isJsonObject(message) ? message['method'] : undefined;
    if (method === 'initialize' && isJsonObject(message)) {
      this.#initialize = message;
      for (const answered of await this.#begin(message)) await this.#write(withId(answered, message));
      return;
    }
    const session = this.#session;
    let answer = await this.#post(message);
    if (answer.status === 404 && this.#initialize) {
      // The listener was started anew. Nothing has happened, so the message can be sent again.
      await answer.all();
      await this.#renew(session);
      answer = await this.#post(message);
    }
    await this.#forward(message, answer);
    if (method === 'notifications/initialized') void this.#listen();
  }

  async end(): Promise<void> {
    this.#ending.abort();
    if (this.#session === undefined) return;
    try {
      await this.#connection.send('DELETE', this.#headers());
    } catch (error) {
      // The listener is gone already, and its sessions with it.
      if (!(error instanceof RpcFault)) throw error;
    }
  }

  async #begin(initialize: JsonObject): Promise<JsonValue[]> {
    this.#session = undefined;
    this.#version = undefined;
    const answer = await this.#connection.send('POST', {}, initialize);
    const answered = await answer.all();
    const session = answer.headers['mcp-session-id'];
    if (typeof session === 'string') this.#session = session;
    for (const each of answered) this.#version = versionOf(each) ?? this.#version;
    return answered;
  }

  /** Begins a new session once, however many messages have found the old one gone. */
  async #renew(lost: string | undefined): Promise<void> {
    if (this.#session !== lost || !this.#initialize) return;
    this.#renewing ??= this.#begin(this.#initialize)
      .then(() => this.#post({ jsonrpc: '2.0', method: 'notifications/initialized' }))
      .then(() => void this.#listen())
      .finally(() => (this.#renewing = undefined));
    await this.#renewing;
  }

  #post(message: JsonValue): Promise<RelayAnswer> {
    return this.#connection.send('POST', this.#headers(), message, this.#ending.signal);
  }

  #headers(): Record<string, string> {
    return {
      ...(this.#session !== undefined && { 'mcp-session-id': this.#session }),
      ...(this.#version !== undefined && { 'mcp-protocol-version': this.#version }),
    };
  }

  /** Everything that comes in answer; a broken stream is resumed, which repeats nothing. */
  async #forward(message: JsonValue, first: RelayAnswer): Promise<void> {
    const request = isJsonObject(message) ? message : {};
    const id = 'method' in request ? idOf(request) : undefined;
    let isAnswered = id === undefined;
    let answer = first;
    for (let attempt = 0; ; attempt++) {
      try {
        for await (const answered of answer.messages) {
          if (idOf(answered) === id && isAnswer(answered)) isAnswered = true;
          await this.#write(withId(answered, request));
        }
        if (isAnswered || answer.status !== 200) return;
      } catch (error) {
        if (this.#ending.signal.aborted) return;
        if (answer.lastEventId() === undefined) throw lost(error);
      }
      const lastEventId = answer.lastEventId();
      // A stream that ends without the answer belongs to a request that was cancelled.
      if (lastEventId === undefined || attempt >= resumeAttemptsMax) return;
      await wait(resumePauseMs);
      const headers = { ...this.#headers(), 'last-event-id': lastEventId };
      answer = await this.#connection.send('GET', headers, undefined, this.#ending.signal);
    }
  }

  /** Changes, for as long as the session lives. */
  async #listen(): Promise<void> {
    const session = this.#session;
    let resume: Record<string, string> = {};
    while (!this.#ending.signal.aborted && this.#session === session) {
      try {
        const headers = { ...this.#headers(), ...resume };
        const answer = await this.#connection.send('GET', headers, undefined, this.#ending.signal);
        // What was missed is not kept any more: what comes from now on is.
        if (answer.status === eventsGone) resume = {};
        else if (answer.status !== 200) return;
        else {
          for await (const message of answer.messages) {
            await this.#write(message);
            const last = answer.lastEventId();
            if (last !== undefined) resume = { 'last-event-id': last };
          }
        }
      } catch {
        // Gone for now, like a stream that has ended; the next attempt says whether for good.
      }
      await wait(this.#bounds.restart_delay_first_ms);
    }
  }
}

function versionOf(answered: JsonValue): string | undefined {
  const result = isJsonObject(answered) ? answered['result'] : undefined;
  const version = result !== undefined && isJsonObject(result) ? result['protocolVersion'] : undefined;
  return typeof version === 'string' ? version : undefined;
}

function isAnswer(message: JsonValue): boolean {
  return isJsonObject(message) && ('result' in message || 'error' in message);
}

function lost(error: unknown): RpcFault {
  const why = error instanceof Error ? error.message : String(error);
  return new RpcFault(rpcCodes.internalError, `The connection to Remit was lost: ${why}`);
}
