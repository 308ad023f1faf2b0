/** `tools/call` (MCP 2026-07-28, server/tools). */
import { isJsonObject, type JsonObject } from '@remit/contracts';
import { wrapsResult } from '@remit/inspect';
import { mayUse } from '@remit/policy';
import { serverFault } from './era-results.ts';
import { governedCall } from './governed-call.ts';
import { argumentsParam, nameParam } from './params.ts';
import { refusalResult } from './refusal-result.ts';
import type { AgentRequest } from './request.ts';
import { RpcFault, unknownName } from './rpc-fault.ts';
import type { Services } from './services.ts';
import { isModern } from './versions.ts';
import type { ToolEntry } from './view.ts';

/** @throws RpcFault -32602 for an unknown tool; the server's own JSON-RPC error. */
export async function callTool(services: Services, request: AgentRequest): Promise<JsonObject | undefined> {
  const tool = findTool(services, request);
  const answer = await governedCall(services, request, {
    kind: 'tool_invoke',
    server: tool.server,
    target: tool.name,
    arguments: argumentsParam(request.params),
    tool_digest: tool.liveDigest,
    params: (args) => ({ name: tool.name, arguments: args }),
    unchanged: () => lookUp(services, request)?.liveDigest === tool.liveDigest,
  });
  switch (answer.kind) {
    case 'result':
      return isModern(request.caller.version) ? answer.result : legacyToolResult(tool, answer.result);
    case 'refused':
      if (isConcealed(services, request, tool)) throw concealedTool(services, request);
      return refusalResult(answer.refusal);
    case 'error':
      throw serverFault(request.caller.version, answer.error);
    case 'cancelled':
      return undefined;
  }
}

/** @throws RpcFault -32602, as the specification says of unknown tools (server/tools, "Error Handling"). */
export function findTool(services: Services, request: Pick<AgentRequest, 'params' | 'caller'>): ToolEntry {
  const tool = lookUp(services, request);
  if (tool?.served) return tool;
  throw unknownName('tool', nameParam(request.params, services.bounds));
}

function lookUp(
  services: Services,
  { params, caller }: Pick<AgentRequest, 'params' | 'caller'>,
): ToolEntry | undefined {
  const view = services.views.view(services.ports.policy(), caller.scope);
  return view.tools.find(nameParam(params, services.bounds));
}

/** Reads like an unknown tool; what was refused is recorded already. */
function concealedTool(services: Services, { params }: AgentRequest): RpcFault {
  const { error } = unknownName('tool', nameParam(params, services.bounds));
  return new RpcFault(error.code, error.message);
}

/** Where the policy says `conceal`, a tool that the agent may not use reads like one that is not there. */
function isConcealed(services: Services, { caller }: AgentRequest, { server, name }: ToolEntry): boolean {
  const policy = services.ports.policy();
  const conceal = policy.agents.get(caller.agent)?.conceal ?? policy.workspace.conceal;
  return conceal && !mayUse(policy, caller.agent, { kind: 'tool_invoke', server, target: name });
}

/** Until 2025-11-25 structured content is an object; what else there is travels as `{result: …}`. */
function legacyToolResult(tool: ToolEntry, result: JsonObject): JsonObject {
  const content = result['structuredContent'];
  if (content === undefined) return result;
  const { outputSchema } = tool.definition;
  const wrapped = outputSchema ? wrapsResult(outputSchema) : !isJsonObject(content);
  return wrapped ? { ...result, structuredContent: { result: content } } : result;
}
