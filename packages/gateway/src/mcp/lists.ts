/**
 * What an agent is shown: only what it may use, under the names of the federation, in one order. Lists
 * are filtered by policy and are no actions of their own; every call is checked all the same.
 */
import { isJsonObject, type JsonObject } from '@remit/contracts';
import { mayUse, type Target } from '@remit/policy';
import type { ListRequest } from './list-request.ts';
import { publishedTool } from './published-tool.ts';
import type { Item } from './pages.ts';
import { isModern } from './versions.ts';
import type { View } from './view.ts';

export type ListKind = 'tools' | 'prompts' | 'resources' | 'resourceTemplates';

/** Lists of one view, made on first use for each agent and style of protocol, and dropped with the view. */
const kept = new WeakMap<View, Map<string, Item[]>>();

export function list(kind: ListKind, request: ListRequest): Item[] {
  const { view, agent, version } = request;
  const lists = kept.get(view) ?? new Map<string, Item[]>();
  kept.set(view, lists);
  const key = `${kind} ${isModern(version) ? 'modern' : 'legacy'} ${agent}`;
  let items = lists.get(key);
  if (!items) lists.set(key, (items = makers[kind](request)));
  return items;
}

const makers: Record<ListKind, (request: ListRequest) => Item[]> = {
  tools: listTools,
  prompts: listPrompts,
  resources: listResources,
  resourceTemplates: listTemplates,
};

function allowed(
  { policy, agent }: ListRequest,
  kind: Target['kind'],
  server: string,
  target: string,
): boolean {
  return mayUse(policy, agent, { kind, server, target });
}

function listTools(request: ListRequest): Item[] {
  const items: Item[] = [];
  for (const [name, tool] of request.view.tools.entries()) {
    if (!tool.offered || !allowed(request, 'tool_invoke', tool.server, tool.name)) continue;
    items.push({ key: name, value: publishedTool(request, name, tool) });
  }
  return items;
}

function listPrompts(request: ListRequest): Item[] {
  const items: Item[] = [];
  for (const [name, prompt] of request.view.prompts.entries()) {
    if (!allowed(request, 'prompt_get', prompt.server, prompt.name)) continue;
    items.push({ key: name, value: { ...prompt.definition, name } });
  }
  return items;
}

function listResources(request: ListRequest): Item[] {
  const items: Item[] = [];
  for (const { uri, servers, definition } of request.view.resources.resources.values()) {
    const usable = servers.filter((server) => allowed(request, 'resource_read', server, uri));
    if (usable.length === 0) continue;
    items.push({ key: uri, value: usable.length === 1 ? definition : withServers(definition, usable) });
  }
  return items;
}

function listTemplates(request: ListRequest): Item[] {
  const items: Item[] = [];
  for (const { template, server, definition } of request.view.resources.templates) {
    if (!allowed(request, 'resource_read', server, template)) continue;
    items.push({ key: `${template} ${server}`, value: definition });
  }
  return items.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Says that more than one server has this URI, so that it is read through `/mcp/{server}`. */
function withServers(definition: JsonObject, servers: string[]): JsonObject {
  const meta = isJsonObject(definition['_meta']) ? definition['_meta'] : {};
  return { ...definition, _meta: { ...meta, 'io.remit/servers': servers } };
}
