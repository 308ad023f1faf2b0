/**
 * The requests that both eras have. Each gives the result in 2026-07-28 terms, or throws what the
 * request ends with; how either is written is the era's business.
 */
import type { JsonObject } from '@remit/contracts';
import { visibleServers } from '@remit/policy';
import { complete } from './completion.ts';
import { list, type ListKind } from './lists.ts';
import { page } from './pages.ts';
import { getPrompt } from './prompts.ts';
import type { AgentRequest } from './request.ts';
import { readResource } from './resources.ts';
import { methodNotFound } from './rpc-fault.ts';
import type { Services } from './services.ts';
import { callTool } from './tools.ts';

/** @returns the result; undefined where the agent ended the request and nobody waits. */
export type Operation = (services: Services, request: AgentRequest) => Promise<JsonObject | undefined>;

interface Defined {
  operation: Operation;
  /** The server capability without which the method does not exist. */
  capability: 'tools' | 'prompts' | 'resources' | 'completions';
  /** Listing costs no call; everything else is counted as open. */
  isCall: boolean;
}

const operations = new Map<string, Defined>([
  ['tools/list', { operation: lister('tools'), capability: 'tools', isCall: false }],
  ['tools/call', { operation: callTool, capability: 'tools', isCall: true }],
  ['prompts/list', { operation: lister('prompts'), capability: 'prompts', isCall: false }],
  ['prompts/get', { operation: getPrompt, capability: 'prompts', isCall: true }],
  ['resources/list', { operation: lister('resources'), capability: 'resources', isCall: false }],
  [
    'resources/templates/list',
    { operation: lister('resourceTemplates'), capability: 'resources', isCall: false },
  ],
  ['resources/read', { operation: readResource, capability: 'resources', isCall: true }],
  ['completion/complete', { operation: complete, capability: 'completions', isCall: true }],
]);

/** @throws RpcFault -32601, with status 404 in the modern era's binding. */
export function operationOf(services: Services, request: Pick<AgentRequest, 'method' | 'caller'>): Defined {
  const defined = operations.get(request.method);
  if (defined) {
    const { capabilities } = services.views.view(services.ports.policy(), request.caller.scope);
    if (defined.capability in capabilities) return defined;
  }
  throw methodNotFound(request.method, 404);
}

function lister(kind: ListKind): Operation {
  return (services, request) => {
    const policy = services.ports.policy();
    const { agent, version, scope } = request.caller;
    const view = services.views.view(policy, scope);
    const items = list(kind, { policy, view, agent, version });
    const { cursor } = request.params;
    const { items: values, nextCursor } = page(kind, items, cursor, services.bounds.list_page_items);
    return Promise.resolve({ [kind]: values, ...(nextCursor !== undefined && { nextCursor }) });
  };
}

const governed =
  'Calls pass Remit, which applies the policy of this workspace. A refused or held call is an error ' +
  'result; its structured content says in `remit` why, and what to do.';

/**
 * The capabilities and instructions that a client is told, whichever way its era tells them. A server
 * instructs only agents that may use something of it.
 */
export function introduction(
  services: Services,
  { agent, scope }: { agent: string; scope?: string | undefined },
): { capabilities: JsonObject; instructions: string } {
  const policy = services.ports.policy();
  const { capabilities, instructions } = services.views.view(policy, scope);
  const visible = visibleServers(policy, agent);
  const parts = instructions
    .filter(({ server }) => visible.includes(server))
    .map(({ server, text }) => `[${server}] ${text}`);
  return { capabilities, instructions: [governed, ...parts].join('\n\n') };
}
