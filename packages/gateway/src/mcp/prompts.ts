/** `prompts/get` (MCP 2026-07-28, server/prompts). */
import type { JsonObject } from '@remit/contracts';
import { argumentsParam, nameParam } from './params.ts';
import { plainCall } from './plain-call.ts';
import type { AgentRequest } from './request.ts';
import { unknownName } from './rpc-fault.ts';
import type { Services } from './services.ts';

export function getPrompt(services: Services, request: AgentRequest): Promise<JsonObject | undefined> {
  const name = nameParam(request.params, services.bounds);
  const view = services.views.view(services.ports.policy(), request.caller.scope);
  const prompt = view.prompts.find(name);
  if (!prompt) throw unknownName('prompt', name);
  return plainCall(services, request, {
    kind: 'prompt_get',
    server: prompt.server,
    target: prompt.name,
    arguments: argumentsParam(request.params),
    params: (args) => ({ name: prompt.name, arguments: args }),
  });
}
