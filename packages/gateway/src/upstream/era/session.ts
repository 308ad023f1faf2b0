/**
 * The era of sessions: protocol versions 2024-11-05 to 2025-11-25. One handshake serves all agents,
 * so that what the server asks back has to be attributed to the one call that it belongs to.
 */
import { Fault, isJsonObject } from '@remit/contracts';
import type { JsonObject } from '@remit/contracts';
import type { Notification, UpstreamAnswer, UpstreamRequest } from '../../exchange.ts';
import type { Call } from '../call.ts';
import type { MessageHandler } from '../connection.ts';
import type { ServerRequest } from '../incoming.ts';
import type { Failure } from '../transport/transport.ts';
import { bridged_capabilities, legacy_versions, offeredLists } from './era.ts';
import type { Era, EraDependencies, Introduction } from './era.ts';
import { passChange, passInterim, severity } from './notification.ts';
import { subjectOf } from '../subject.ts';
import { answerServerRequest } from './server-request.ts';
import type { OpenQuestions } from './server-request.ts';

/** The first versions of the batch's life and its end (2025-03-26 "Batching", removed in 2025-06-18). */
const batching_versions: ReadonlySet<string> = new Set(['2024-11-05', '2025-03-26']);

/**
 * The handshake (2025-11-25, basic/lifecycle).
 * @throws Fault `upstream_handshake_failed` where the server refuses it or speaks no version that we know.
 */
export async function openSession(dependencies: EraDependencies, signal: AbortSignal): Promise<Era> {
  const { connection, client_info, bounds } = dependencies;
  const params = {
    protocolVersion: legacy_versions[0],
    capabilities: bridged_capabilities,
    clientInfo: client_info,
  };
  connection.transport.useVersion(undefined);
  const times = { idle_ms: bounds.upstream_connect_ms, total_ms: bounds.upstream_connect_ms };
  const options = { ...times, signal, opens_session: true, uncancellable: true };
  const introduction = readIntroduction(
    await connection.call('initialize', params, options),
    connection.transport.shared,
  );
  return new SessionEra(introduction, dependencies);
}

function readIntroduction(answer: UpstreamAnswer, shared: boolean): Introduction {
  if (answer.kind === 'failed') throw handshakeFault(answer, shared);
  if (answer.kind === 'error') {
    throw new Fault(
      'upstream_handshake_failed',
      `the server refused the handshake (error ${answer.error.code})`,
    );
  }
  const { protocolVersion, capabilities, serverInfo, instructions } = answer.result;
  if (!legacy_versions.some((version) => version === protocolVersion)) {
    throw new Fault('upstream_handshake_failed', 'the server speaks no protocol version that Remit knows', {
      remedy: `it has to speak 2026-07-28 or one of ${legacy_versions.join(', ')}`,
    });
  }
  return {
    protocol_version: protocolVersion as string,
    capabilities: isJsonObject(capabilities) ? capabilities : {},
    server_info: isJsonObject(serverInfo) ? serverInfo : {},
    ...(typeof instructions === 'string' && { instructions }),
  };
}

function handshakeFault({ reason, message }: Failure, shared: boolean): Fault {
  if (reason === 'unauthorized') return new Fault('upstream_unauthorized', message);
  // What does not know a POST to its address may be a server of the oldest transport.
  const remedy = 'if it speaks HTTP+SSE of 2024-11-05, set its `transport` to `sse`';
  return new Fault('upstream_handshake_failed', message, reason === 'garbage' && !shared ? { remedy } : {});
}

class SessionEra implements Era, MessageHandler {
  readonly introduction: Introduction;
  readonly #dependencies: EraDependencies;
  /** Severity from which on the server sends log messages; it is only ever lowered. */
  #log_severity = Number.POSITIVE_INFINITY;
  readonly #questions: OpenQuestions = new Map();

  constructor(introduction: Introduction, dependencies: EraDependencies) {
    this.introduction = introduction;
    this.#dependencies = dependencies;
  }

