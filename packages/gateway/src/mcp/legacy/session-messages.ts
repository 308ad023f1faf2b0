/** What a 2025-era client posts within its session: requests, notifications, and answers to our requests. */
import type { JsonObject } from '@remit/contracts';
import { assertActive } from '../active.ts';
import { answer } from '../answering.ts';
import { askableCapabilities } from '../ask-rules.ts';
import { accepted, invalidRequest, type McpHttpRequest } from '../http-request.ts';
import { responseText, type Message, type RequestMessage, type ResponseMessage } from '../message.ts';
import { operationOf } from '../operations.ts';
import { metaOf } from '../params.ts';
import type { Replies } from '../replies.ts';
import type { Reply } from '../reply.ts';
import type { AgentRequest } from '../request.ts';
import type { Services } from '../services.ts';
import { LegacyChannel } from './channel.ts';
import { sessionOperation } from './methods.ts';
import type { Session } from './session.ts';

export class SessionMessages {
  readonly #services: Services;
  readonly #replies: Replies;

  constructor(services: Services, replies: Replies) {
    this.#services = services;
    this.#replies = replies;
  }

  /** @throws RpcFault where the messages are refused as a whole. */
  take(http: McpHttpRequest, session: Session, messages: readonly Message[], batch: boolean): void {
    const requests = messages.filter((message) => message.kind === 'request');
    assertServable(session, requests);
    if (messages.some(({ kind }) => kind === 'response')) {
      assertActive(this.#services, session.owner.agent);
    }
    for (const message of messages) {
      if (message.kind === 'notification') this.#notified(session, message.method, message.params);
      else if (message.kind === 'response') responded(session, message);
    }
    if (requests.length === 0) {
      http.response.writeHead(202).end();
      return;
    }
    const reply = this.#reply(http, session, requests.length, batch);
    for (const message of requests) void this.#serve(http, session, message, reply);
  }

  /** Answers a request whose result is known already. */
  answerWith(http: McpHttpRequest, session: Session, message: RequestMessage, result: JsonObject): void {
    const reply = this.#reply(http, session, 1, false);
    const request = this.#request(http, session, message, reply, new AbortController().signal);
    void this.#answer(request, reply, () => Promise.resolve(result));
  }

  #reply(http: McpHttpRequest, session: Session, expected: number, batch: boolean): Reply {
    const streams = accepted(http.request).eventStream;
    return this.#replies.begin(http.response, {
      expected,
      batch,
      startedAt: this.#services.ports.clock.monotonic(),
      ...(streams && { openStream: () => session.answerStream(http.response) }),
    });
  }

  /**
   * A client of this era that goes away does not cancel: the call goes on, its outcome is recorded, and
   * on a stream the answer waits to be resumed (2025-11-25, basic/transports).
   */
  async #serve(http: McpHttpRequest, session: Session, message: RequestMessage, reply: Reply): Promise<void> {
    const controller = new AbortController();
    const request = this.#request(http, session, message, reply, controller.signal);
    session.open.set(message.id, controller);
    await this.#answer(request, reply, async () => {
      const ofSession = sessionOperation(message.method, session);
      const { operation, isCall } = ofSession ?? operationOf(this.#services, request);
      if (!isCall) {
        assertActive(this.#services, request.caller.agent);
        return operation(this.#services, request);
      }
      const leave = this.#services.openCalls.enter(request.caller.agent, controller);
      try {
        return await operation(this.#services, request);
      } finally {
        leave();
      }
    });
    session.open.delete(message.id);
  }

  async #answer(
    request: AgentRequest,
    reply: Reply,
    run: () => Promise<JsonObject | undefined>,
  ): Promise<void> {
    const answered = await answer(this.#services, request, run);
    if (answered) reply.final(responseText(request.id, answered.body), legacyStatus(answered.status));
    else reply.withdraw();
  }

  #request(
    http: McpHttpRequest,
    session: Session,
    { id, method, params }: RequestMessage,
    reply: Reply,
    signal: AbortSignal,
  ): AgentRequest {
    const capabilities = reply.streamable ? askableCapabilities(session.capabilities) : {};
    return {
      id,
      method,
      params,
      caller: {
        agent: http.identity.agent,
        keyId: http.identity.key_id,
        ...(http.scope !== undefined && { scope: http.scope }),
        version: session.version,
        session: session.id,
        capabilities,
        logLevel: session.logLevel,
        headers: http.request.headers,
      },
      channel: new LegacyChannel(this.#services, session, reply, metaOf(params)?.['progressToken']),
      signal,
      notes: {},
    };
  }

  #notified(session: Session, method: string, params: JsonObject): void {
    if (method !== 'notifications/cancelled') return;
    const { requestId } = params;
    if (typeof requestId !== 'string' && typeof requestId !== 'number') return;
    session.open.get(requestId)?.abort();
  }
}

function responded(session: Session, { id, result, error }: ResponseMessage): void {
  const awaited = session.asked.get(id);
  if (result) awaited?.resolve(result);
  else if (error) awaited?.reject(error);
}

/** Ids tell open requests apart, for cancellation too (2025-11-25, basic/index, "Requests"). */
function assertServable(session: Session, requests: readonly RequestMessage[]): void {
  const ids = new Set(requests.map(({ id }) => id));
  if (ids.size < requests.length || requests.some(({ id }) => session.open.has(id))) {
    throw invalidRequest('The request id belongs to a request that is still open.');
  }
  if (requests.some(({ method }) => method === 'initialize')) {
    throw invalidRequest('`initialize` must not be part of a batch.');
  }
}

/** In this era errors of methods come with status 200; only overload is told to HTTP as well. */
function legacyStatus(status: number): number {
  return status === 404 || status === 400 ? 200 : status;
}
