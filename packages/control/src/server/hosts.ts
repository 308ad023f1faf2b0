/**
 * Host and Origin, against web pages that reach for a listener on this machine (DNS rebinding,
 * cross-site requests).
 */
import { Fault } from '@remit/contracts';

/** Names that always mean this machine. */
const loopback = ['localhost', '127.0.0.1', '[::1]'];

export interface HostRules {
  /** Further host names (without port) by which this listener may be called. */
  hosts: readonly string[];
  /** Origins of pages besides its own that may call it, as browsers spell them. */
  origins: readonly string[];
}

/** What stops a request with these headers; undefined where nothing does. */
export function hostFault(
  rules: HostRules,
  host: string | undefined,
  origin: string | undefined,
): Fault | undefined {
  if (!allowedHost(rules, host)) {
    return new Fault('host_not_allowed', 'This listener is not known by the name in the Host header.', {
      remedy: 'Call it as localhost, or allow the name when Remit starts.',
    });
  }
  if (origin === undefined || rules.origins.includes(origin) || sameOrigin(origin, host)) return undefined;
  return new Fault('origin_not_allowed', 'Pages of this origin may not call this listener.', {
    remedy: "Call it from Remit's own console, or allow the origin when Remit starts.",
  });
}

function allowedHost(rules: HostRules, host: string | undefined): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase();
  return name !== undefined && (loopback.includes(name) || rules.hosts.includes(name));
}

function sameOrigin(origin: string, host: string | undefined): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}
