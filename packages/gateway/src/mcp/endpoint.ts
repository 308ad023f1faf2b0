/**
 * The MCP endpoint: one path, both eras. The body says which era a POST belongs to, the
 * `MCP-Protocol-Version` header is checked against it (MCP 2026-07-28, basic/versioning,
 * "Backward Compatibility with Initialization-Based Versions").
 */
import { Fault, isJsonObject, parseJson, type JsonObject, type JsonValue } from '@remit/contracts';
import { readBody } from '../http/body.ts';
import { bodyFault } from './body-fault.ts';
import { accepted, header, invalidRequest, refuseRequest, type McpHttpRequest } from './http-request.ts';
import { LegacyEndpoint } from './legacy/endpoint.ts';
import { idOf } from './message.ts';
import { ModernEndpoint } from './modern/endpoint.ts';
import type { Tasks } from './modern/tasks.ts';
import { recordRefused } from './refused-request.ts';
import { Replies } from './replies.ts';
import { RpcFault, rpcCodes } from './rpc-fault.ts';
import type { Services } from './services.ts';
import { isLegacy, isModern, legacyVersions, metaKeys, modernVersions } from './versions.ts';

export class McpEndpoint {
  readonly #services: Services;
  readonly #replies = new Replies();
  readonly #legacy: LegacyEndpoint;
  readonly #modern: ModernEndpoint;

  constructor(services: Services, stateSecret: Uint8Array, tasks: Tasks) {
    this.#services = services;
    this.#legacy = new LegacyEndpoint(services, this.#replies);
    this.#modern = new ModernEndpoint(services, this.#replies, stateSecret, tasks);
  }

  get sessions(): number {
    return this.#legacy.sessions.count;
  }

  /** Answers the request, whatever it is; never rejects. */
  async handle(http: McpHttpRequest): Promise<void> {
    let body: JsonValue | undefined;
    try {
      switch (http.request.method ?? '') {
        case 'POST':
          body = await this.#readBody(http);
          this.#post(http, body);
          return;
        case 'GET':
          this.#assertSession(http);
          this.#legacy.get(http);
          return;
        case 'DELETE':
          this.#assertSession(http);
          this.#legacy.delete(http);
          return;
        default:
          throw methodNotAllowed(http, 'GET, POST, DELETE');
      }
    } catch (error) {
      await this.#refuse(http, body, this.#asRpcFault(error));
    }
  }

  /** Once in a while: signs of life on open streams, idle sessions ended. */
  tick(): void {
    const { clock, agents } = this.#services.ports;
    const now = clock.monotonic();
    this.#replies.signOfLife(now, this.#services.bounds.stream_after_ms);
    for (const session of this.#legacy.sessions.all()) session.signOfLife();
    this.#legacy.sessions.sweep(now, ({ agent, keyId }) => agents.holds({ agent, key_id: keyId }));
    this.#modern.tick();
  }

  /** Ends the streams that only wait for changes; open calls and the streams of their answers go on. */
  closeChangeStreams(): void {
    this.#modern.close();
    this.#legacy.closeChangeStreams();
  }

  close(): void {
    this.#legacy.close();
  }

  async #refuse(
    { request, response, identity }: McpHttpRequest,
    body: JsonValue | undefined,
    fault: RpcFault,
  ) {
    const { agent } = identity;
    await recordRefused(this.#services, { agent, ...claimed(body), headers: request.headers }, fault);
    refuseRequest(response, fault, idOf(body));
  }

  async #readBody(http: McpHttpRequest): Promise<JsonValue> {
    const { request } = http;
    const type = header(request, 'content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/json') throw invalidRequest('Content-Type must be application/json.', 415);
    if (!accepted(request).json) throw invalidRequest('Accept must include application/json.', 406);
    const bytes = await readBody(request, this.#services.bounds.request_bytes_max);
    return parseJson(bytes, this.#services.bounds.json_depth_max);
  }

  #post(http: McpHttpRequest, body: JsonValue): void {
    const version = header(http.request, 'mcp-protocol-version');
    if (claimsModern(body) || isModern(version)) {
      this.#modern.post(http, body);
      return;
    }
    if (version !== undefined && !isLegacy(version)) throw unsupportedVersion(version);
    this.#legacy.post(http, body);
  }

  /** GET and DELETE belong to sessions, which only the 2025 era has. */
  #assertSession(http: McpHttpRequest): void {
    const version = header(http.request, 'mcp-protocol-version');
    if (isModern(version)) throw methodNotAllowed(http, 'POST');
    if (version !== undefined && !isLegacy(version)) throw unsupportedVersion(version);
  }

  #asRpcFault(error: unknown): RpcFault {
    if (error instanceof RpcFault) return error;
    if (error instanceof Fault) return bodyFault(error);
    this.#services.logger.error({ err: error }, 'a request failed inside the gateway');
    return new RpcFault(rpcCodes.internalError, 'The gateway failed.', { status: 500 });
  }
}

/** A request that names its version in `_meta` is a modern one, whatever the version. */
function claimsModern(body: JsonValue): boolean {
  if (!isJsonObject(body) || !isJsonObject(body['params'])) return false;
  const meta = body['params']['_meta'];
  return isJsonObject(meta) && metaKeys.protocolVersion in meta;
}

/** Method and parameters of a body that may be no message at all. */
function claimed(body: JsonValue | undefined): { method: string; params: JsonObject } {
  const { method, params } = body !== undefined && isJsonObject(body) ? body : {};
  return {
    method: typeof method === 'string' ? method : '',
    params: params !== undefined && isJsonObject(params) ? params : {},
  };
}

function methodNotAllowed(http: McpHttpRequest, allow: string): RpcFault {
  http.response.setHeader('allow', allow);
  return invalidRequest(`${http.request.method ?? ''} is not allowed here.`, 405);
}

function unsupportedVersion(requested: string): RpcFault {
  return new RpcFault(rpcCodes.unsupportedProtocolVersion, 'Unsupported protocol version', {
    data: { supported: [...modernVersions, ...legacyVersions], requested },
    status: 400,
  });
}
