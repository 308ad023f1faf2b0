/**
 * Approvals, first form: who waits for a person, what was decided, what was used. All of it is a fold
 * of `approval_*` events of the ledger, so a restart knows what the process before it knew. An
 * approval is bound to the digest of the exact call and redeemed at most once (invariant 8).
 */
import {
  bounds,
  Fault,
  type Action,
  type ApprovalStatus,
  type Clock,
  type Decision,
  type NewId,
  type NewRecord,
} from '@remit/contracts';
import type { Appender } from '@remit/ledger';
import { newApproval, withVerdict } from './approval.ts';
import { refuseUnfit, stillNeeded } from './approver.ts';
import { decidedRecord, expiredRecord, redeemedRecord, requestedRecord } from './approval-records.ts';
import type { Approval, ApprovalDesk, ApprovalOffice } from './ports.ts';

export interface ApprovalDeps {
  ledger: Appender;
  clock: Clock;
  newId: NewId;
  /** Groups that a person is in, by name; without it nobody is in any. */
  groupsOf?: (person: string) => readonly string[];
}

export class Approvals implements ApprovalDesk, ApprovalOffice {
  readonly #deps: ApprovalDeps;
  /** By id, in the order of their requests. */
  readonly #approvals = new Map<string, Approval>();
  /** The newest approval of each call, by `callKey`. */
  readonly #newest = new Map<string, Approval>();
  /** Calls whose request is on its way to disk; twins of them wait for the same approval. */
  readonly #requesting = new Map<string, Promise<Approval>>();
  /** By agent, those that wait and those about to; others are dropped when the agent asks again. */
  readonly #waiting = new Map<string, Set<Approval>>();
  /** Those whose decision is on its way to disk. */
  readonly #deciding = new Set<string>();
  /** Told of every decision, with the approval's id; those who wait for one. */
  readonly #watching = new Set<(id: string) => void>();
  /** Ends that the agent has been told once; the next identical call asks anew. */
  readonly #told = new Set<string>();

  constructor(deps: ApprovalDeps) {
    this.#deps = deps;
  }

