/** Resources of several servers by URI: who has it, and where that cannot be said, who might. */
import type { JsonObject } from '@remit/contracts';
import type { Listing } from '../exchange.ts';

interface ResourceEntry {
  uri: string;
  /** Servers that list it; more than one means that only `/mcp/{server}` can tell them apart. */
  servers: string[];
  definition: JsonObject;
}

interface TemplateEntry {
  template: string;
  server: string;
  definition: JsonObject;
}

export class ResourceIndex {
  /** By URI, sorted by it. */
  readonly resources: ReadonlyMap<string, ResourceEntry>;
  /** Sorted by template, then server. */
  readonly templates: readonly TemplateEntry[];
  readonly #servers: string[];

  constructor(listed: readonly { name: string; listing: Listing | undefined }[]) {
    const resources = new Map<string, ResourceEntry>();
    const templates: TemplateEntry[] = [];
    for (const { name, listing } of listed) {
      for (const definition of listing?.resources ?? []) addResource(resources, name, definition);
      for (const definition of listing?.resource_templates ?? []) {
        const template = definition['uriTemplate'];
        if (typeof template === 'string') templates.push({ template, server: name, definition });
      }
    }
    this.resources = new Map([...resources].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.templates = templates.sort((a, b) => compare(a.template, b.template) || compare(a.server, b.server));
    this.#servers = listed
      .filter(({ listing }) => listing && 'resources' in listing.capabilities)
      .map(({ name }) => name);
  }

  /**
   * The servers that this URI may belong to: those that list it, else those with a template that fits,
   * else all that have resources at all (a tool may have linked to one that is not listed).
   */
  serversOf(uri: string): readonly string[] {
    const entry = this.resources.get(uri);
    if (entry) return entry.servers;
    const fitting = this.templates.filter(({ template }) => fits(uri, template)).map(({ server }) => server);
    return fitting.length > 0 ? [...new Set(fitting)] : this.#servers;
  }

  /** The servers that offer this template, for completions. */
  serversOfTemplate(template: string): readonly string[] {
    const offering = this.templates.filter((entry) => entry.template === template);
    return offering.length > 0
      ? [...new Set(offering.map(({ server }) => server))]
      : this.serversOf(template);
  }
}

function addResource(resources: Map<string, ResourceEntry>, server: string, definition: JsonObject): void {
  const uri = definition['uri'];
  if (typeof uri !== 'string') return;
  const entry = resources.get(uri);
  if (!entry) resources.set(uri, { uri, servers: [server], definition });
  else if (!entry.servers.includes(server)) entry.servers.push(server);
}

/**
 * Whether the URI holds the template's literal parts in order, the first at its start and the last at
 * its end (RFC 6570). Which server is asked depends on it, never whether the agent may read.
 */
function fits(uri: string, template: string): boolean {
  const literals = template.split(/\{[^{}]*\}/);
  const first = literals[0] ?? '';
  if (literals.length === 1) return uri === template;
  const last = literals.at(-1) ?? '';
  if (!uri.startsWith(first) || !uri.endsWith(last)) return false;
  let from = first.length;
  for (const literal of literals.slice(1, -1)) {
    const at = uri.indexOf(literal, from);
    if (at === -1) return false;
    from = at + literal.length;
  }
  return from <= uri.length - last.length;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
