/** One request of an agent as an action: through `enforce`, to the server that performs it, and back. */
import {
  isJsonObject,
  type Action,
  type JsonObject,
  type JsonValue,
  type Performed,
  type Refusal,
} from '@remit/contracts';
import { enforce, type Call, type Interim, type Outcome } from '@remit/enforce';
import type { RpcError, Upstream, UpstreamAnswer } from '../exchange.ts';
import { onwards } from '../telemetry/spans.ts';
import { traceContext, type TraceContext } from '../telemetry/trace-context.ts';
import { CallTask, mayBecomeTask } from './call-task.ts';
import { contextOf, rationaleOf } from './context.ts';
import { metaOf } from './params.ts';
import { CallPeer } from './peer.ts';
import { rpcCodes } from './rpc-fault.ts';
import type { AgentRequest } from './request.ts';
import type { Services } from './services.ts';
import { without } from './without.ts';

/** What is called, resolved from the names that the agent used. */
export interface Target {
  kind: 'tool_invoke' | 'resource_read' | 'prompt_get' | 'completion';
  server: string;
  target: string;
  arguments: JsonObject;
  tool_digest?: string;
  /** The parameters for the server, made of the arguments as `enforce` lets them through. */
  params(args: JsonObject): JsonObject;
  /** See `UpstreamRequest`. */
  unchanged?: () => boolean;
}

export type CallAnswer =
  | { kind: 'result'; result: JsonObject }
  | { kind: 'error'; error: RpcError }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'cancelled' };

export async function governedCall(
  services: Services,
  request: AgentRequest,
  claims: Claims,
  target: Target,
): Promise<CallAnswer> {
  const { caller } = request;
  const incoming = traceContext(metaOf(request.params), caller.headers);
  const span = services.spans.start({
    method: request.method,
    ...(target.kind !== 'resource_read' && { target: target.target }),
    isTool: target.kind === 'tool_invoke',
    agent: caller.agent,
    requestId: request.id,
    protocolVersion: caller.version,
    ...(caller.session !== undefined && { session: caller.session }),
    parent: incoming,
  });
  const trace = onwards(span, incoming);
  if (target.kind === 'tool_invoke') request.notes.tool = target.target;
  const action = actionOf(services, request, target, trace, claims);
  const sending = new Sending(services, request, target, action, trace);
  const outcome = await enforce(action, sending, services.ports);
  const answer = answerOf(outcome, sending.failedByProtocol);
  const errorType = errorTypeOf(answer);
  if (errorType !== undefined) request.notes.errorType = errorType;
  services.spans.end(span, outcome.decision.id, errorType);
  return answer;
}

type Claims = Pick<Action, 'context' | 'rationale'>;

/** What the agent says of its call. @throws RpcFault -32602 for a context or rationale that is not valid. */
export function claimsOf({ bounds }: Services, { params, caller }: AgentRequest): Claims {
  const meta = metaOf(params);
  const rationale = rationaleOf(meta, bounds);
  const context = contextOf(meta, caller.headers, bounds);
  return rationale === undefined ? { context } : { context, rationale };
}

function actionOf(
  { ports }: Services,
  { caller }: AgentRequest,
  target: Target,
  trace: TraceContext,
  claims: Claims,
): Action {
  return {
    id: ports.newId('act'),
    kind: target.kind,
    agent: caller.agent,
    server: target.server,
    target: target.target,
    arguments: target.arguments,
    ...claims,
    received_at: new Date(ports.clock.now()).toISOString(),
    via: 'mcp',
    ...(caller.session !== undefined && { session: caller.session }),
    ...(trace.traceId !== undefined && { trace_id: trace.traceId }),
    ...(target.tool_digest !== undefined && { tool_digest: target.tool_digest }),
  };
}

/** The one time that the action is sent. */
class Sending implements Call {
  /** True where the server answered with a JSON-RPC error, which reads unlike a result. */
  failedByProtocol = false;
  readonly #services: Services;
  readonly #request: AgentRequest;
  readonly #target: Target;
  readonly #action: Action;
  readonly #trace: TraceContext;

  constructor(
    services: Services,
    request: AgentRequest,
    target: Target,
    action: Action,
    trace: TraceContext,
  ) {
    this.#services = services;
    this.#request = request;
    this.#target = target;
    this.#action = action;
    this.#trace = trace;
  }

