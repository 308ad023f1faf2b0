/**
 * The protocol versions that agents may speak. *Legacy* versions begin with an `initialize` handshake
 * and keep a session; *modern* ones are stateless (MCP 2026-07-28, basic/versioning, "Terminology").
 */
export const modernVersions = ['2026-07-28'] as const;
/** Newest first: the first one is offered to a client that asks for a version nobody knows. */
export const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26'] as const;

export type ModernVersion = (typeof modernVersions)[number];
export type LegacyVersion = (typeof legacyVersions)[number];
export type ProtocolVersion = ModernVersion | LegacyVersion;

export function isModern(version: unknown): version is ModernVersion {
  return (modernVersions as readonly unknown[]).includes(version);
}

export function isLegacy(version: unknown): version is LegacyVersion {
  return (legacyVersions as readonly unknown[]).includes(version);
}

/** Keys of `_meta` that MCP 2026-07-28 defines (basic/index, "_meta"). */
export const metaKeys = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
} as const;
