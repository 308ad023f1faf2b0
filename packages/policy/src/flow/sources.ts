/** What an answer brings into a conversation, and what a call leaves behind, as the policy has it. */
import { foldFieldName, unknownLabels } from '@remit/contracts';
import type { Action, Labels, Sensitivity, Trust } from '@remit/contracts';
import { internals } from '../compile/compiled.ts';
import type { Compiled } from '../compile/compiled.ts';
import { toolKey } from '../names/tool.ts';
import type { CompiledPolicy } from '../port.ts';

type Subject = Pick<Action, 'kind' | 'server' | 'target'>;

/**
 * The labels of what this action's server may answer, before anybody has looked at the answer. Undefined
 * where the answer comes from the agent's own side, or from a model, which adds nothing that it was not given.
 */
export function answerLabels(policy: CompiledPolicy, { kind, server, target }: Subject): Labels | undefined {
  const compiled = internals(policy);
  switch (kind) {
    case 'tool_invoke':
      return toolAnswer(compiled, server, target);
    case 'resource_read':
    case 'prompt_get':
    case 'completion':
      return serverAnswer(compiled, server);
    case 'agent_message':
      return compiled.agents.has(target) ? undefined : unknownLabels;
    case 'sampling':
    case 'elicitation':
    case 'model_call':
      return undefined;
  }
}

function toolAnswer(compiled: Compiled, server: string, name: string): Labels {
  const tool = compiled.tools.get(toolKey(server, name));
  if (tool === undefined) return serverAnswer(compiled, server);
  const { trust, sensitivity } = tool.labels;
  return { trust, sensitivity, classes: [] };
}

function serverAnswer({ workspace }: Compiled, server: string): Labels {
  const { trust = 'untrusted', sensitivity } = workspace.servers.get(server) ?? {};
  return { trust, sensitivity: sensitivity ?? usual(trust), classes: [] };
}

/** What strangers publish is public; what a company's own system answers is at least its own business. */
function usual(trust: Trust): Sensitivity {
  return trust === 'untrusted' ? 'public' : 'internal';
}

/** True where something of what the action carries may stay with its server, and be read there later. */
export function leavesSomething(policy: CompiledPolicy, { kind, server, target }: Subject): boolean {
  if (kind !== 'tool_invoke') return false;
  return internals(policy).tools.get(toolKey(server, target))?.labels.consequence !== 'none';
}

/** The class of data that a field of this name holds, in any spelling, and how sensitive it is. */
export function classOfField(
  policy: CompiledPolicy,
  name: string,
): { name: string; sensitivity?: Sensitivity } | undefined {
  const { classes } = internals(policy);
  const found = classes.fields.get(foldFieldName(name));
  if (found === undefined) return undefined;
  const sensitivity = classes.sensitivityOf(found);
  return { name: found, ...(sensitivity && { sensitivity }) };
}
