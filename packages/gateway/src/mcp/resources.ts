/** `resources/read`, and who has a resource (MCP 2026-07-28, server/resources). */
import type { JsonObject } from '@remit/contracts';
import { mayUse } from '@remit/policy';
import { uriParam } from './params.ts';
import { plainCall } from './plain-call.ts';
import type { AgentRequest, Caller } from './request.ts';
import { RpcFault, rpcCodes, type RefusedCode } from './rpc-fault.ts';
import type { Services } from './services.ts';
import { isModern } from './versions.ts';

export function readResource(services: Services, request: AgentRequest): Promise<JsonObject | undefined> {
  const uri = uriParam(request.params, services.bounds);
  return plainCall(services, request, {
    kind: 'resource_read',
    server: serverOf(services, request.caller, uri),
    target: uri,
    arguments: {},
    params: () => ({ uri }),
  });
}

/**
 * The one server that this URI belongs to.
 * @throws RpcFault where there is none, or where only `/mcp/{server}` can tell them apart.
 */
export function serverOf(services: Services, caller: Caller, uri: string): string {
  const policy = services.ports.policy();
  const servers = services.views.view(policy, caller.scope).resources.serversOf(uri);
  return oneOf(servers, caller, uri, (server) =>
    mayUse(policy, caller.agent, { kind: 'resource_read', server, target: uri }),
  );
}

/** Among several, the one that the agent may use; what it may not use does not make a URI ambiguous. */
export function oneOf(
  servers: readonly string[],
  caller: Caller,
  uri: string,
  isUsable: (server: string) => boolean,
): string {
  const usable = servers.length > 1 ? servers.filter(isUsable) : servers;
  const [server] = usable.length > 0 ? usable : servers;
  if (server === undefined) throw notFound(caller, uri, 'Resource not found', 'unknown_resource');
  if (usable.length <= 1) return server;
  const paths = usable.map((name) => `/mcp/${name}`).join(' or ');
  throw notFound(caller, uri, `More than one server has this resource; read it through ${paths}`);
}

/** -32602 since 2026-07-28, -32002 before (server/resources, "Error Handling"). */
function notFound(caller: Caller, uri: string, message: string, refused?: RefusedCode): RpcFault {
  const code = isModern(caller.version) ? rpcCodes.invalidParams : rpcCodes.resourceNotFound;
  return new RpcFault(code, message, { data: { uri }, ...(refused && { refused }) });
}
