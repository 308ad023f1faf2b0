/**
 * Hosts that an agent may name. What it names is compared in one normal form; whatever two readers
 * could take for different hosts is refused: userinfo, backslashes, spaces, numbers in odd bases.
 */
import { isIP } from 'node:net';

export interface Host {
  /** In lower case, without a dot at the end; an IPv6 address without brackets, in its shortest form. */
  name: string;
  /** Undefined where the scheme's own. */
  port: string | undefined;
}

export type HostReading = { ok: true; host: Host } | { ok: false; problem: string };

const refuse = (problem: string): HostReading => ({ ok: false, problem });

/** The host of something that has the look of an address: with a scheme, or beginning with `//`. */
export function hostOfUrl(text: string): HostReading {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff]/.test(text.trim()))
    return refuse('it holds spaces or characters that do not show');
  const trimmed = text.trim();
  if (trimmed.includes('\\')) return refuse('it holds a backslash');
  const whole = trimmed.startsWith('//') ? `https:${trimmed}` : trimmed;
  const [, authority] = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(whole) ?? [];
  if (authority === undefined) return refuse('it has no `//` before its host');
  if (authority.includes('@')) return refuse('it holds a name or password before its host');
  return hostOf(authority);
}

const PORT_MAX = 65_535;

/** A host with or without a port: `example.com`, `example.com:8443`, `[::1]:80`, `::1`. */
export function hostOf(authority: string): HostReading {
  const address = isIP(authority) === 6 ? `[${authority}]` : authority;
  const [, written = '', port] = /^(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(address) ?? [];
  if (written === '') return refuse('it has no host');
  if (written.includes('%')) return refuse('its host holds a `%`');
  if (Number(port ?? 0) > PORT_MAX) return refuse('its port is none');
  const url = URL.parse(`https://${written}/`);
  if (url === null) return refuse('its host is none');
  const name = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const same = written
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  // A number such as 0x7f000001 or 127.1 is an address for some readers and a name for others.
  if (isIP(name) === 4 && name !== same) return refuse(`its host is \`${name}\` in another spelling`);
  if (isIP(name) === 6 && /^::ffff:/i.test(name))
    return refuse('its host is an IPv4 address inside an IPv6 one');
  if (name === '') return refuse('it has no host');
  return { ok: true, host: { name, port } };
}

export interface HostPattern {
  name: string;
  /** True for `*.example.com`: anything below, not the name itself. */
  below: boolean;
  port: string | undefined;
}

/** `example.com`, `*.example.com`, `example.com:8443`, `192.0.2.7`, `[::1]`, or `*`; undefined for anything else. */
export function hostPattern(text: string): HostPattern | undefined {
  if (text === '*') return { name: '', below: true, port: undefined };
  const below = text.startsWith('*.');
  const rest = below ? text.slice(2) : text;
  if (/[*/@?#\s\\]/.test(rest)) return undefined;
  const read = hostOf(rest);
  return read.ok ? { name: read.host.name, below, port: read.host.port } : undefined;
}

export function hostMatches({ name, below, port }: HostPattern, host: Host): boolean {
  if (port !== undefined && port !== host.port) return false;
  if (!below) return host.name === name;
  if (name === '') return true;
  return isIP(host.name) === 0 && host.name.endsWith(`.${name}`);
}
