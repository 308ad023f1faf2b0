/**
 * OpenTelemetry spans, named and attributed as the GenAI and MCP conventions say. Only the API is used
 * here: without an SDK in the process every call below does nothing.
 */
import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { TraceContext } from './trace-context.ts';

interface SpanStart {
  method: string;
  /** Tool or prompt name, where the policy or a server knows it. */
  target?: string;
  isTool: boolean;
  agent: string;
  requestId: string | number;
  protocolVersion: string;
  session?: string;
  parent: TraceContext;
}

export class Spans {
  readonly #tracer: Tracer = trace.getTracer('remit');

  /** The span of one request of an agent; a child of the span that the agent names. */
  start(start: SpanStart): Span {
    const attributes: Attributes = {
      'mcp.method.name': start.method,
      'mcp.protocol.version': start.protocolVersion,
      'jsonrpc.request.id': String(start.requestId),
      'gen_ai.agent.id': start.agent,
    };
    if (start.session !== undefined) attributes['mcp.session.id'] = start.session;
    if (start.isTool) {
      attributes['gen_ai.operation.name'] = 'execute_tool';
      if (start.target !== undefined) attributes['gen_ai.tool.name'] = start.target;
    }
    const name = start.target === undefined ? start.method : `${start.method} ${start.target}`;
    const parent = start.parent.traceparent === undefined ? ROOT_CONTEXT : remoteParent(start.parent);
    return this.#tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
  }

  /** `errorType` as in the metrics. */
  end(span: Span, decisionId: string | undefined, errorType: string | undefined): void {
    if (decisionId !== undefined) span.setAttribute('remit.decision.id', decisionId);
    if (errorType !== undefined) {
      span.setAttribute('error.type', errorType);
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }
}

/** The span that the agent names, which was made in another process. */
function remoteParent({ traceparent = '', tracestate }: TraceContext): Context {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: parseInt(flags, 16),
    isRemote: true,
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) }),
  });
}

/** The context to hand on: this span's where it is recorded somewhere, else the one that came. */
export function onwards(span: Span, incoming: TraceContext): TraceContext {
  const { traceId, spanId, traceFlags } = span.spanContext();
  if (!span.isRecording()) return incoming;
  const flags = traceFlags.toString(16).padStart(2, '0');
  return { ...incoming, traceparent: `00-${traceId}-${spanId}-${flags}`, traceId };
}
