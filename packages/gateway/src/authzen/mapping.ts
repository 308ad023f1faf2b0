/**
 * What an evaluation asks about, as an action of MCP: the default mapping of COAZ-MCP, the AuthZEN binding
 * for MCP ("Default Mappings"), read backwards. Arguments, which that mapping leaves out, are taken from
 * `action.properties.arguments`. What that mapping does not know may be what a tool declares.
 */
import { isJsonObject, type Action, type JsonObject } from '@remit/contracts';
import type { AgentIdentity } from '@remit/enforce';
import { serverOfTemplate } from '../mcp/completion.ts';
import type { Caller } from '../mcp/request.ts';
import { serverOf } from '../mcp/resources.ts';
import { RpcFault } from '../mcp/rpc-fault.ts';
import type { Tasks } from '../mcp/modern/tasks.ts';
import type { Services } from '../mcp/services.ts';
import type { ToolEntry } from '../mcp/view.ts';
import { declaredCalls } from './declared.ts';
import type { Evaluation } from './entities.ts';

type Target = Pick<Action, 'kind' | 'server' | 'target' | 'arguments' | 'tool_digest'>;

/**
 * `always`: no policy is asked, as with lists, which are filtered instead. `unknown`: there is nothing of
 * this name, or it is no such method; closed ("Unknown Methods").
 */
export type Mapped =
  { kind: 'action'; target: Target } | { kind: 'always' } | { kind: 'unknown'; what: string };

/** The resource types that each method is about. */
const resourceTypes = new Map<string, readonly string[]>([
  ['tools/call', ['tool']],
  ['resources/read', ['resource']],
  ['resources/subscribe', ['resource']],
  ['prompts/get', ['prompt']],
  ['completion/complete', ['prompt', 'resource']],
  ['tasks/get', ['task']],
  ['tasks/update', ['task']],
  ['tasks/cancel', ['task']],
]);

export function isAbout(method: string, resourceType: string): boolean {
  return resourceTypes.get(method)?.includes(resourceType) === true;
}

export function methodsAbout(resourceType: string): string[] {
  return [...resourceTypes.keys()].filter((method) => isAbout(method, resourceType));
}

const wholeServer = new Set([
  'initialize',
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
  'logging/setLevel',
]);

export interface Mapping {
  services: Services;
  tasks: Pick<Tasks, 'belongsTo'>;
}

export function mapped(
  { services, tasks }: Mapping,
  identity: AgentIdentity,
  evaluation: Evaluation,
): Mapped {
  const { action, resource } = evaluation;
  if (!isDefault(evaluation))
    return (
      declared(services, identity, [evaluation]) ??
      unknown(`there is no ${action.name} of a ${resource.type}`)
    );
  if (resource.type === 'mcp_server') return { kind: 'always' };
  if (action.name === 'completion/complete') return completion(services, identity, action, resource);
  const args = objectIn(action.properties, 'arguments') ?? {};
  switch (resource.type) {
    case 'task':
      return tasks.belongsTo(identity.agent, resource.id)
        ? { kind: 'always' }
        : unknown('there is no such task');
    case 'tool':
      return tool(services, resource.id, args);
    case 'prompt':
      return prompt(services, resource.id, args);
    default:
      return read(services, identity, resource.id);
  }
}

function isDefault({ action, resource }: Evaluation): boolean {
  return (
    (wholeServer.has(action.name) && resource.type === 'mcp_server') || isAbout(action.name, resource.type)
  );
}

/**
 * The call of the one tool whose declared mapping makes these evaluations; undefined where none does. Where
 * several do nobody knows which of them is meant: closed. No declaration changes what the default mapping means.
 */
export function declared(
  services: Services,
  identity: AgentIdentity,
  evaluations: readonly Evaluation[],
): Mapped | undefined {
  if (evaluations.some((each) => isDefault(each))) return undefined;
  const [call, another] = declaredCalls(services, identity, evaluations);
  if (!call) return undefined;
  if (another) return unknown('several tools declare a mapping that makes this request');
  return { kind: 'action', target: targetOf(call.tool, call.arguments) };
}

function objectIn(object: JsonObject, key: string): JsonObject | undefined {
  const value = object[key];
  return value !== undefined && isJsonObject(value) ? value : undefined;
}

function tool(services: Services, name: string, args: JsonObject): Mapped {
  const entry = services.views.view(services.ports.policy()).tools.find(name);
  if (!entry?.served) return unknown(`there is no tool ${name}`);
  return { kind: 'action', target: targetOf(entry, args) };
}

function targetOf({ server, name, liveDigest }: ToolEntry, args: JsonObject): Target {
  return { kind: 'tool_invoke', server, target: name, arguments: args, tool_digest: liveDigest };
}

function prompt(services: Services, name: string, args: JsonObject): Mapped {
  const entry = services.views.view(services.ports.policy()).prompts.find(name);
  if (!entry) return unknown(`there is no prompt ${name}`);
  const { server, name: target } = entry;
  return { kind: 'action', target: { kind: 'prompt_get', server, target, arguments: args } };
}

function read(services: Services, identity: AgentIdentity, uri: string): Mapped {
  const server = oneServer(identity, (caller) => serverOf(services, caller, uri));
  if (server === undefined) return unknown(`there is no one server that has ${uri}`);
  return { kind: 'action', target: { kind: 'resource_read', server, target: uri, arguments: {} } };
}

/** Of which argument and beginning is said in `action.properties.argument`, as MCP has it. */
function completion(
  services: Services,
  identity: AgentIdentity,
  { properties }: Evaluation['action'],
  { type, id }: Evaluation['resource'],
): Mapped {
  const argument = objectIn(properties, 'argument') ?? { name: '', value: '' };
  const of = type === 'prompt' ? prompt(services, id, {}) : template(services, identity, id);
  if (of.kind !== 'action') return of;
  const { server, target } = of.target;
  const ref =
    type === 'prompt' ? { type: 'ref/prompt', name: target } : { type: 'ref/resource', uri: target };
  return { kind: 'action', target: { kind: 'completion', server, target, arguments: { ref, argument } } };
}

function template(services: Services, identity: AgentIdentity, uri: string): Mapped {
  const server = oneServer(identity, (caller) => serverOfTemplate(services, caller, uri));
  if (server === undefined) return unknown(`there is no one server that has ${uri}`);
  return { kind: 'action', target: { kind: 'resource_read', server, target: uri, arguments: {} } };
}

function oneServer(
  { agent, key_id }: AgentIdentity,
  serverFor: (caller: Caller) => string,
): string | undefined {
  try {
    return serverFor({ agent, keyId: key_id, version: '2026-07-28', capabilities: {}, headers: {} });
  } catch (error) {
    if (error instanceof RpcFault) return undefined;
    throw error;
  }
}

function unknown(what: string): Mapped {
  return { kind: 'unknown', what };
}
