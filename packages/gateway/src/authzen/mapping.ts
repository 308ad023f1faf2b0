/**
 * What an evaluation asks about, as an action of MCP: the default mapping of COAZ-MCP, the AuthZEN binding
 * for MCP ("Default Mappings"), read backwards. Arguments, which that mapping leaves out, are taken from
 * `action.properties.arguments`.
 */
import { isJsonObject, type Action, type JsonObject } from '@remit/contracts';
import type { AgentIdentity } from '@remit/enforce';
import type { Caller } from '../mcp/request.ts';
import { serverOf } from '../mcp/resources.ts';
import { RpcFault } from '../mcp/rpc-fault.ts';
import type { Services } from '../mcp/services.ts';
import type { Evaluation } from './entities.ts';

type Target = Pick<Action, 'kind' | 'server' | 'target' | 'arguments' | 'tool_digest'>;

/**
 * `always`: no policy is asked, as with lists, which are filtered instead. `unknown`: there is nothing of
 * this name, or it is no such method; closed ("Unknown Methods").
 */
export type Mapped =
  { kind: 'action'; target: Target } | { kind: 'always' } | { kind: 'unknown'; what: string };

/** The resource type that each method is about. */
export const resourceTypes: Readonly<Record<string, string>> = {
  'tools/call': 'tool',
  'resources/read': 'resource',
  'resources/subscribe': 'resource',
  'prompts/get': 'prompt',
};

const wholeServer = new Set([
  'initialize',
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
  'logging/setLevel',
]);

export function mapped(
  services: Services,
  identity: AgentIdentity,
  { action, resource }: Evaluation,
): Mapped {
  if (wholeServer.has(action.name) && resource.type === 'mcp_server') return { kind: 'always' };
  if (resourceTypes[action.name] !== resource.type)
    return unknown(`there is no ${action.name} of a ${resource.type}`);
  const args = action.properties['arguments'];
  const given = args !== undefined && isJsonObject(args) ? args : {};
  switch (resource.type) {
    case 'tool':
      return tool(services, resource.id, given);
    case 'prompt':
      return prompt(services, resource.id, given);
    default:
      return read(services, identity, resource.id);
  }
}

function tool(services: Services, name: string, args: JsonObject): Mapped {
  const entry = services.views.view(services.ports.policy()).tools.find(name);
  if (!entry?.served) return unknown(`there is no tool ${name}`);
  const { server, name: target, liveDigest } = entry;
  return {
    kind: 'action',
    target: { kind: 'tool_invoke', server, target, arguments: args, tool_digest: liveDigest },
  };
}

function prompt(services: Services, name: string, args: JsonObject): Mapped {
  const entry = services.views.view(services.ports.policy()).prompts.find(name);
  if (!entry) return unknown(`there is no prompt ${name}`);
  const { server, name: target } = entry;
  return { kind: 'action', target: { kind: 'prompt_get', server, target, arguments: args } };
}

function read(services: Services, identity: AgentIdentity, uri: string): Mapped {
  const server = serverOfUri(services, identity, uri);
  if (server === undefined) return unknown(`there is no one server that has ${uri}`);
  return { kind: 'action', target: { kind: 'resource_read', server, target: uri, arguments: {} } };
}

function serverOfUri(services: Services, { agent, key_id }: AgentIdentity, uri: string): string | undefined {
  const caller: Caller = { agent, keyId: key_id, version: '2026-07-28', capabilities: {}, headers: {} };
  try {
    return serverOf(services, caller, uri);
  } catch (error) {
    if (error instanceof RpcFault) return undefined;
    throw error;
  }
}

function unknown(what: string): Mapped {
  return { kind: 'unknown', what };
}
