/**
 * Protection from DNS rebinding: a web page may resolve its own name to this machine, so requests are
 * taken only for names that are ours, and from pages that are ours (MCP 2026-07-28,
 * basic/transports/streamable-http, "Security & Endpoint").
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface AllowedOrigins {
  /** Host names and addresses, without port; IPv6 in brackets. */
  hosts: ReadonlySet<string>;
  /** Further web origins (`https://console.example`), exactly as browsers send them. */
  origins: ReadonlySet<string>;
}

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** The names of this listener: loopback, the address it is bound to, and what the settings add. */
export function allowedOrigins(
  boundHost: string,
  extraHosts: readonly string[] = [],
  extraOrigins: readonly string[] = [],
): AllowedOrigins {
  const bound = boundHost.includes(':') ? `[${boundHost}]` : boundHost;
  const hosts = [...loopback, bound, ...extraHosts].map((host) => host.toLowerCase());
  return { hosts: new Set(hosts), origins: new Set(extraOrigins.map((origin) => origin.toLowerCase())) };
}

/** Why a request is foreign, in a sentence; undefined where it is ours. */
export function foreign(headers: IncomingHttpHeaders, allowed: AllowedOrigins): string | undefined {
  const host = headers.host;
  if (host === undefined || !allowed.hosts.has(withoutPort(host))) {
    return 'The Host header names another server.';
  }
  const origin = headers.origin;
  if (origin === undefined) return undefined;
  return isAllowed(origin.toLowerCase(), allowed) ? undefined : 'The Origin header names another site.';
}

function isAllowed(origin: string, allowed: AllowedOrigins): boolean {
  if (allowed.origins.has(origin)) return true;
  const match = /^https?:\/\/([^/]+)$/.exec(origin);
  return match?.[1] !== undefined && allowed.hosts.has(withoutPort(match[1]));
}

function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, '').toLowerCase();
}
