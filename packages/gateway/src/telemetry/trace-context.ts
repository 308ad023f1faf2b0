import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '@remit/contracts';

/** W3C Trace Context as it came with a request; empty where there is none or it is malformed. */
export interface TraceContext {
  traceparent?: string;
  tracestate?: string;
  /** 32 hex digits. */
  traceId?: string;
}

// W3C Trace Context, section 3.2.2; all zeros are invalid ids.
const traceparentPattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const tracestateLengthMax = 512;

/** From `params._meta` (MCP 2026-07-28, basic/index, "OpenTelemetry trace context"), else from the headers. */
export function traceContext(meta: JsonObject | undefined, headers: IncomingHttpHeaders): TraceContext {
  const traceparent = meta?.['traceparent'] ?? headers['traceparent'];
  if (typeof traceparent !== 'string') return {};
  const traceId = traceparentPattern.exec(traceparent)?.[1];
  if (traceId === undefined) return {};
  const tracestate = meta?.['tracestate'] ?? headers['tracestate'];
  const usable = typeof tracestate === 'string' && tracestate.length <= tracestateLengthMax;
  return { traceparent, traceId, ...(usable && { tracestate }) };
}
