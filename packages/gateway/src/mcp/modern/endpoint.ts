/** The MCP endpoint as 2026-07-28 clients use it: every POST stands for itself. */
import type { JsonObject, JsonValue } from '@remit/contracts';
import { assertActive } from '../active.ts';
import { answer } from '../answering.ts';
import { askableCapabilities } from '../ask-rules.ts';
import { accepted, invalidRequest, type McpHttpRequest } from '../http-request.ts';
import { readMessage, responseText, type RequestMessage } from '../message.ts';
import { introduction, operationOf } from '../operations.ts';
import { metaOf } from '../params.ts';
import type { Replies } from '../replies.ts';
import type { Reply } from '../reply.ts';
import type { AgentRequest, Caller, Channel } from '../request.ts';
import { RpcFault } from '../rpc-fault.ts';
import type { Services } from '../services.ts';
import { DirectStream } from '../stream.ts';
import { modernVersions } from '../versions.ts';
import { readEnvelope, type Envelope } from './envelope.ts';
import { LiveCalls } from './live-calls.ts';
import { Listeners } from './listeners.ts';
import { assertParamHeaders } from './param-check.ts';
import { declaresTasks, isTaskMethod, tasksExtension, type Tasks } from './tasks.ts';

export class ModernEndpoint {
  readonly #services: Services;
  readonly #replies: Replies;
  readonly #tasks: Tasks;
  readonly #calls: LiveCalls;
  readonly #listeners: Listeners;

  constructor(services: Services, replies: Replies, stateSecret: Uint8Array, tasks: Tasks) {
    this.#services = services;
    this.#replies = replies;
    this.#tasks = tasks;
    this.#calls = new LiveCalls(services, stateSecret, this.#tasks);
    this.#listeners = new Listeners(services, this.#tasks);
  }

  /** @throws RpcFault for a request that does not get as far as its method. */
  post(http: McpHttpRequest, body: JsonValue): void {
    const message = readMessage(body, this.#services.bounds);
    if (message.kind === 'response') throw invalidRequest('A client sends no responses in this version.');
    if (message.kind === 'notification') {
      // This version defines no notification of clients over HTTP; closing a stream cancels.
      http.response.writeHead(202).end();
      return;
    }
    const caller = this.#caller(http, readEnvelope(http, message, this.#services.bounds));
    switch (message.method) {
      case 'server/discover':
        assertActive(this.#services, caller.agent);
        this.#discover(http, message, caller);
        return;
      case 'subscriptions/listen':
        assertActive(this.#services, caller.agent);
        this.#listeners.open(http, message, caller);
        return;
      default:
        this.#serve(http, message, caller);
    }
  }

  tick(): void {
    this.#tasks.sweep();
    this.#listeners.signOfLife();
  }

  close(): void {
    this.#listeners.close();
  }

  #discover(http: McpHttpRequest, message: RequestMessage, caller: Caller): void {
    const { capabilities, ...rest } = introduction(this.#services, caller);
    const result = {
      supportedVersions: [...modernVersions],
      capabilities: { ...capabilities, extensions: { [tasksExtension]: {} } },
      ...rest,
    };
    void this.#answer(plain(message, caller), this.#reply(http), () => Promise.resolve(result));
  }

  #serve(http: McpHttpRequest, message: RequestMessage, caller: Caller): void {
    const reply = this.#reply(http);
    try {
      this.#begin(http, message, caller, reply);
    } catch (error) {
      if (!(error instanceof RpcFault)) throw error;
      void this.#answer(plain(message, caller), reply, () => Promise.reject(error));
    }
  }

  /** @throws RpcFault for what is refused before it is an operation. */
  #begin(http: McpHttpRequest, message: RequestMessage, caller: Caller, reply: Reply): void {
    if (isTaskMethod(message.method)) {
      assertActive(this.#services, caller.agent);
      const request = plain(message, caller);
      void this.#answer(request, reply, async () => this.#tasks.serve(request));
      return;
    }
    const { operation, isCall } = operationOf(this.#services, { method: message.method, caller });
    if (!isCall) {
      assertActive(this.#services, caller.agent);
      const request = plain(message, caller);
      void this.#answer(request, reply, () => operation(this.#services, request));
      return;
    }
    const { params, id } = message;
    if (message.method === 'tools/call') assertParamHeaders(this.#services, http, { params, caller });
    const progressToken = metaOf(params)?.['progressToken'];
    this.#calls.take(message, caller, { id, reply, params, progressToken }, operation);
  }

  async #answer(
    request: AgentRequest,
    reply: Reply,
    run: () => Promise<JsonObject | undefined>,
  ): Promise<void> {
    const answered = await answer(this.#services, request, run);
    if (answered) reply.final(responseText(request.id, answered.body), answered.status);
    else reply.withdraw();
  }

  #reply(http: McpHttpRequest): Reply {
    const streams = accepted(http.request).eventStream;
    const { bounds, ports } = this.#services;
    return this.#replies.begin(http.response, {
      expected: 1,
      batch: false,
      startedAt: ports.clock.monotonic(),
      ...(streams && { openStream: () => new DirectStream(http.response, bounds.stream_buffer_bytes_max) }),
    });
  }

  #caller(http: McpHttpRequest, envelope: Envelope): Caller {
    return {
      agent: http.identity.agent,
      keyId: http.identity.key_id,
      ...(http.scope !== undefined && { scope: http.scope }),
      version: envelope.version,
      capabilities: askableCapabilities(envelope.capabilities),
      takesTasks: declaresTasks(envelope.capabilities),
      ...(envelope.logLevel !== undefined && { logLevel: envelope.logLevel }),
      headers: http.request.headers,
    };
  }
}

/** For requests that nothing is said or asked about before their answer. */
const silent: Channel = {
  notify() {
    // Lists and discovery have no interim messages.
  },
  ask: () => Promise.reject(new Error('lists ask nothing')),
};
const never = new AbortController().signal;

/** A request that is answered at once. */
function plain(message: RequestMessage, caller: Caller): AgentRequest {
  return { ...message, caller, channel: silent, signal: never, notes: {} };
}
