/** `tools/call` (MCP 2026-07-28, server/tools). */
import { isJsonObject, type JsonObject } from '@remit/contracts';
import { wrapsResult } from '@remit/inspect';
import { mayUse } from '@remit/policy';
import { serverFault } from './era-results.ts';
import { claimsOf, governedCall, type CallAnswer } from './governed-call.ts';
import { whileHeld } from './held-call.ts';
import { argumentsParam, nameParam } from './params.ts';
import { refusalResult } from './refusal-result.ts';
import type { AgentRequest } from './request.ts';
import { RpcFault, unknownName } from './rpc-fault.ts';
import type { Services } from './services.ts';
import { isModern } from './versions.ts';
import type { ToolEntry } from './view.ts';

/** @throws RpcFault -32602 for an unknown tool; the server's own JSON-RPC error. */
export async function callTool(services: Services, request: AgentRequest): Promise<JsonObject | undefined> {
  const { tool, answer } = await whileHeld(services, request, () => attempt(services, request));
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

async function attempt(
  services: Services,
  request: AgentRequest,
): Promise<{ tool: ToolEntry; answer: CallAnswer }> {
  // In this order, so that an unknown tool and one that is concealed read alike whatever comes with the name.
  const args = argumentsParam(request.params);
  const claims = claimsOf(services, request);
  const tool = findTool(services, request);
  const answer = await governedCall(services, request, claims, {
    kind: 'tool_invoke',
    server: tool.server,
    target: tool.name,
    arguments: args,
    tool_digest: tool.liveDigest,
    params: (args) => ({ name: tool.name, arguments: args }),
    unchanged: () => lookUp(services, request)?.liveDigest === tool.liveDigest,
  });
  return { tool, answer };
}

/** @throws RpcFault -32602, as the specification says of unknown tools (server/tools, "Error Handling"). */
function findTool(services: Services, request: Pick<AgentRequest, 'params' | 'caller'>): ToolEntry {
  const tool = lookUp(services, request);
  if (tool?.served) return tool;
  throw unknownName('tool', nameParam(request.params, services.bounds));
}

/** The tool that is named, if there is one. */
export function lookUp(
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
function isConcealed(services: Services, request: AgentRequest, tool: ToolEntry): boolean {
  const policy = services.ports.policy();
  const conceal = policy.agents.get(request.caller.agent)?.conceal ?? policy.workspace.conceal;
  return conceal && !mayCall(services, request, tool);
}

/** Whether some call of this tool could be allowed or held. */
export function mayCall(
  { ports }: Services,
  { caller }: Pick<AgentRequest, 'caller'>,
  { server, name }: ToolEntry,
): boolean {
  return mayUse(ports.policy(), caller.agent, { kind: 'tool_invoke', server, target: name });
}

/** Until 2025-11-25 structured content is an object; what else there is travels as `{result: …}`. */
function legacyToolResult(tool: ToolEntry, result: JsonObject): JsonObject {
  const content = result['structuredContent'];
  if (content === undefined) return result;
  const { outputSchema } = tool.definition;
  const wrapped = outputSchema ? wrapsResult(outputSchema) : !isJsonObject(content);
  return wrapped ? { ...result, structuredContent: { result: content } } : result;
}
