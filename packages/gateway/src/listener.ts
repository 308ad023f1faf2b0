/**
 * The agents' listener: a node:http server that knows where a request goes, whether it may come from
 * there, and who sends it. Everything it holds is bounded, and it stops without cutting what can end.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault, type Bounds } from '@remit/contracts';
import type { AgentDirectory, AgentIdentity, RefusedAttempt, RefusedAttempts } from '@remit/enforce';
import { isAuthzenPath, repeatIdentifier, sendError, type AuthzenEndpoint } from './authzen/endpoint.ts';
import { allowedOrigins, foreign, type AllowedOrigins } from './http/origin.ts';
import { identify } from './identify/bearer.ts';
import { refuseRequest, type McpHttpRequest } from './mcp/http-request.ts';
import { RpcFault, rpcCodes } from './mcp/rpc-fault.ts';
import type { Services } from './mcp/services.ts';

export interface ListenerSettings {
  /** Loopback unless told otherwise. */
  host?: string;
  /** 0 takes a free one. */
  port?: number;
  /** Names that this listener is reached by, beside loopback and `host`; without port. */
  allowedHosts?: readonly string[];
  /** Web origins that may call it, beside those of its own names. */
  allowedOrigins?: readonly string[];
}

interface ListenerDependencies {
  agents: AgentDirectory;
  bounds: Bounds;
  /** Whether the workspace has this server. */
  hasServer(name: string): boolean;
  handle(http: McpHttpRequest): Promise<void>;
  /** Requests for decisions (AuthZEN). */
  authzen: Pick<AuthzenEndpoint, 'handle'>;
  logger: Services['logger'];
  attempts: RefusedAttempts;
}

/** Attempts of who is not known to be an agent. The path and headers that they came with are theirs to choose. */
const strangers: Readonly<Record<number, Pick<RefusedAttempt, 'event' | 'code'> | undefined>> = {
  [rpcCodes.unauthenticated]: { event: 'login', code: 'unauthenticated' },
  [rpcCodes.foreign]: { event: 'request_refused', code: 'foreign' },
};

const defaultHost = '127.0.0.1';
/** For answers that are written but not read yet when everything else has ended. */
const lastAnswersMs = 1000;
/** How often node looks for connections that are past their time. */
const timeoutCheckMs = 1000;
/** Longer than clients keep an idle connection, so that they close first and lose no request. */
const keepAliveMs = 65_000;

export class Listener {
  readonly #settings: ListenerSettings;
  readonly #dependencies: ListenerDependencies;
  readonly #server: Server;
  readonly #allowed: AllowedOrigins;
  #closing = false;

  constructor(settings: ListenerSettings, dependencies: ListenerDependencies) {
    this.#settings = settings;
    this.#dependencies = dependencies;
    this.#allowed = allowedOrigins(
      settings.host ?? defaultHost,
      settings.allowedHosts,
      settings.allowedOrigins,
    );
    const { bounds } = dependencies;
    this.#server = createServer(
      {
        headersTimeout: bounds.request_headers_ms,
        requestTimeout: bounds.request_body_ms,
        connectionsCheckingInterval: Math.min(timeoutCheckMs, bounds.request_headers_ms),
        keepAliveTimeout: keepAliveMs,
        maxHeaderSize: bounds.request_header_bytes_max,
        noDelay: true,
      },
      (request, response) => {
        this.dispatch(request, response);
      },
    );
    this.#server.maxConnections = bounds.connections_max;
  }

  /** @throws Fault `cannot_listen` where the address is taken or not ours. */
  listen(): Promise<AddressInfo> {
    const { host = defaultHost, port = 0 } = this.#settings;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause) => {
        reject(new Fault('cannot_listen', `Cannot listen on ${host}:${port}: ${cause.message}`, { cause }));
      });
      this.#server.listen(port, host, () => {
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /** Handles one HTTP request to the agents' listener. */
  dispatch(request: IncomingMessage, response: ServerResponse): void {
    // A broken connection is the client's way of leaving; whoever waits for it listens to `close`.
    request.on('error', ignore);
    response.on('error', ignore);
    try {
      this.#handle(request, response, this.#admit(request, response));
    } catch (error) {
      request.resume();
      void this.#refuse(request, response, this.#asRpcFault(error));
    }
  }

  /** @throws RpcFault for a path where there is nothing. */
  #handle(request: IncomingMessage, response: ServerResponse, identity: AgentIdentity): void {
    const path = pathOf(request);
    // After the key: which servers there are is nobody else's business.
    if (isAuthzenPath(path)) void this.#dependencies.authzen.handle(request, response, path, identity);
    else void this.#dependencies.handle({ request, response, identity, scope: this.#scopeOf(path) });
  }

  async #refuse(request: IncomingMessage, response: ServerResponse, fault: RpcFault): Promise<void> {
    const attempt = strangers[fault.error.code];
    if (attempt) {
      const payload = { reason: fault.message, source: request.socket.remoteAddress ?? '' };
      const meta = { listener: 'agents' };
      await this.#dependencies.attempts.record({
        ...attempt,
        subject: "the agents' listener",
        meta,
        payload,
      });
    }
    if (isAuthzenPath(pathOf(request))) sendError(response, fault.status ?? 500, fault.message);
    else refuseRequest(response, fault);
  }

  /** Takes no new connections and requests; resolves when the last open one is gone. */
  stopTaking(): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    this.#server.closeIdleConnections();
    return closed;
  }

  /** Waits a moment for the last answers to leave, then cuts what is still open. */
  async finish(closed: Promise<void>): Promise<void> {
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => {
      this.#server.closeAllConnections();
    }, lastAnswersMs);
    await closed;
    clearTimeout(cut);
  }

  /** @throws RpcFault for a request that is foreign or unidentified. */
  #admit(request: IncomingMessage, response: ServerResponse): AgentIdentity {
    const { bounds, agents } = this.#dependencies;
    if (isAuthzenPath(pathOf(request)))
      repeatIdentifier(request, response, bounds.request_identifier_length_max);
    const problem = foreign(request.headers, this.#allowed);
    if (problem !== undefined) throw new RpcFault(rpcCodes.foreign, problem, { status: 403 });
    if (this.#closing) {
      response.setHeader('connection', 'close');
      throw new RpcFault(rpcCodes.overloaded, 'Remit is stopping.', { status: 503 });
    }
    const identified = identify(request.headers.authorization, agents);
    if (!identified.ok) {
      response.setHeader('www-authenticate', identified.challenge);
      throw new RpcFault(rpcCodes.unauthenticated, identified.reason, { status: 401 });
    }
    return identified.identity;
  }

  #asRpcFault(error: unknown): RpcFault {
    if (error instanceof RpcFault) return error;
    this.#dependencies.logger.error({ err: error }, 'a request could not be taken');
    return new RpcFault(rpcCodes.internalError, 'The gateway failed.', { status: 500 });
  }

  /** `/mcp` is all servers, `/mcp/{server}` one of them. */
  #scopeOf(path: string): string | undefined {
    if (path === '/mcp' || path === '/mcp/') return undefined;
    const server = /^\/mcp\/([^/]+)\/?$/.exec(path)?.[1];
    if (server !== undefined && this.#dependencies.hasServer(server)) return server;
    throw new RpcFault(rpcCodes.invalidRequest, 'There is nothing at this path.', { status: 404 });
  }
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

function ignore(): void {
  // See where it is used.
}
