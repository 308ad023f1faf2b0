/** Reads the MCP servers out of a client's settings file (JSON, comments and trailing commas allowed). */
import { existsSync, readFileSync } from 'node:fs';
import { Fault, isJsonObject, type JsonObject } from '@remit/contracts';
import { parse, type ParseError, printParseErrorCode } from 'jsonc-parser';
import type { Machine } from '../machine.ts';
import { clientPlaces, type ClientPlace } from './client-places.ts';

/** A server as a client starts or reaches it. */
export interface ClientServer {
  name: string;
  command?: string[];
  env: Record<string, string>;
  url?: string;
  transport?: 'http' | 'sse';
  headers: Record<string, string>;
}

export interface ClientSettings extends ClientPlace {
  text: string;
  servers: ClientServer[];
  /** Names of entries that are no server that Remit can reach, with the reason. */
  skipped: { name: string; reason: string }[];
}

/** Settings files that exist on this machine and name at least one server. */
export function findClientSettings(machine: Machine): { found: ClientSettings[]; unreadable: Fault[] } {
  const found: ClientSettings[] = [];
  const unreadable: Fault[] = [];
  for (const place of clientPlaces(machine).filter(({ file }) => existsSync(file))) {
    try {
      const settings = readClientSettings(place);
      if (settings.servers.length > 0) found.push(settings);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      unreadable.push(error);
    }
  }
  return { found, unreadable };
}

/** Settings in a file that the person named: of a known client, or by the names that clients use. */
export function readNamedSettings(machine: Machine, file: string): ClientSettings {
  const known = clientPlaces(machine).find((place) => place.file === file);
  if (known !== undefined) return readClientSettings(known);
  const document = readDocument(file).value;
  const map = ['mcpServers', 'servers', 'context_servers'].find((name) => isJsonObject(document[name]));
  if (map === undefined) {
    throw new Fault('no_servers_in_settings', `${file} names no MCP servers.`, {
      place: { file },
      remedy: 'Name a file with `mcpServers` (or `servers`, as VS Code has it).',
    });
  }
  return readClientSettings({ client: 'settings file', file, map: [map] });
}

/** @throws Fault `client_settings_unreadable`. */
function readClientSettings(place: ClientPlace): ClientSettings {
  const { text, value } = readDocument(place.file);
  const settings: ClientSettings = { ...place, text, servers: [], skipped: [] };
  const map = place.map.reduce<unknown>(
    (object, key) => (isJsonObject(object) ? object[key] : undefined),
    value,
  );
  for (const [name, entry] of Object.entries(isJsonObject(map) ? map : {})) {
    const server = readServer(name, entry);
    if (typeof server === 'string') settings.skipped.push({ name, reason: server });
    else settings.servers.push(server);
  }
  return settings;
}

function readDocument(file: string): { text: string; value: JsonObject } {
  const text = readText(file);
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\u{feff}/u, ''), errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error === undefined && isJsonObject(value)) return { text, value };
  const line = text.slice(0, error?.offset ?? 0).split('\n').length;
  throw new Fault(
    'client_settings_unreadable',
    `${file} is no JSON object${error === undefined ? '' : ` (${printParseErrorCode(error.error)})`}.`,
    { place: { file, line }, remedy: 'Repair the file, or leave it out.' },
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Fault('client_settings_unreadable', `${file} cannot be read: ${(error as Error).message}.`, {
      place: { file },
      remedy: 'Name a file that exists and that you may read.',
      cause: error,
    });
  }
}

/** The server, or why there is none. */
function readServer(name: string, entry: unknown): ClientServer | string {
  if (!isJsonObject(entry)) return 'its settings are no object';
  if (isRelay(entry)) return 'it is Remit itself';
  if (entry['disabled'] === true || entry['enabled'] === false) return 'it is switched off';
  const common = { name, env: strings(entry['env']), headers: strings(entry['headers']) };
  const url = [entry['url'], entry['httpUrl'], entry['serverUrl']].find((value) => typeof value === 'string');
  if (url !== undefined) return { ...common, url, transport: transportOf(entry, url) };
  const command = commandOf(entry);
  return command === undefined ? 'it has neither a command nor a URL' : { ...common, command };
}

function commandOf(entry: JsonObject): string[] | undefined {
  const { command, args } = isJsonObject(entry['command'])
    ? { command: entry['command']['path'], args: entry['command']['args'] }
    : { command: entry['command'], args: entry['args'] };
  if (typeof command !== 'string' || command === '') return undefined;
  return [command, ...(Array.isArray(args) ? args.map(String) : [])];
}

/** Where the settings do not say: servers of the legacy HTTP+SSE revision end in `/sse` by convention. */
function transportOf(entry: JsonObject, url: string): 'http' | 'sse' {
  const declared = entry['type'] ?? entry['transport'];
  if (typeof declared === 'string') return declared === 'sse' ? 'sse' : 'http';
  return /\/sse\/?$/.test(url) ? 'sse' : 'http';
}

/** Values of variables and headers; what is neither text nor a number or truth value is left out. */
function strings(value: unknown): Record<string, string> {
  if (!isJsonObject(value)) return {};
  const texts = Object.entries(value).flatMap(([name, item]): [string, string][] =>
    typeof item === 'object' ? [] : [[name, String(item)]],
  );
  return Object.fromEntries(texts);
}

/** Our own entry, as `rewrite` writes it. */
function isRelay(entry: JsonObject): boolean {
  const args = entry['args'];
  return Array.isArray(args) && args.includes('gateway') && args.includes('--stdio');
}
