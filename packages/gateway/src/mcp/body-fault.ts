import type { Fault } from '@remit/contracts';
import { RpcFault, rpcCodes } from './rpc-fault.ts';

const bodyStatus: Readonly<Record<string, number | undefined>> = {
  body_too_large: 413,
  body_incomplete: 400,
};

/** Faults of reading the body; what is not JSON at all is a parse error, the rest an invalid request. */
export function bodyFault(fault: Fault): RpcFault {
  const isParse = fault.code === 'malformed_json' || fault.code === 'invalid_utf8';
  const code = isParse ? rpcCodes.parseError : rpcCodes.invalidRequest;
  const message = fault.remedy === undefined ? fault.message : `${fault.message} ${fault.remedy}`;
  return new RpcFault(code, message, { status: bodyStatus[fault.code] ?? 400, data: { code: fault.code } });
}
