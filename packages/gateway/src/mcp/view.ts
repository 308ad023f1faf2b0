/**
 * The federation as agents see it: what the servers offer together, under which names. A view holds
 * for one policy version and one state of the catalog; what one agent may use of it is filtered later.
 */
import type { JsonObject, ToolDefinition } from '@remit/contracts';
import { fingerprint } from '@remit/inspect';
import type { CompiledPolicy } from '@remit/policy';
import type { Listing, Upstream } from '../exchange.ts';
import type { Catalog } from './catalog.ts';
import { NamedEntries, type Named } from './names.ts';
import { ResourceIndex } from './resource-index.ts';

export interface ToolEntry extends Named {
  /** As the policy was checked against it: agents are shown nothing else. */
  definition: ToolDefinition;
  /** Digest of the definition that the server lists now; where it lists none, one that no lock has. */
  liveDigest: string;
  /** False where the server lists another definition or none: the call would be refused. */
  offered: boolean;
  /** False where the gateway has no such server (any more). */
  served: boolean;
}

interface PromptEntry extends Named {
  definition: JsonObject;
}

export interface View {
  tools: NamedEntries<ToolEntry>;
  prompts: NamedEntries<PromptEntry>;
  resources: ResourceIndex;
  /** MCP server capabilities of all these servers together. */
  capabilities: JsonObject;
  /** What servers say to whoever uses them, sorted by server. */
  instructions: readonly Instructions[];
}

interface Instructions {
  server: string;
  text: string;
}

/** Makes views and keeps them while they hold; one for all servers and one for each server asked for. */
export class Views {
  readonly #catalog: Catalog;
  readonly #views = new Map<string | undefined, View>();
  #madeFor = '';

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** `scope` names one server of the policy's workspace; absent: all of them. */
  view(policy: CompiledPolicy, scope?: string): View {
    const madeFor = `${this.#catalog.generation} ${policy.version}`;
    if (madeFor !== this.#madeFor) {
      this.#views.clear();
      this.#madeFor = madeFor;
    }
    let view = this.#views.get(scope);
    if (!view) {
      view = makeView(policy, this.#catalog, scope);
      this.#views.set(scope, view);
    }
    return view;
  }
}

function makeView(policy: CompiledPolicy, catalog: Catalog, scope: string | undefined): View {
  const upstreams = [...catalog.all()].filter(({ name }) => scope === undefined || name === scope);
  const listed = upstreams
    .map(({ name, listing }) => ({ name, listing }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    tools: toolsOf(policy, catalog, scope),
    prompts: new NamedEntries(listed.flatMap(({ name, listing }) => promptsOf(name, listing))),
    resources: new ResourceIndex(listed),
    capabilities: capabilitiesOf(upstreams),
    instructions: instructionsOf(listed),
  };
}

function toolsOf(
  policy: CompiledPolicy,
  catalog: Catalog,
  scope: string | undefined,
): NamedEntries<ToolEntry> {
  const locked: ToolEntry[] = [];
  for (const [server, { tools }] of Object.entries(policy.lock.servers)) {
    if (scope !== undefined && server !== scope) continue;
    const served = catalog.get(server) !== undefined;
    const live = liveDigests(catalog.get(server)?.listing);
    for (const { digest, definition } of tools) {
      // Before the first connection nothing speaks against the lock.
      const liveDigest = live ? (live.get(definition.name) ?? unlisted) : digest;
      const offered = served && liveDigest === digest;
      locked.push({ server, name: definition.name, definition, liveDigest, offered, served });
    }
  }
  return new NamedEntries(locked);
}

/** Stands for the digest of a tool that its server does not list: it differs from every lock. */
const unlisted = 'not listed';

/** A definition that has no digest counts as one that differs from every lock. */
function liveDigests(listing: Listing | undefined): Map<string, string> | undefined {
  if (!listing) return undefined;
  const digests = new Map<string, string>();
  for (const definition of listing.tools) digests.set(definition.name, digestOf(definition));
  return digests;
}

const knownDigests = new WeakMap<ToolDefinition, string>();

function digestOf(definition: ToolDefinition): string {
  let digest = knownDigests.get(definition);
  if (digest === undefined) {
    try {
      digest = fingerprint(definition);
    } catch {
      digest = 'unusable';
    }
    knownDigests.set(definition, digest);
  }
  return digest;
}

function promptsOf(server: string, listing: Listing | undefined): PromptEntry[] {
  const entries: PromptEntry[] = [];
  for (const definition of listing?.prompts ?? []) {
    const name = definition['name'];
    if (typeof name === 'string') entries.push({ server, name, definition });
  }
  return entries;
}

/**
 * The union of what the servers declare, plus change notifications, which come from policy changes
 * too. A server that has not connected yet may turn out to have anything, and clients do not ask again.
 */
function capabilitiesOf(upstreams: readonly Upstream[]): JsonObject {
  const declared = (name: string) =>
    upstreams.some(({ listing }) => !listing || name in listing.capabilities);
  const capabilities: JsonObject = { tools: { listChanged: true } };
  if (declared('resources')) capabilities['resources'] = { subscribe: true, listChanged: true };
  if (declared('prompts')) capabilities['prompts'] = { listChanged: true };
  if (declared('completions')) capabilities['completions'] = {};
  if (declared('logging')) capabilities['logging'] = {};
  return capabilities;
}

function instructionsOf(
  listed: readonly { name: string; listing: Listing | undefined }[],
): readonly Instructions[] {
  return listed.flatMap(({ name, listing }) =>
    listing?.instructions === undefined ? [] : [{ server: name, text: listing.instructions }],
  );
}