  async perform(args: JsonObject, interim: Interim): Promise<Performed> {
    // The agent may have gone while the intent was written.
    if (this.#request.signal.aborted) return { result: 'cancelled', sent: false };
    const upstream = this.#services.catalog.get(this.#target.server);
    if (!upstream) {
      return { result: 'unknown', sent: false, reason: `The gateway has no server ${this.#target.server}.` };
    }
    const answer = await this.#answerOf(upstream, args, interim);
    switch (answer.kind) {
      case 'result':
        if (answer.result['isError'] !== true) return { result: 'success', value: answer.result };
        return { result: 'error', value: inItsOwnName(answer.result) };
      case 'error':
        this.failedByProtocol = true;
        return { result: 'error', value: { ...answer.error } };
      case 'failed':
        if (answer.reason === 'cancelled') return { result: 'cancelled', sent: answer.sent };
        return { result: 'unknown', sent: answer.sent, reason: answer.message };
    }
  }

  /** Whatever fails, the intent gets its outcome; nothing says that the server did not act. */
  async #answerOf(upstream: Upstream, args: JsonObject, interim: Interim): Promise<UpstreamAnswer> {
    try {
      return await this.#send(upstream, args, interim);
    } catch (error) {
      this.#services.logger.error({ err: error, server: upstream.name }, 'a call failed inside the gateway');
      return { kind: 'failed', reason: 'closed', sent: true, message: 'The gateway failed during the call.' };
    }
  }

  async #send(upstream: Upstream, args: JsonObject, interim: Interim): Promise<UpstreamAnswer> {
    const { clock } = this.#services.ports;
    const peer = new CallPeer(this.#services, this.#request, upstream.name, interim, this.#task(interim));
    const startedAt = clock.monotonic();
    const answer = await upstream.request({
      method: this.#request.method,
      params: { ...this.#target.params(args), ...this.#traceMeta() },
      peer,
      signal: this.#request.signal,
      progress: metaOf(this.#request.params)?.['progressToken'] !== undefined,
      ...(this.#target.unchanged && { unchanged: this.#target.unchanged }),
    });
    const errorType = upstreamErrorType(answer);
    const tool = this.#target.kind === 'tool_invoke' ? { tool: this.#target.target } : {};
    const labels = { method: this.#request.method, ...tool, ...(errorType !== undefined && { errorType }) };
    this.#services.metrics?.called(labels, upstream.name, (clock.monotonic() - startedAt) / 1000);
    if (peer.dropped > 0) {
      const detail = { server: upstream.name, dropped: peer.dropped };
      this.#services.logger.warn(detail, 'a server sent more interim messages than are forwarded');
    }
    return answer;
  }

  #task(interim: Interim): CallTask | undefined {
    if (this.#target.kind !== 'tool_invoke' || !mayBecomeTask(this.#request.caller)) return undefined;
    return new CallTask(this.#services, this.#request, this.#action, interim);
  }

  #traceMeta(): JsonObject {
    const { traceparent, tracestate } = this.#trace;
    if (traceparent === undefined) return {};
    return { _meta: { traceparent, ...(tracestate !== undefined && { tracestate }) } };
  }
}

function answerOf(outcome: Outcome, failedByProtocol: boolean): CallAnswer {
  switch (outcome.kind) {
    case 'cancelled':
      return { kind: 'cancelled' };
    case 'refused':
      return { kind: 'refused', refusal: outcome.refusal };
    case 'answered':
      if (failedByProtocol) return { kind: 'error', error: asRpcError(outcome.value) };
      return { kind: 'result', result: outcome.value as JsonObject };
  }
}

/** A failed result says `remit` only where Remit refused it: a server does not speak in Remit's name. */
function inItsOwnName(result: JsonObject): JsonObject {
  const { structuredContent } = result;
  if (!isJsonObject(structuredContent) || !Object.hasOwn(structuredContent, 'remit')) return result;
  return { ...result, structuredContent: without(structuredContent, ['remit']) };
}

/** The server's error after inspection, which may have taken data out of it. */
function asRpcError(value: JsonValue): RpcError {
  if (isJsonObject(value)) {
    const { code, message, data } = value;
    if (typeof code === 'number' && typeof message === 'string') {
      return { code, message, ...(data !== undefined && { data }) };
    }
  }
  return { code: rpcCodes.internalError, message: 'The server answered with an error.' };
}

function upstreamErrorType(answer: UpstreamAnswer): string | undefined {
  if (answer.kind === 'failed') return answer.reason;
  if (answer.kind === 'error') return String(answer.error.code);
  return answer.result['isError'] === true ? 'tool_error' : undefined;
}

function errorTypeOf(answer: CallAnswer): string | undefined {
  switch (answer.kind) {
    case 'result':
      return answer.result['isError'] === true ? 'tool_error' : undefined;
    case 'error':
      return String(answer.error.code);
    case 'refused':
      return answer.refusal.code;
    case 'cancelled':
      return 'cancelled';
  }
}