  async join(action: Action, decision: Decision, digest: string): Promise<Approval> {
    const key = callKey(action, digest);
    const newest = this.#newest.get(key);
    if (newest && isSameConversation(newest, this.#deps.clock.now())) {
      await this.#expireIfDue(newest);
      if (this.#joinable(newest)) return newest;
    }
    const waiting = this.#requesting.get(key);
    if (waiting) return waiting;
    const request = this.#request(action, decision, digest, newest).finally(() =>
      this.#requesting.delete(key),
    );
    this.#requesting.set(key, request);
    return request;
  }

  find(action: Action, digest: string): Approval | undefined {
    const newest = this.#newest.get(callKey(action, digest));
    if (!newest || !isSameConversation(newest, this.#deps.clock.now())) return undefined;
    const approval = this.#asOfNow(newest);
    return this.#isJoinable(approval) ? approval : undefined;
  }

  redeem(id: string, action_id: string): NewRecord | undefined {
    const approval = this.#approvals.get(id);
    if (approval?.status !== 'approved') return undefined;
    const event = this.#event();
    approval.status = 'redeemed';
    approval.redeemed_by = action_id;
    approval.redeemed_at = event.time;
    return redeemedRecord(approval, event);
  }

  unredeem(id: string, action_id: string): void {
    const approval = this.#approvals.get(id);
    if (approval?.redeemed_by !== action_id) return;
    approval.status = 'approved';
    delete approval.redeemed_by;
    delete approval.redeemed_at;
  }

  settled(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const approval = this.get(id);
      const watch = (decided: string): void => {
        if (decided === id) done();
      };
      const done = (): void => {
        clearTimeout(expiring);
        this.#watching.delete(watch);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const left_ms = approval?.status === 'pending' ? this.#left(approval) : 0;
      const expiring = setTimeout(done, left_ms).unref();
      this.#watching.add(watch);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted || left_ms === 0) done();
    });
  }

  list(filter: { status?: ApprovalStatus; agent?: string }): Approval[] {
    return [...this.#approvals.values()]
      .map((approval) => this.#asOfNow(approval))
      .filter(
        (approval) =>
          (filter.status === undefined || approval.status === filter.status) &&
          (filter.agent === undefined || approval.agent === filter.agent),
      );
  }

  get(id: string): Approval | undefined {
    const approval = this.#approvals.get(id);
    return approval && this.#asOfNow(approval);
  }

  async decide(id: string, verdict: 'approve' | 'deny', by: string, note?: string): Promise<Approval> {
    const approval = this.#approvals.get(id);
    if (!approval) {
      throw new Fault('approval_not_found', `there is no approval \`${id}\``, {
        remedy: 'list the waiting ones with `remit approvals list`',
      });
    }
    await this.#expireIfDue(approval);
    if (approval.status !== 'pending') {
      throw new Fault('approval_not_pending', `approval \`${id}\` is ${approval.status} already`);
    }
    const now = this.#deps.clock.now();
    refuseUnfit(approval, { name: by, groups: this.#deps.groupsOf?.(by) ?? [] }, now);
    if (this.#deciding.has(id)) {
      throw new Fault('approval_not_pending', `approval \`${id}\` is being decided by somebody else`);
    }
    // Nobody sees the decision, and no call redeems it, before it is durable.
    this.#deciding.add(id);
    try {
      const decided = withVerdict(approval, verdict, by, note, now);
      const needed = verdict === 'approve' ? stillNeeded(approval, by) : 0;
      await this.#deps.ledger.append([decidedRecord(decided, verdict, needed, this.#event())]);
      Object.assign(approval, decided);
      for (const watch of this.#watching) watch(id);
    } finally {
      this.#deciding.delete(id);
    }
    return { ...approval };
  }

  /**
   * To be called once in a while: what is over its time is recorded as expired, whether or not anybody asks.
   * @throws Fault `ledger_unavailable`; the next call goes on with what is left.
   */
  async expireDue(): Promise<void> {
    const due = [...this.#approvals.values()].filter((approval) => this.#due(approval));
    for (let start = 0; start < due.length; start += bounds.approvals_expired_at_once) {
      const some = due.slice(start, start + bounds.approvals_expired_at_once);
      const still = some.filter((approval) => this.#due(approval));
      if (still.length > 0) await this.#expire(still);
    }
  }

  /** Takes in an approval of an earlier process, as the ledger's events tell it. */
  restore(approval: Approval): void {
    this.#approvals.set(approval.id, approval);
    this.#newest.set(keyOf(approval), approval);
    this.#waitingOf(approval.agent).add(approval);
    this.#forgetOldest();
  }

  /** Drops those that this fits: whoever waits for one of them is told, and asks anew. */
  forget(isAbout: (approval: Approval) => boolean): void {
    for (const approval of [...this.#approvals.values()].filter(isAbout)) {
      this.#drop(approval);
      this.#waiting.get(approval.agent)?.delete(approval);
      for (const watch of this.#watching) watch(approval.id);
    }
  }

  #drop(approval: Approval): void {
    this.#approvals.delete(approval.id);
    this.#told.delete(approval.id);
    if (this.#newest.get(keyOf(approval)) === approval) this.#newest.delete(keyOf(approval));
  }

  async #request(
    action: Action,
    decision: Decision,
    digest: string,
    previous: Approval | undefined,
  ): Promise<Approval> {
    const waiting = this.#waitingOf(action.agent);
    refuseFlood(waiting.size);
    const approval = newApproval(
      { id: this.#deps.newId('apr'), now: this.#deps.clock.now() },
      action,
      decision,
      digest,
    );
    if (previous?.redeemed_by !== undefined && previous.redeemed_at !== undefined) {
      approval.ran_before = { action_id: previous.redeemed_by, at: previous.redeemed_at };
    }
    waiting.add(approval);
    try {
      await this.#deps.ledger.append([requestedRecord(approval, this.#event())]);
    } catch (error) {
      waiting.delete(approval);
      throw error;
    }
    this.#approvals.set(approval.id, approval);
    this.#newest.set(callKey(action, digest), approval);
    this.#forgetOldest();
    return approval;
  }

  /** Pending and approved ones are joined; a "no" or an expiry is told once, then asked anew. */
  #joinable(approval: Approval): boolean {
    if (!this.#isJoinable(approval)) return false;
    if (approval.status !== 'pending' && approval.status !== 'approved') this.#told.add(approval.id);
    return true;
  }

  #isJoinable({ id, status }: Approval): boolean {
    return status !== 'redeemed' && !this.#told.has(id);
  }

  #due(approval: Approval): boolean {
    const open = approval.status === 'pending' || approval.status === 'approved';
    return (
      open && !this.#deciding.has(approval.id) && Date.parse(approval.expires_at) <= this.#deps.clock.now()
    );
  }

  #left({ expires_at }: Approval): number {
    return Math.max(0, Date.parse(expires_at) - this.#deps.clock.now());
  }

  /** What a reader sees: an approval that is over its time reads as expired before anybody records it. */
  #asOfNow(approval: Approval): Approval {
    return this.#due(approval) ? { ...approval, status: 'expired' } : { ...approval };
  }

  async #expireIfDue(approval: Approval): Promise<void> {
    if (this.#due(approval)) await this.#expire([approval]);
  }

  /** Closed at once; where that cannot be recorded they are due again. */
  async #expire(due: readonly Approval[]): Promise<void> {
    const before = due.map(({ status }) => status);
    for (const approval of due) approval.status = 'expired';
    try {
      await this.#deps.ledger.append(due.map((approval) => expiredRecord(approval, this.#event())));
    } catch (error) {
      for (const [at, status] of before.entries()) due[at]!.status = status;
      throw error;
    }
  }

  #waitingOf(agent: string): Set<Approval> {
    const waiting = this.#waiting.get(agent) ?? new Set();
    this.#waiting.set(agent, waiting);
    for (const approval of waiting) {
      if (approval.status !== 'pending' || this.#due(approval)) waiting.delete(approval);
    }
    return waiting;
  }

  #forgetOldest(): void {
    if (this.#approvals.size <= bounds.approvals_kept_max) return;
    for (const approval of this.#approvals.values()) {
      const isOpen = approval.status === 'pending' || approval.status === 'approved';
      if (isOpen && !this.#due(approval)) continue;
      this.#drop(approval);
      return;
    }
  }

  #event(): { id: string; time: string } {
    return { id: this.#deps.newId('evt'), time: new Date(this.#deps.clock.now()).toISOString() };
  }
}

function refuseFlood(waiting: number): void {
  if (waiting < bounds.approvals_pending_per_agent_max) return;
  throw new Fault('limit_reached', `${waiting} approvals wait for a person already`, {
    remedy: 'wait until some of them are decided',
  });
}

/** The digest covers agent, person, tool and arguments; the conversation joins it here. */
function callKey({ context, session }: Action, digest: string): string {
  return `${digest} ${conversationKey(context.conversation_id, session)}`;
}

function keyOf({ digest, conversation, session }: Approval): string {
  return `${digest} ${conversationKey(conversation, session)}`;
}

/** What the agent declares, else the protocol session, else none (protocols.md, "Conversation"). */
function conversationKey(declared: string | undefined, session: string | undefined): string {
  if (declared !== undefined) return `declared ${declared}`;
  return session === undefined ? 'agent and person' : `session ${session}`;
}

/** Without a declared conversation or a session, agent and person are in one for a time. */
function isSameConversation(
  { conversation, session, decided, requested_at }: Approval,
  now: number,
): boolean {
  if (conversation !== undefined || session !== undefined) return true;
  return now - Date.parse(decided?.at ?? requested_at) < bounds.approval_conversation_ms;
}
