/** JSON-RPC errors as this gateway answers them. */
import { Fault, type JsonValue } from '@remit/contracts';
import type { RpcError } from '../exchange.ts';

/** JSON-RPC 2.0, section 5.1, and MCP 2026-07-28, basic/index, "Error Codes". */
export const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  headerMismatch: -32020,
  missingClientCapability: -32021,
  unsupportedProtocolVersion: -32022,
  /** Until 2025-11-25; must not be sent to modern clients. */
  resourceNotFound: -32002,
  /** 2025-11-25 only. */
  urlElicitationRequired: -32042,
  /**
   * Ours. The specification leaves everything outside -32768 to -32000 to applications. `refused`
   * carries the refusal in `data.remit`.
   */
  refused: -31000,
  unauthenticated: -31001,
  unknownSession: -31002,
  overloaded: -31003,
  foreign: -31004,
  eventsGone: -31005,
} as const;

/** Why a request was refused that never was an action, as its record says it (`refused-request.ts`). */
export type RefusedCode =
  | 'unknown_tool'
  | 'unknown_prompt'
  | 'unknown_resource'
  | 'unknown_task'
  | 'header_mismatch'
  | 'agent_suspended';

interface RpcFaultOptions {
  data?: JsonValue;
  /** Where it is to be recorded that somebody tried. */
  refused?: RefusedCode;
  /** HTTP status where the answer has not begun yet; 200 where absent. */
  status?: number;
}

/** Thrown where a request ends with a JSON-RPC error; the entry point turns it into the answer. */
export class RpcFault extends Fault {
  readonly error: RpcError;
  readonly status: number | undefined;
  readonly refused: RefusedCode | undefined;

  constructor(code: number, message: string, options: RpcFaultOptions = {}) {
    super(`rpc_${code}`, message);
    this.error = { code, message, ...(options.data !== undefined && { data: options.data }) };
    this.status = options.status;
    this.refused = options.refused;
  }
}

export function invalidParams(message: string, data?: JsonValue): RpcFault {
  return new RpcFault(rpcCodes.invalidParams, message, data === undefined ? {} : { data });
}

/** A tool or prompt that nobody has (2026-07-28, server/tools, "Error Handling"). */
export function unknownName(kind: 'tool' | 'prompt', name: string): RpcFault {
  return new RpcFault(rpcCodes.invalidParams, `Unknown ${kind}: ${name}`, { refused: `unknown_${kind}` });
}

export function methodNotFound(method: string, status?: number): RpcFault {
  const message = `Method not found: ${method}`;
  return new RpcFault(rpcCodes.methodNotFound, message, status === undefined ? {} : { status });
}
