/** One HTTP request to the MCP endpoint, after Host, Origin, path and key have been checked. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AgentIdentity } from '@remit/enforce';
import { sendJson } from './reply.ts';
import { errorText, type RequestId } from './message.ts';
import { RpcFault, rpcCodes } from './rpc-fault.ts';

export interface McpHttpRequest {
  request: IncomingMessage;
  response: ServerResponse;
  identity: AgentIdentity;
  /** The server of `/mcp/{server}`. */
  scope: string | undefined;
}

export interface Accepted {
  json: boolean;
  eventStream: boolean;
}

/** What the client takes as an answer; no Accept header means anything (RFC 9110, section 12.5.1). */
export function accepted(request: IncomingMessage): Accepted {
  const accept = request.headers.accept?.toLowerCase() ?? '*/*';
  const anything = accept.includes('*/*');
  return {
    json: anything || accept.includes('application/json') || accept.includes('application/*'),
    eventStream: anything || accept.includes('text/event-stream') || accept.includes('text/*'),
  };
}

/** A header that comes once; undefined where it does not come. */
export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Answers a request that did not get as far as a method. */
export function refuseRequest(response: ServerResponse, fault: RpcFault, id?: RequestId): void {
  sendJson(response, fault.status ?? 200, errorText(id, fault.error));
}

export function invalidRequest(message: string, status = 400): RpcFault {
  return new RpcFault(rpcCodes.invalidRequest, message, { status });
}
