/** The MCP endpoint as 2025-era clients use it (MCP 2025-11-25, basic/transports, "Streamable HTTP"). */
import type { JsonValue } from '@remit/contracts';
import { assertActive } from '../active.ts';
import { accepted, header, invalidRequest, type McpHttpRequest } from '../http-request.ts';
import { readMessage, type RequestMessage } from '../message.ts';
import type { Replies } from '../replies.ts';
import { RpcFault, rpcCodes } from '../rpc-fault.ts';
import type { Services } from '../services.ts';
import { Broadcast } from './broadcast.ts';
import { initialize } from './initialize.ts';
import { SessionMessages } from './session-messages.ts';
import type { Session, SessionOwner } from './session.ts';
import { Sessions } from './sessions.ts';

export class LegacyEndpoint {
  readonly sessions: Sessions;
  readonly #services: Services;
  readonly #messages: SessionMessages;
  readonly #broadcast: Broadcast;

  constructor(services: Services, replies: Replies) {
    this.#services = services;
    this.#messages = new SessionMessages(services, replies);
    this.sessions = new Sessions(services.bounds);
    this.#broadcast = new Broadcast(services, this.sessions);
  }

  /** @throws RpcFault for a POST that is refused as a whole. */
  post(http: McpHttpRequest, body: JsonValue): void {
    if (Array.isArray(body)) {
      this.#batch(http, body);
      return;
    }
    const message = readMessage(body, this.#services.bounds);
    if (message.kind === 'request' && message.method === 'initialize') this.#initialize(http, message);
    else this.#messages.take(http, this.#session(http), [message], false);
  }

  /** The stream for change notifications, or a broken one resumed. */
  get(http: McpHttpRequest): void {
    assertActive(this.#services, http.identity.agent);
    if (!accepted(http.request).eventStream)
      throw invalidRequest('A GET must accept text/event-stream.', 406);
    const session = this.#session(http);
    const lastEventId = header(http.request, 'last-event-id');
    if (lastEventId !== undefined && session.resume(http.response, lastEventId)) return;
    if (session.listeningStreams >= this.#services.bounds.listen_streams_per_agent_max) {
      throw new RpcFault(rpcCodes.overloaded, 'This session has as many streams as it may.', { status: 429 });
    }
    session.listen(http.response);
  }

  delete(http: McpHttpRequest): void {
    this.sessions.end(this.#session(http));
    http.response.writeHead(204).end();
  }

  closeChangeStreams(): void {
    this.#broadcast.close();
    for (const session of this.sessions.all()) session.stopListening();
  }

  close(): void {
    this.sessions.endAll();
  }

  #initialize(http: McpHttpRequest, message: RequestMessage): void {
    if (header(http.request, 'mcp-session-id') !== undefined) {
      throw invalidRequest('`initialize` begins a session and cannot name one.');
    }
    assertActive(this.#services, http.identity.agent);
    const { session, result } = initialize(this.#services, this.sessions, ownerOf(http), message);
    http.response.setHeader('mcp-session-id', session.id);
    this.#messages.answerWith(http, session, message, result);
  }

  #batch(http: McpHttpRequest, body: JsonValue[]): void {
    const { bounds } = this.#services;
    const session = this.#session(http);
    if (session.version !== '2025-03-26') throw invalidRequest('Only version 2025-03-26 has batches.');
    if (body.length === 0 || body.length > bounds.batch_length_max) {
      throw invalidRequest(`A batch holds 1 to ${bounds.batch_length_max} messages.`);
    }
    const messages = body.map((item) => readMessage(item, bounds));
    this.#messages.take(http, session, messages, true);
  }

  /**
   * The session that the request names.
   * @throws RpcFault 400 without a session id, 404 for one that this key did not open on this path.
   */
  #session(http: McpHttpRequest): Session {
    const id = header(http.request, 'mcp-session-id');
    if (id === undefined)
      throw invalidRequest('The header Mcp-Session-Id is missing; send `initialize` first.');
    const session = this.sessions.find(id, ownerOf(http), this.#services.ports.clock.monotonic());
    if (session) return session;
    const message = 'Session not found; send `initialize` to begin one.';
    throw new RpcFault(rpcCodes.unknownSession, message, { status: 404 });
  }
}

function ownerOf(http: McpHttpRequest): SessionOwner {
  return { agent: http.identity.agent, keyId: http.identity.key_id, scope: http.scope };
}
