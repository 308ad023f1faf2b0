/**
 * The stateless era, protocol version 2026-07-28: each request carries version, client and
 * capabilities; what the server needs to know is asked in further round trips; changes come on the
 * stream of `subscriptions/listen`.
 */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject, JsonValue, ToolDefinition } from '@remit/contracts';
import type { Notification, UpstreamAnswer, UpstreamRequest } from '../../exchange.ts';
import type { Call } from '../call.ts';
import type { MessageHandler } from '../connection.ts';
import type { ServerRequest } from '../incoming.ts';
import { bridged_capabilities, modern_version, offersTasks, tasks_extension } from './era.ts';
import type { Era, EraAnswer, EraDependencies, Introduction } from './era.ts';
import { passChange, passInterim } from './notification.ts';
import { mirroredParameters, requestHeaders } from './request-headers.ts';
import type { MirroredParameter } from './request-headers.ts';
import { withRoundTrips } from './round-trips.ts';
import { Subscription } from './subscription.ts';

const method_not_found = -32601;
const header_mismatch = -32020;

/** The keys of `_meta` that every request has (2026-07-28, basic/index "Per-request protocol fields"). */
const meta = {
  version: 'io.modelcontextprotocol/protocolVersion',
  client: 'io.modelcontextprotocol/clientInfo',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  log_level: 'io.modelcontextprotocol/logLevel',
} as const;

/** `server/discover`: also the probe for the era. */
export function discover(dependencies: EraDependencies, signal: AbortSignal): Promise<UpstreamAnswer> {
  const { connection, client_info, bounds } = dependencies;
  connection.transport.useVersion(modern_version);
  const params = { _meta: requestMeta(client_info, bridged_capabilities) };
  const times = { idle_ms: bounds.upstream_connect_ms, total_ms: bounds.upstream_connect_ms };
  const headers = requestHeaders('server/discover', params);
  return connection.call('server/discover', params, { ...times, signal, headers, uncancellable: true });
}

export class StatelessEra implements Era, MessageHandler {
  readonly introduction: Introduction;
  readonly #dependencies: EraDependencies;
  readonly #subscription: Subscription;
  #mirrored: ReadonlyMap<string, readonly MirroredParameter[]> = new Map();

  constructor(introduction: Introduction, dependencies: EraDependencies) {
    this.introduction = introduction;
    this.#dependencies = dependencies;
    const { client_info } = dependencies;
    this.#subscription = new Subscription(introduction, dependencies, () =>
      requestMeta(client_info, bridged_capabilities),
    );
  }

  attach(): Promise<void> {
    const { connection } = this.#dependencies;
    connection.handler = this;
    connection.transport.useVersion(modern_version);
    return Promise.resolve();
  }

  async request(request: UpstreamRequest): Promise<EraAnswer> {
    const { bounds, clock } = this.#dependencies;
    const answer = await withRoundTrips(request, { bounds, clock }, (params, total_ms) =>
      this.#send(request, params, total_ms),
    );
    if (answer.kind === 'error' && answer.error.code === header_mismatch) {
      // Our copy of the definition may be old. It is read anew; the call itself is not sent again.
      this.#dependencies.events.listChanged('tools');
    }
    return answer;
  }

  ask(method: string, params: JsonObject, signal: AbortSignal): Promise<UpstreamAnswer> {
    const { connection, client_info, bounds } = this.#dependencies;
    const headers = requestHeaders(method, params);
    const capabilities = { ...bridged_capabilities, ...this.#extensions(method.startsWith('tasks/')) };
    const complete = { ...params, _meta: requestMeta(client_info, capabilities) };
    return connection.call(method, complete, { signal, headers, idle_ms: bounds.upstream_connect_ms });
  }

  learnTools(tools: readonly ToolDefinition[]): void {
    const mirrored = new Map<string, readonly MirroredParameter[]>();
    for (const tool of tools) {
      const parameters = mirroredParameters(tool);
      if (typeof parameters !== 'string' && parameters.length > 0) mirrored.set(tool.name, parameters);
    }
    this.#mirrored = mirrored;
  }

  /** Only HTTP mirrors parameters; elsewhere the annotation is ignored ("Schema Extension"). */
  refuseTool(tool: ToolDefinition): string | undefined {
    if (this.#dependencies.connection.transport.shared) return undefined;
    const parameters = mirroredParameters(tool);
    return typeof parameters === 'string' ? parameters : undefined;
  }

  listen(watched: ReadonlySet<string>): void {
    this.#subscription.start(watched);
  }

  watch(uri: string): Promise<void> {
    return this.#subscription.watch(uri);
  }

  unwatch(uri: string): Promise<void> {
    return this.#subscription.unwatch(uri);
  }

  close(): void {
    this.#subscription.close();
  }

  /** Servers of this era must not send requests (transports/stdio "Receiving Messages"). */
  serverRequest({ id }: ServerRequest): void {
    const { connection, counts, logger } = this.#dependencies;
    counts.unattributed_requests += 1;
    logger.warn('the server sent a request, which this protocol version forbids');
    connection.respondError(id, { code: method_not_found, message: 'method not found' });
  }

  notification(notification: Notification, call: Call | undefined): void {
    if (this.#subscription.receive(notification, call)) return;
    if (!passChange(notification, this.#dependencies.events))
      passInterim(notification, call, this.#dependencies);
  }

  missed(): void {
    // The subscription sees to it when its own stream ends.
  }

  #send(
    { method, peer, signal, progress }: UpstreamRequest,
    params: JsonObject,
    total_ms: number,
  ): Promise<UpstreamAnswer> {
    const { connection, client_info } = this.#dependencies;
    const passed_on = isJsonObject(params['_meta']) ? params['_meta'] : {};
    const takes_tasks = method === 'tools/call' && peer.tasks !== undefined;
    const capabilities = { ...bridgedCapabilities(peer.capabilities), ...this.#extensions(takes_tasks) };
    const complete = (id: number): JsonObject => ({
      ...params,
      _meta: {
        ...passed_on,
        ...requestMeta(client_info, capabilities),
        ...(peer.log_level !== undefined && { [meta.log_level]: peer.log_level }),
        progressToken: progress ? id : undefined,
      } as JsonObject,
    });
    const headers = connection.transport.shared
      ? {}
      : requestHeaders(method, params, this.#mirroredOf(method, params['name']));
    return connection.call(method, complete, { peer, signal, headers, total_ms });
  }

  /** A client declares the tasks extension with each request where it takes tasks. */
  #extensions(takes_tasks: boolean): JsonObject {
    return takes_tasks && offersTasks(this.introduction) ? { extensions: { [tasks_extension]: {} } } : {};
  }

  #mirroredOf(method: string, name: JsonValue | undefined): readonly MirroredParameter[] | undefined {
    return method === 'tools/call' && typeof name === 'string' ? this.#mirrored.get(name) : undefined;
  }
}

function requestMeta(client: { name: string; version: string }, capabilities: JsonObject): JsonObject {
  return { [meta.version]: modern_version, [meta.client]: client, [meta.capabilities]: capabilities };
}

/** Of what the agent's client can do, what Remit can carry. */
function bridgedCapabilities(capabilities: JsonObject): JsonObject {
  const bridged: JsonObject = {};
  for (const name of Object.keys(bridged_capabilities)) {
    const capability = capabilities[name];
    if (capability !== undefined) bridged[name] = capability;
  }
  return bridged;
}
