/** What the control plane needs from the outside; the composition root (package cli) provides it. */
import type { Decision, JsonObject, ToolDefinition } from '@remit/contracts';
import type { CompiledPolicy, Diagnostic, LoadResult } from '@remit/policy';
import type { BackupMade } from './api/backups.ts';
import type { Finding } from './api/operations.ts';

/** Who does something: `id` is random or a fixed word and may stand in `meta`, `name` may not. */
export interface Actor {
  /** `operator`, `remit` (what Remit does by itself), or a person's random id. */
  id: string;
  /** A person's name. */
  name?: string;
}

export interface PolicyLoad {
  /** RFC 3339. */
  at: string;
  activated: boolean;
  diagnostics: readonly Diagnostic[];
}

/** A live definition that somebody has reviewed; `digest: null` accepts that the tool is gone. */
export interface AcceptedTool {
  server: string;
  tool: string;
  digest: string | null;
}

/**
 * Holds the active policy. `reload` and `acceptTools` record what they do (`policy_activated`,
 * `policy_rejected`, `tools_accepted`) and register the policy's agents before it becomes active;
 * their answer has a `policy` exactly where it did.
 */
export interface PolicyHolder {
  current(): CompiledPolicy;
  lastLoad(): PolicyLoad;
  reload(by: Actor): Promise<LoadResult>;
  /** @throws Fault `tool_changed` where a live definition is no longer the reviewed one; nothing is accepted then. */
  acceptTools(tools: readonly AcceptedTool[], by: Actor): Promise<LoadResult>;
}

export interface Question {
  agent: string;
  /** `server/tool`, or the bare name where it is unique. */
  tool: string;
  arguments: JsonObject;
  user?: string;
}

export interface Explanation {
  server: string;
  tool: string;
  decision: Decision;
}

/** Decides as enforcement would; nothing is performed, reserved or recorded. @throws Fault `unknown_tool` */
export type Explain = (question: Question) => Explanation;

/** Digest of a tool's definition, `sha256:` + hex of its RFC 8785 form, as tools.lock holds it. */
export type ToolDigest = (definition: ToolDefinition) => string;

/** Prometheus text. */
export type MetricsText = () => Promise<string>;

/** What only the composition root can look at (user ids, files, disks), for the doctor. */
export type Examine = () => Promise<Finding[]>;

/**
 * Writes a backup to a file that does not exist yet, and records it (`backup_made`) before it has its name.
 * @throws Fault `backup_exists`, `backup_unwritable`, `backup_interrupted`
 */
export type Backup = (file: string, by: Actor) => Promise<BackupMade>;

/** What the server tells whoever runs it. Never given a token, a body or a query. */
export interface ServerLog {
  answered?(entry: { route: string; status: number; duration_ms: number; caller: string }): void;
  /** An error that no rule foresaw; the caller was told nothing but that it happened. */
  failed?(error: unknown, route: string): void;
}