  async attach(): Promise<void> {
    const { connection } = this.#dependencies;
    connection.handler = this;
    connection.notifies_cancellation = true;
    connection.accepts_batches = batching_versions.has(this.introduction.protocol_version);
    connection.transport.useVersion(this.introduction.protocol_version);
    // Some servers refuse requests that overtake this.
    await connection.notify('notifications/initialized');
  }

  async request(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { connection } = this.#dependencies;
    const { method, params, peer, signal, progress } = request;
    if (peer.log_level !== undefined) await this.#logFrom(peer.log_level, signal);
    const answer = await connection.call(method, (id) => withToken(params, progress ? id : undefined), {
      peer,
      signal,
      subject: subjectOf(request),
    });
    if (answer.kind === 'result') dropResultType(answer.result);
    return answer;
  }

  ask(method: string, params: JsonObject, signal: AbortSignal): Promise<UpstreamAnswer> {
    return this.#dependencies.connection.call(method, params, {
      signal,
      idle_ms: this.#dependencies.bounds.upstream_connect_ms,
    });
  }

  learnTools(): void {
    // Nothing in a definition changes how a tool is called in this era.
  }

  refuseTool(): undefined {
    return undefined;
  }

  listen(watched: ReadonlySet<string>): void {
    this.#dependencies.connection.transport.listen();
    for (const uri of watched) void this.watch(uri);
  }

  async watch(uri: string): Promise<void> {
    await this.#subscription('resources/subscribe', uri);
  }

  async unwatch(uri: string): Promise<void> {
    await this.#subscription('resources/unsubscribe', uri);
  }

  close(): void {
    // The session ends with the transport.
  }

  serverRequest(request: ServerRequest, call: Call | undefined): void {
    void answerServerRequest(request, call, this.#dependencies, this.#questions);
  }

  notification(notification: Notification, call: Call | undefined): void {
    if (notification.method === 'notifications/cancelled') return this.#withdraw(notification.params ?? {});
    if (!passChange(notification, this.#dependencies.events))
      passInterim(notification, call, this.#dependencies);
  }

  missed(): void {
    for (const kind of offeredLists(this.introduction)) this.#dependencies.events.listChanged(kind);
  }

  /** The server wants no answer to its own question any more. */
  #withdraw({ requestId }: JsonObject): void {
    if (typeof requestId === 'string' || typeof requestId === 'number')
      this.#questions.get(requestId)?.abort();
  }

  async #subscription(method: string, uri: string): Promise<void> {
    const { connection, bounds, logger } = this.#dependencies;
    const answer = await connection.call(method, { uri }, { idle_ms: bounds.upstream_connect_ms });
    if (answer.kind !== 'result')
      logger.warn({ method, answer: answer.kind }, 'the server refused a subscription');
  }

  /** The level is the session's; each agent's own level is applied when messages are passed on. */
  async #logFrom(level: string, signal: AbortSignal): Promise<void> {
    const { connection, bounds } = this.#dependencies;
    const wanted = severity(level);
    if (wanted === -1 || wanted >= this.#log_severity || !('logging' in this.introduction.capabilities))
      return;
    this.#log_severity = wanted;
    await connection.call('logging/setLevel', { level }, { signal, idle_ms: bounds.upstream_connect_ms });
  }
}

/** With our own progress token, or without any: an agent's token means nothing on this leg. */
function withToken(params: JsonObject, token: number | undefined): JsonObject {
  if (token === undefined && params['_meta'] === undefined) return params;
  const meta: JsonObject = isJsonObject(params['_meta']) ? { ...params['_meta'] } : {};
  if (token === undefined) delete meta['progressToken'];
  else meta['progressToken'] = token;
  return { ...params, _meta: meta };
}

/** `input_required` means nothing in this era, and must not reach a client of the next one. */
function dropResultType(result: JsonObject): void {
  if (result['resultType'] !== undefined && result['resultType'] !== 'complete') delete result['resultType'];
}
