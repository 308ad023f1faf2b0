/**
 * What the rest of Remit knows of this package. Loading and deciding are pure: text in, values out.
 */
import type {
  Action,
  Decision,
  FlowSnapshot,
  JsonValue,
  Mode,
  Place,
  RuleReference,
  Sensitivity,
  Sink,
  Tier,
  ToolsLock,
  Trust,
} from '@remit/contracts';

/** One policy document file. `path` is relative to the workspace folder, with forward slashes. */
export interface SourceFile {
  path: string;
  text: string;
}

export type Severity = 'error' | 'warning' | 'note';

/** One finding of the checker. `code` is stable; `message` names the thing; `remedy` says what to do. */
export interface Diagnostic {
  severity: Severity;
  code: string;
  message: string;
  place: Place;
  remedy?: string;
  /** The same for a tool: a text that starts at the place, or behind the quote there, and what it was meant to be. */
  instead?: Replacement;
}

export interface Replacement {
  of: string;
  put: string;
}

/** How an upstream server is reached; values may hold `secret:NAME`, which only the gateway resolves. */
export interface ServerSettings {
  name: string;
  /** stdio: the command and its arguments, run in the workspace folder. */
  command?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Streamable HTTP or, with `transport: sse`, the legacy HTTP+SSE revision. */
  url?: string;
  transport?: 'http' | 'sse';
  headers?: Readonly<Record<string, string>>;
  trust: Trust;
  /** True where the workspace does not say whom to trust, so that nobody is. */
  trust_unsaid?: true;
  /** Of what its tools answer, and who sees what is sent to it, where a tool itself says nothing. */
  sensitivity?: Sensitivity;
  sink?: Sink;
  environment?: string;
}

/** How Remit itself is run on this workspace, as its document says it. */
export interface WorkspaceSettings {
  /** Address that both listeners bind to. */
  host?: string;
  port?: number;
  console_port?: number;
  /** Folder of the second copy of signed checkpoints, relative to the workspace. */
  checkpoints?: string;
  /** Names besides loopback by which the listeners may be called, and origins of pages that may. */
  allow_hosts?: string[];
  allow_origins?: string[];
  log_level?: 'trace' | 'debug' | 'info' | 'warn' | 'error';
}

/** Who has to agree before a changed policy takes effect (policy.md, "Versions"). */
export interface ActivationTerms {
  /** Groups; somebody of one of them. Empty: anybody who may approve. */
  readonly who: readonly string[];
  /** How many people, at least 1. */
  readonly count: number;
}

export type RiskLevel = 'low' | 'medium' | 'high' | 'critical';

/** What the registry of agents takes from policy. */
export interface AgentProfile {
  name: string;
  owner?: string;
  team?: string;
  purpose?: string;
  /** Declared, or implied by its tools and data where it declares none. */
  risk?: RiskLevel;
  risk_from?: 'declared' | 'implied';
  mode: Mode;
  /** True where a tool that exists but is not permitted is to be answered like an unknown one. */
  conceal: boolean;
  /** Where the agent's document starts. */
  place: Place;
}

/** One control of an agent beside its rules and limits. */
export interface Control {
  /** Like `scope.hours` or `approvals.who`. */
  name: string;
  /** What it says, in a few words. */
  text: string;
  rule: RuleReference;
  /** Who says so: the agent's documents, the workspace's `defaults:`, the baseline of its risk. */
  from: 'policy' | 'defaults' | 'baseline';
  /** False where it is checked and shown, but not acted on yet. */
  enforced: boolean;
}

/** What was read decides what may be done: labels, sinks and effect as in policy.md "Flows". */
export interface Flow {
  from: string[];
  to: string[];
  then: 'allow' | 'approve' | 'deny';
  /** Who approves, where that is said: the person whose task it is. */
  by?: 'owner';
  rule: RuleReference;
}

export interface AgentControls {
  controls: Control[];
  flows: Flow[];
}

/** A checked and indexed set of documents. Opaque beyond these fields; immutable. */
export interface CompiledPolicy {
  /** `sha256:…` over documents and lock: the policy version that every decision records. */
  readonly version: string;
  readonly workspace: {
    readonly name: string;
    readonly mode: Mode;
    /** As in `AgentProfile`, for agents that have no document. */
    readonly conceal: boolean;
    readonly environment?: string;
    readonly servers: ReadonlyMap<string, ServerSettings>;
    readonly groups: ReadonlyMap<string, readonly string[]>;
    /** Absent where nobody has to agree to a changed policy. */
    readonly activation?: ActivationTerms;
  };
  readonly agents: ReadonlyMap<string, AgentProfile>;
  readonly lock: ToolsLock;
}

export interface LoadResult {
  /** Absent where any diagnostic is an error. */
  policy?: CompiledPolicy;
  diagnostics: Diagnostic[];
}

/** All that `decide` may look at beyond the policy and the action; recorded, so that a replay is exact. */
export interface StateSnapshot {
  decision_id: string;
  /** RFC 3339: the `now` of conditions. */
  now: string;
  agent_status: 'active' | 'suspended' | 'quarantined' | 'retired';
  /** What the conversation has read, and where values of the arguments come from; absent where nothing is known to matter. */
  flow?: FlowSnapshot;
}

/** Something an agent might use, for filtered lists. */
export interface Target {
  kind: Action['kind'];
  server: string;
  target: string;
}

export type Decide = (policy: CompiledPolicy, action: Action, state: StateSnapshot) => Decision;

export interface ToolName {
  server: string;
  tool: string;
}

/** One difference in a tool's definition; `path` is a JSON Pointer into it. Absent side: not there. */
export interface ToolChange {
  path: string;
  before?: JsonValue;
  after?: JsonValue;
}

/** `tools.lock` against live servers; every list is sorted. */
export interface LockDiff {
  added: ToolName[];
  removed: ToolName[];
  changed: (ToolName & { changes: ToolChange[] })[];
  /** Servers of the lock that did not answer. */
  unreachable: string[];
}

/** One rule that speaks of the explained call, whether or not its condition holds. */
export interface ExplainedRule {
  rule: RuleReference;
  /** What it does to a call that it matches; a tier up to `approval` also grants. */
  says: 'allow' | 'deny' | Tier;
  /** As written in the document. */
  text: string;
  condition?: { source: string; outcome: 'holds' | 'does_not_hold' | 'failed'; problem?: string };
  /** True for the rule that decided. */
  decisive: boolean;
}

/** Why a call is decided as it is, and what would have to change for another decision. */
export interface Explanation {
  decision: Decision;
  /** Sorted by what they say (deny, tiers from the strictest, allow), then by place. */
  rules: ExplainedRule[];
  /** What else holds for the agent, and who says so. */
  controls: Control[];
  /** Full sentences, each a change that is needed together with the others. */
  changes: string[];
}
