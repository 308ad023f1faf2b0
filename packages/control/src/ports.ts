/** What the control plane needs from the outside; the composition root (package cli) provides it. */
import type { Decision, JsonObject, ToolDefinition } from '@remit/contracts';
import type { CompiledPolicy, Diagnostic, LoadResult, PolicyDiff } from '@remit/policy';
import type { BackupMade } from './api/backups.ts';
import type { Finding } from './api/operations.ts';
import type { Standing } from './policies/standing.ts';
import type { KeptVersion } from './policies/versions.ts';

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
  /** True where the documents that were read are what is in force. */
  activated: boolean;
  diagnostics: readonly Diagnostic[];
}

/** A live definition that somebody has reviewed; `digest: null` accepts that the tool is gone. */
export interface AcceptedTool {
  server: string;
  tool: string;
  digest: string | null;
}

/** A version that is kept, with what it would decide otherwise than the one in force. */
export interface PolicyVersion {
  policy: CompiledPolicy;
  documents: { path: string; bytes: number; digest: string }[];
  changes: PolicyDiff & { decisions_left_out: number };
}

/**
 * Holds the policy in force. Everything that changes it records what it does, registers the policy's agents
 * first, and holds from the next call on. The answer of `reload` and `acceptTools` has a `policy` exactly
 * where the documents are in force after it; where people have to agree first, they wait.
 */
export interface PolicyHolder {
  current(): CompiledPolicy;
  lastLoad(): PolicyLoad;
  standing(): Standing;
  /** The version of the documents as they were read last; undefined where they do not pass their check. */
  documents(): string | undefined;
  /** Newest first. */
  versions(): Promise<KeptVersion[]>;
  /** @throws Fault `policy_version_not_found`, `policy_version_damaged`, `policy_version_unusable`. */
  version(version: string): Promise<PolicyVersion>;
  /** @param by a person. @throws Fault `policy_not_waiting`, or where it is not for this person to say. */
  approve(version: string, by: Actor, note?: string): Promise<void>;
  /** @param by a person. @throws as `approve`. */
  reject(version: string, by: Actor, note?: string): Promise<void>;
  /** @throws Fault `policy_in_force`, and as `version`. */
  rollBack(version: string, by: Actor): Promise<void>;
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
