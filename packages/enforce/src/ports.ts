/**
 * What the pipeline needs from the outside. Each port is small; the composition root (package cli)
 * decides who stands behind it.
 */
import type {
  Action,
  ApprovalStatus,
  ApprovalTerms,
  Clock,
  Decision,
  FlowSnapshot,
  JsonObject,
  JsonValue,
  Labels,
  NewId,
  NewRecord,
  Reservation,
  ToolDefinition,
} from '@remit/contracts';
import type { Pseudonym } from '@remit/inspect';
import type { Appender } from '@remit/ledger';
import type { CompiledPolicy } from '@remit/policy';
import type { ArgumentChecks } from './argument-checks.ts';

export type AgentStatus = 'active' | 'suspended' | 'quarantined' | 'retired';

/** An agent identified by its key. `key_id` binds sessions to the key that opened them. */
export interface AgentIdentity {
  agent: string;
  key_id: string;
}

/** Who the agents are: keys and states. In memory, so that identification costs no I/O. */
export interface AgentDirectory {
  /** The agent that holds this key, or undefined. Compares digests; never logs the key. */
  authenticate(key: string): AgentIdentity | undefined;
  /** False once the key has been revoked; for what was opened with it and goes on. */
  holds(identity: AgentIdentity): boolean;
  /** Undefined for an agent that nobody registered. */
  status(agent: string): AgentStatus | undefined;
}

/** The live side of upstream servers, for the control plane and for drift checks. */
export interface UpstreamStatus {
  server: string;
  state: 'connecting' | 'ready' | 'down';
  /** Protocol version in use, where connected. */
  protocol_version?: string;
  tools: number;
  restarts: number;
  /** Why it is down, in a sentence. */
  problem?: string;
}

export interface UpstreamCatalog {
  status(): UpstreamStatus[];
  /** Tools as the server lists them now; undefined while it is not connected. */
  definitions(server: string): ToolDefinition[] | undefined;
}

export type ReserveResult =
  /** When it was reserved: the instant that its periods start from. */
  | { ok: true; at: number }
  /** `used` ends a sentence that begins with the limit; `retry_after_ms` is absent where waiting does not help. */
  | { ok: false; failed: Reservation; used: string; retry_after_ms?: number };

/** The action that reserves. */
export type Reserver = Pick<Action, 'id' | 'agent'>;

/** Counters that are never exceeded (invariant 4). */
export interface Limits {
  /** Takes all of an action's reservations, or none. Synchronous, hence atomic in one process. */
  reserve(action: Reserver, reservations: readonly Reservation[], now: number): ReserveResult;
  /** The action is over: concurrency is free again; with `sent: false` its counts are given back too. */
  settle(action_id: string, sent: boolean): void;
}

/** What one person decided. */
export interface Verdict {
  by: string;
  at: string;
  note?: string;
}

export interface Approval {
  id: string;
  status: ApprovalStatus;
  /** Digest of the exact call. */
  digest: string;
  agent: string;
  user?: string;
  /** As the agent declared it. */
  conversation?: string;
  /** The protocol session, where no conversation was declared. */
  session?: string;
  kind: Action['kind'];
  server: string;
  target: string;
  arguments: JsonObject;
  reason: string;
  rule?: Decision['rule'];
  policy_version: string;
  requested_at: string;
  expires_at: string;
  /** Who may decide, how many have to agree, within what time; as the policy said when it was asked for. */
  terms?: ApprovalTerms;
  /** Those who have agreed so far, where more than one has to. */
  given?: Verdict[];
  /** Who decided, when, with which words. */
  decided?: Verdict;
  /** The action that used it, and when. */
  redeemed_by?: string;
  redeemed_at?: string;
  /** Set where the same call ran before: when, and its action id (shown on the card). */
  ran_before?: { action_id: string; at: string };
}

/** Approvals as the pipeline uses them. */
export interface ApprovalDesk {
  /** The approval that this call joins, or a new pending one (durable when this resolves). */
  join(action: Action, decision: Decision, digest: string): Promise<Approval>;
  /** The approval that this call would join now, as it stands, if there is one; nothing comes of looking. */
  find(action: Action, digest: string): Approval | undefined;
  /**
   * Marks an approved one as taken by this action, synchronously, and gives the record that has to
   * become durable together with the intent; undefined if another call was first.
   */
  redeem(id: string, action_id: string): NewRecord | undefined;
  /** The intent that redeemed it could not be recorded: nothing ran, it can be redeemed again. */
  unredeem(id: string, action_id: string): void;
  /** Resolves when it waits for nobody any more, or the signal aborts. Never rejects. */
  settled(id: string, signal: AbortSignal): Promise<void>;
}

/** Approvals as people use them. */
export interface ApprovalOffice {
  list(filter: { status?: ApprovalStatus; agent?: string }): Approval[];
  get(id: string): Approval | undefined;
  /**
   * Where the terms ask for several people it stays pending until the last of them has agreed; one who
   * denies is enough.
   * @throws Fault `approval_not_found`, `approval_not_pending`, `approver_is_requester`,
   * `approver_is_owner`, `approver_not_asked`, `approval_already_given`.
   */
  decide(id: string, verdict: 'approve' | 'deny', by: string, note?: string): Promise<Approval>;
}

/** What an answer was labelled with, and the actions that had written what it holds. */
export interface ReadNote {
  labels: Labels;
  from: string[];
}

/** What conversations have read, and where values come from. Synchronous: nothing comes between looking and doing. */
export interface Flows {
  /** What flow rules may look at; undefined where nothing was read yet. */
  snapshot(action: Action): FlowSnapshot | undefined;
  /** The action is about to be sent: what it carries may be read elsewhere from now on. */
  carried(action: Action, snapshot: FlowSnapshot | undefined): void;
  /** What the answer will be labelled with at least; undefined where it adds nothing. */
  mayAnswer(action: Action): Labels | undefined;
  /** To be called before any of the content reaches the agent; undefined where that adds nothing. */
  saw(action: Action, content: JsonValue): ReadNote | undefined;
}

/** What others may watch: metrics, spans, live tail. Must not throw and must not block. */
export interface Observer {
  decided?(action: Action, decision: Decision): void;
  finished?(action: Action, outcome: { result: string; duration_ms: number; code?: string }): void;
  /** A record of it did not become durable; the agent is told that, and not why. */
  unrecorded?(action: Action, error: unknown): void;
}

export interface Ports {
  policy(): CompiledPolicy;
  agents: AgentDirectory;
  ledger: Appender;
  limits: Limits;
  flows: Flows;
  approvals: ApprovalDesk;
  argumentChecks: ArgumentChecks;
  observer?: Observer;
  /** Names that stand for values which agents see hashed; without it such values are taken out. */
  pseudonym?: Pseudonym;
  clock: Clock;
  newId: NewId;
}
