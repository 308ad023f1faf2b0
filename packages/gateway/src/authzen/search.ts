/**
 * "Search APIs": what an agent may use, and by which action. With arguments each candidate is decided like a
 * call; without them it is found where some call could be allowed or held, as lists show it.
 */
import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { isJsonObject, type JsonObject } from '@remit/contracts';
import { weigh, type AgentIdentity } from '@remit/enforce';
import { mayUse } from '@remit/policy';
import canonicalize from 'canonicalize';
import type { Services } from '../mcp/services.ts';
import { without } from '../mcp/without.ts';
import { decisionOn, isActive, isSubject, isSubjectType } from './decision.ts';
import { badRequest, readAction, readEntity, readObject, readSearched, type Evaluation } from './entities.ts';
import { isAbout, mapped, methodsAbout, type Mapping } from './mapping.ts';

type Searching = (mapping: Mapping, identity: AgentIdentity, request: JsonObject) => Promise<JsonObject>;

/** The agent itself, where it may: whom else a policy allows something is nothing that it lets an agent know. */
export const searchSubjects: Searching = async (mapping, identity, request) => {
  const { bounds } = mapping.services;
  const type = readSearched(request, 'subject', bounds);
  const subject = { type, id: identity.agent, properties: {} };
  const rest = { action: readAction(request, bounds), resource: readEntity(request, 'resource', bounds) };
  const asked = { subject, ...rest, context: readObject(request['context'], '`context`') };
  const found = isSubjectType(type) && (await isFound(mapping, identity, asked));
  return page(request, found ? [{ type, id: identity.agent }] : [], bounds.list_page_items);
};

export const searchResources: Searching = async (mapping, identity, request) => {
  const { bounds } = mapping.services;
  const type = readSearched(request, 'resource', bounds);
  const rest = { subject: readEntity(request, 'subject', bounds), action: readAction(request, bounds) };
  const context = readObject(request['context'], '`context`');
  const results: JsonObject[] = [];
  if (isSubject(rest.subject, identity) && isAbout(rest.action.name, type)) {
    for (const id of candidates(mapping.services, type)) {
      // A search of thousands lets other requests through in between.
      await setImmediate();
      const asked = { ...rest, resource: { type, id, properties: {} }, context };
      if (await isFound(mapping, identity, asked)) results.push({ type, id });
    }
  }
  return page(request, results, bounds.list_page_items);
};

export const searchActions: Searching = async (mapping, identity, request) => {
  const { bounds } = mapping.services;
  const subject = readEntity(request, 'subject', bounds);
  const resource = readEntity(request, 'resource', bounds);
  const context = readObject(request['context'], '`context`');
  const results: JsonObject[] = [];
  for (const name of isSubject(subject, identity) ? methodsAbout(resource.type) : []) {
    const asked = { subject, resource, context, action: { name, properties: {} } };
    if (await isFound(mapping, identity, asked)) results.push({ name });
  }
  return page(request, results, bounds.list_page_items);
};

/** Everything of this type that the servers list, under the names that agents see, in their order. */
function candidates(services: Services, type: string): string[] {
  const { tools, prompts, resources } = services.views.view(services.ports.policy());
  switch (type) {
    case 'tool':
      return [...tools.entries()].filter(([, { offered }]) => offered).map(([name]) => name);
    case 'prompt':
      return [...prompts.entries()].map(([name]) => name);
    case 'resource':
      return [...resources.resources.keys()];
    default:
      // Nobody lists tasks: there is no such method, so that ids are not found out.
      return [];
  }
}

async function isFound(mapping: Mapping, identity: AgentIdentity, asked: Evaluation): Promise<boolean> {
  const { services } = mapping;
  if (!isActive(services, identity)) return false;
  const found = mapped(mapping, identity, asked);
  if (found.kind !== 'action') return found.kind === 'always';
  const { kind, server, target } = found.target;
  // A completion has no arguments that it could depend on.
  if (asked.action.properties['arguments'] === undefined && kind !== 'completion')
    return mayUse(services.ports.policy(), identity.agent, { kind, server, target });
  const decision = await decisionOn(mapping, identity, asked, weigh);
  return decision['decision'] === true;
}

/** One page ("Pagination"). The token says where it begins and which request it continues. */
function page(request: JsonObject, found: readonly JsonObject[], items_max: number): JsonObject {
  const asked = readObject(request['page'], '`page`');
  const { offset, limit } = placeOf(asked, digestOf(request), items_max);
  const results = found.slice(offset, offset + limit);
  const next = offset + results.length;
  const token = next < found.length ? tokenOf({ offset: next, limit, request: digestOf(request) }) : '';
  return { page: { next_token: token, count: results.length, total: found.length }, results: [...results] };
}

interface Place {
  offset: number;
  limit: number;
  request: string;
}

function placeOf({ token, limit }: JsonObject, request: string, items_max: number): Place {
  if (limit !== undefined && !isCount(limit))
    throw badRequest('`page.limit` must be a non-negative integer.');
  if (token === undefined) return { offset: 0, limit: Math.min(limit ?? items_max, items_max), request };
  const place = typeof token === 'string' ? placeIn(token) : undefined;
  if (place?.request !== request || (limit !== undefined && limit !== place.limit))
    throw badRequest('`page.token` was not given for this request.');
  return place;
}

/** Nothing secret: whoever makes one up gets a page of what it may see anyway. */
function tokenOf(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function placeIn(token: string): Place | undefined {
  try {
    const place: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (!isJsonObject(place)) return undefined;
    const { offset, limit, request } = place;
    if (!isCount(offset) || !isCount(limit) || typeof request !== 'string') return undefined;
    return { offset, limit, request };
  } catch {
    // Not JSON: no token of ours.
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function digestOf(request: JsonObject): string {
  return hash('sha256', canonicalize(without(request, ['page'])) ?? '', 'base64url');
}
