/** Reads what a server offers, page by page, within bounds (2026-07-28, server/utilities/pagination). */
import { Fault, isJsonObject } from '@remit/contracts';
import type { Bounds, JsonObject, JsonValue, ToolDefinition } from '@remit/contracts';
import type { LeftOut, Listing } from '../exchange.ts';
import { asTool, invalidItem, invalidTool, list_sources, quotedName } from './definition.ts';
import type { ListSource } from './definition.ts';
import type { Era, ListKind } from './era/era.ts';

/** Says that what was asked for does not exist: then the list is empty. */
const method_not_found = -32601;

export interface ListReader {
  era: Era;
  bounds: Bounds;
  signal: AbortSignal;
}

export type Lists = Pick<Listing, 'tools' | 'resources' | 'resource_templates' | 'prompts'> & {
  left_out: LeftOut[];
};

/**
 * One kind of list anew, for those whose capability the server declares; the others stay empty.
 * @throws Fault `upstream_list_failed`.
 */
export async function readLists(kind: ListKind, reader: ListReader): Promise<Partial<Lists>> {
  if (!(kind in reader.era.introduction.capabilities)) return {};
  const left_out: LeftOut[] = [];
  if (kind === 'tools') return { tools: await readTools(reader, left_out), left_out };
  if (kind === 'prompts')
    return { prompts: await readList(list_sources.prompts, reader, left_out), left_out };
  const resources = await readList(list_sources.resources, reader, left_out);
  const resource_templates = await readList(list_sources.resource_templates, reader, left_out);
  return { resources, resource_templates, left_out };
}

async function readTools(reader: ListReader, left_out: LeftOut[]): Promise<ToolDefinition[]> {
  const tools: ToolDefinition[] = [];
  for (const item of await readList(list_sources.tools, reader, left_out)) {
    const reason = invalidTool(item) ?? reader.era.refuseTool(asTool(item));
    if (reason === undefined) tools.push(asTool(item));
    else left_out.push({ list: 'tools', name: quotedName(asTool(item).name), reason });
  }
  reader.era.learnTools(tools);
  return tools;
}

async function readList(source: ListSource, reader: ListReader, left_out: LeftOut[]): Promise<JsonObject[]> {
  const collector = new Collector(source, reader.bounds, left_out);
  const cursors = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < reader.bounds.listed_pages_max; page += 1) {
    const result = await readPage(source, cursor, reader);
    collector.add(result[source.key]);
    cursor = typeof result['nextCursor'] === 'string' ? result['nextCursor'] : undefined;
    if (cursor === undefined || collector.full) return collector.items;
    if (cursors.has(cursor)) break;
    cursors.add(cursor);
  }
  left_out.push({ list: source.key, reason: 'the pages of the list do not end; the rest is left out' });
  return collector.items;
}

async function readPage(
  source: ListSource,
  cursor: string | undefined,
  { era, signal }: ListReader,
): Promise<JsonObject> {
  const answer = await era.ask(source.method, cursor === undefined ? {} : { cursor }, signal);
  if (answer.kind === 'result') return answer.result;
  if (answer.kind === 'error' && answer.error.code === method_not_found) return {};
  const why = answer.kind === 'error' ? `error ${answer.error.code}` : answer.message;
  throw new Fault('upstream_list_failed', `${source.method} failed: ${why}`);
}

class Collector {
  readonly items: JsonObject[] = [];
  full = false;
  readonly #names = new Set<string>();
  readonly #source: ListSource;
  readonly #bounds: Bounds;
  readonly #left_out: LeftOut[];
  #length = 0;

  constructor(source: ListSource, bounds: Bounds, left_out: LeftOut[]) {
    this.#source = source;
    this.#bounds = bounds;
    this.#left_out = left_out;
  }

  add(page: JsonValue | undefined): void {
    if (page === undefined) return;
    if (!Array.isArray(page)) return this.#leaveOut('the list is not an array');
    for (const item of page) {
      if (this.full) return;
      this.#addItem(item);
    }
  }

  #addItem(item: JsonValue): void {
    const reason = invalidItem(item, this.#source, this.#bounds) ?? this.#duplicate(item);
    if (reason !== undefined) return this.#leaveOut(reason, readableName(item, this.#source));
    this.#length += JSON.stringify(item).length;
    this.full =
      this.items.length >= this.#bounds.listed_items_per_server_max ||
      this.#length > this.#bounds.listed_length_max;
    if (this.full) this.#leaveOut('the list is too long; the rest is left out');
    else this.items.push(item as JsonObject);
  }

  #duplicate(item: JsonValue): string | undefined {
    const name = (item as JsonObject)[this.#source.identifier] as string;
    if (this.#names.has(name)) return `its ${this.#source.identifier} is listed twice; the first one counts`;
    this.#names.add(name);
    return undefined;
  }

  /** Reports are bounded like the items themselves. */
  #leaveOut(reason: string, name?: string): void {
    if (this.#left_out.length >= this.#bounds.listed_items_per_server_max) return;
    this.#left_out.push({ list: this.#source.key, reason, ...(name !== undefined && { name }) });
  }
}

function readableName(item: JsonValue, { identifier }: ListSource): string | undefined {
  const name = isJsonObject(item) ? item[identifier] : undefined;
  return typeof name === 'string' ? quotedName(name) : undefined;
}
