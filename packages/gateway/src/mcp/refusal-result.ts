/** Refusals as agents get them (surface.md, "Answers to agents"). */
import type { JsonObject, Refusal } from '@remit/contracts';
import { RpcFault, rpcCodes } from './rpc-fault.ts';

/** A refused or held tool call is a tool result, so that the model reads it and can act on it. */
export function refusalResult(refusal: Refusal): JsonObject {
  return {
    content: [{ type: 'text', text: sentence(refusal) }],
    isError: true,
    structuredContent: remit(refusal),
  };
}

/** Where the protocol has no error results, a refusal is a JSON-RPC error with the same object. */
export function refusalFault(refusal: Refusal): RpcFault {
  return new RpcFault(rpcCodes.refused, sentence(refusal), { data: remit(refusal) });
}

function remit(refusal: Refusal): JsonObject {
  return { remit: JSON.parse(JSON.stringify(refusal)) as JsonObject };
}

function sentence({ code, reason, remedy }: Refusal): string {
  const verb = code === 'approval_pending' ? 'held' : 'refused';
  return `Remit ${verb} this call (${code}). ${reason} ${remedy}`;
}
