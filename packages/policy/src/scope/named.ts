/** Hosts and paths that a call names, anywhere in its arguments. Agents write them: nothing here trusts a spelling. */
import { bounds, foldFieldName, isJsonObject } from '@remit/contracts';
import type { JsonValue } from '@remit/contracts';
import { hostOf, hostOfUrl } from './hosts.ts';
import type { HostReading } from './hosts.ts';
import { pathOfFileUrl } from './paths.ts';

/** One value that names something, and where it stands, as `args.url`. */
export interface Named {
  text: string;
  place: string;
}

export interface NamedThings {
  urls: Named[];
  hosts: Named[];
  paths: Named[];
  /** True where the arguments hold more than is looked at. */
  tooMany: boolean;
}

const hostNames = new Set(
  [
    'host',
    'hosts',
    'hostname',
    'host_name',
    'domain',
    'domains',
    'domain_name',
    'fqdn',
    'ip',
    'ip_address',
    'server_name',
  ].map(foldFieldName),
);
const urlNames = new Set(
  [
    'url',
    'urls',
    'uri',
    'uris',
    'endpoint',
    'webhook',
    'webhook_url',
    'base_url',
    'origin',
    'website',
    'callback_url',
  ].map(foldFieldName),
);
const PATH_NAME =
  /(?:path|paths|file|files|filename|filenames|directory|directories|dir|dirs|folder|folders|cwd|workdir|rootdir)$/;

/** With a scheme and `//`; a scheme that browsers complete (`https:host`); or none, as in `//host`. */
const URL_LIKE = /^(?:[a-z][a-z0-9+.-]*:[\\/]{2}|(?:https?|wss?|ftp):|[\\/]{2}[^\\/])/i;
const SHARE_LIKE = /^[\\/]{2}/;
const PATH_LIKE = /^(?:[\\/]|\.{1,2}[\\/]|\.{2}$|~|[a-z]:[\\/])/i;

export function namedThings(args: JsonValue): NamedThings {
  const found: NamedThings = { urls: [], hosts: [], paths: [], tooMany: false };
  let values = 0;
  const visit = (value: JsonValue, name: string, place: string, depth: number): void => {
    values += 1;
    if (values > bounds.scope_values_max || depth > bounds.json_depth_max) {
      found.tooMany = true;
    } else if (typeof value === 'string') {
      sort(value, name, place, found);
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, name, `${place}[${index}]`, depth + 1);
    } else if (isJsonObject(value)) {
      for (const [key, member] of Object.entries(value))
        visit(member, foldFieldName(key), `${place}.${key}`, depth + 1);
    }
  };
  visit(args, '', 'args', 0);
  return found;
}

function sort(value: string, name: string, place: string, found: NamedThings): void {
  // Readers of addresses skip what stands around them, what does not show, and breaks anywhere inside.
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  const text = value.replace(/^[\u0000-\u0020\u200b-\u200f\u2060\ufeff]+|[\t\n\r]+/g, '');
  if (text === '') return;
  const named = { text: value, place };
  if (/^file:/i.test(text)) {
    found.paths.push({ text: pathOfFileUrl(text) ?? value, place });
    return;
  }
  const isUrl = URL_LIKE.test(text) || urlNames.has(name);
  if (isUrl) found.urls.push(named);
  else if (hostNames.has(name)) found.hosts.push(named);
  // `//server/share` is an address for some readers and a path for others.
  if (SHARE_LIKE.test(text) || (!isUrl && (PATH_LIKE.test(text) || PATH_NAME.test(name))))
    found.paths.push(named);
}

export function readHost(named: Named, isUrl: boolean): HostReading {
  const text = named.text.trim();
  if (!isUrl) return hostOf(text);
  // A field called `url` may hold a host without a scheme.
  return hostOfUrl(/^[\\/]{2}|:/.test(text) ? text : `https://${text}`);
}
