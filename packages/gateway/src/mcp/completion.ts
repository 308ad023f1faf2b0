/** `completion/complete` for arguments of prompts and resource templates (server/utilities/completion). */
import { isJsonObject, type JsonObject } from '@remit/contracts';
import { mayUse } from '@remit/policy';
import type { Target } from './governed-call.ts';
import { nameParam, uriParam } from './params.ts';
import { plainCall } from './plain-call.ts';
import type { AgentRequest, Caller } from './request.ts';
import { oneOf } from './resources.ts';
import { invalidParams, unknownName } from './rpc-fault.ts';
import type { Services } from './services.ts';

export function complete(services: Services, request: AgentRequest): Promise<JsonObject | undefined> {
  const { ref, argument, context } = request.params;
  if (!isJsonObject(ref)) throw invalidParams('`params.ref` must be an object.');
  if (
    !isJsonObject(argument) ||
    typeof argument['name'] !== 'string' ||
    typeof argument['value'] !== 'string'
  ) {
    throw invalidParams('`params.argument` must have a `name` and a `value`.');
  }
  if (context !== undefined && !isJsonObject(context))
    throw invalidParams('`params.context` must be an object.');
  const rest = { argument, ...(context && { context }) };
  return plainCall(services, request, completed(services, request, ref, rest));
}

function completed(services: Services, request: AgentRequest, ref: JsonObject, rest: JsonObject): Target {
  if (ref['type'] === 'ref/prompt') return ofPrompt(services, request, ref, rest);
  if (ref['type'] === 'ref/resource') return ofResource(services, request, ref, rest);
  throw invalidParams('`params.ref.type` must be "ref/prompt" or "ref/resource".');
}

function ofPrompt(services: Services, request: AgentRequest, ref: JsonObject, rest: JsonObject): Target {
  const name = nameParam(ref, services.bounds);
  const view = services.views.view(services.ports.policy(), request.caller.scope);
  const prompt = view.prompts.find(name);
  if (!prompt) throw unknownName('prompt', name);
  return {
    kind: 'completion',
    server: prompt.server,
    target: prompt.name,
    arguments: { ref: { type: 'ref/prompt', name: prompt.name }, ...rest },
    params: (args) => args,
  };
}

function ofResource(services: Services, request: AgentRequest, ref: JsonObject, rest: JsonObject): Target {
  const uri = uriParam(ref, services.bounds);
  return {
    kind: 'completion',
    server: serverOfTemplate(services, request.caller, uri),
    target: uri,
    arguments: { ref: { type: 'ref/resource', uri }, ...rest },
    params: (args) => args,
  };
}

/** The one server that offers this template. @throws RpcFault as `serverOf`. */
export function serverOfTemplate(services: Services, caller: Caller, uri: string): string {
  const policy = services.ports.policy();
  const { agent, scope } = caller;
  const servers = services.views.view(policy, scope).resources.serversOfTemplate(uri);
  const isUsable = (server: string) => mayUse(policy, agent, { kind: 'resource_read', server, target: uri });
  return oneOf(servers, caller, uri, isUsable);
}
