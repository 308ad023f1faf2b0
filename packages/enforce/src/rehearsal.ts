/**
 * The journey of calls that nobody makes: tests of a policy and replays of recorded runs go through
 * `enforce` itself, with limits and all else that it carries from one call to the next, but nothing is
 * sent, recorded or asked. Deterministic: the same calls at the same times get the same answers.
 */
import { bounds, effectSchema, isJsonObject } from '@remit/contracts';
import type {
  Action,
  Decision,
  Labels,
  NewRecord,
  Performed,
  Position,
  RuleReference,
} from '@remit/contracts';
import type { CompiledPolicy } from '@remit/policy';
import { ArgumentChecks } from './argument-checks.ts';
import { enforce } from './enforce.ts';
import type { Outcome } from './enforce.ts';
import { FlowState, type Reader } from './flow/flow-state.ts';
import { LimitCounters } from './limit/limit-counters.ts';
import type { Approval, ApprovalDesk, Ports } from './ports.ts';

/** What is known of how a call went. */
export interface Rehearsing {
  /** What the tool answered; success where nobody knows. */
  performed?: Performed | undefined;
  /** False: the call waits for a person and gets no further. Otherwise it goes on as if one had agreed. */
  agreed?: boolean;
}

/** What would have come of a call. */
export interface Rehearsed {
  /** `approve`: it would have waited for a person. */
  effect: Decision['effect'];
  /** What the policy says; differs from `effect` only in observe mode. */
  policy_effect: Decision['effect'];
  mode: Decision['mode'];
  tier?: NonNullable<Decision['tier']>;
  rule?: RuleReference;
  code?: string;
  reason: string;
  decision: Decision;
}

const SUCCESS: Performed = { result: 'success', value: { content: [] } };

export class Rehearsal {
  readonly #ports: Ports;
  readonly #flows: FlowState;
  readonly #desk = new WillingDesk(() => this.#now_ms);
  #now_ms = 0;
  #ids = 0;
  #recorded: readonly NewRecord[] = [];

  /** @param argumentChecks shared between rehearsals of the same policy, since compiling schemas costs. */
  constructor(policy: CompiledPolicy, argumentChecks: ArgumentChecks = new ArgumentChecks()) {
    this.#flows = new FlowState(() => policy);
    const clock = { now: () => this.#now_ms, monotonic: () => this.#now_ms };
    const newId = (prefix: string): string => `${prefix}_${(this.#ids += 1)}`;
    this.#ports = {
      policy: () => policy,
      agents: { authenticate: () => undefined, holds: () => true, status: () => 'active' },
      ledger: { append: (records) => Promise.resolve(this.#keep(records)) },
      limits: new LimitCounters(),
      flows: this.#flows,
      approvals: this.#desk,
      argumentChecks,
      clock,
      newId,
    };
  }

  /** The call is made at `action.received_at`, which is also the time of its limits. */
  async call(
    action: Omit<Action, 'id'>,
    { performed = SUCCESS, agreed = true }: Rehearsing = {},
  ): Promise<Rehearsed> {
    this.#desk.willing = agreed;
    this.#now_ms = Date.parse(action.received_at);
    const id = this.#ports.newId('act');
    this.#recorded = [];
    const outcome = await enforce(
      { ...action, id },
      { perform: () => Promise.resolve(performed) },
      this.#ports,
    );
    const intent = this.#recorded.find((record) => record.phase === 'intent' && record.id === id);
    return rehearsed(outcome, intent);
  }

  /** What whoever calls has read before its first call. */
  begin(reader: Reader, labels: Labels): void {
    this.#flows.raise(reader, 'before', labels, { server: 'before', target: 'the first call' });
  }

  #keep(records: readonly NewRecord[]): Position[] {
    this.#recorded = [...this.#recorded, ...records];
    return records.map((_, sequence) => ({ source: 'rehearsal', epoch: 1, sequence }));
  }
}

/** Where the call would have run, its intent tells what observe mode let through. */
function rehearsed(outcome: Outcome, intent: NewRecord | undefined): Rehearsed {
  const { decision } = outcome;
  const { tier, rule, mode, effect } = decision;
  const noted = isJsonObject(intent?.meta.decision) ? intent.meta.decision : {};
  const said =
    outcome.kind === 'refused'
      ? { effect: outcome.refusal.effect, policy_effect: outcome.refusal.effect, code: outcome.refusal.code }
      : { effect, policy_effect: effectSchema.parse(noted['policy_effect']), code: noted['code'] };
  return {
    effect: said.effect,
    policy_effect: said.policy_effect,
    mode,
    reason: (outcome.kind === 'refused' ? outcome.refusal.reason : intent?.payload?.reasons?.[0]) ?? '',
    decision,
    ...(tier && { tier }),
    ...(rule && { rule }),
    ...(typeof said.code === 'string' && { code: said.code }),
  };
}

/** Somebody agrees to everything at once, so that what follows can be seen as well; or nobody does. */
class WillingDesk implements ApprovalDesk {
  willing = true;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  join(action: Action, decision: Decision, digest: string): Promise<Approval> {
    const at = this.#now();
    const { agent, kind, server, target } = action;
    return Promise.resolve({
      id: `apr_${action.id}`,
      status: this.willing ? 'approved' : 'pending',
      digest,
      agent,
      kind,
      server,
      target,
      arguments: action.arguments,
      reason: decision.reasons[0] ?? '',
      policy_version: decision.policy_version,
      requested_at: new Date(at).toISOString(),
      expires_at: new Date(at + bounds.approval_pending_ms).toISOString(),
    });
  }

  find(): undefined {
    return undefined;
  }

  redeem(id: string): ReturnType<ApprovalDesk['redeem']> {
    const time = new Date(this.#now()).toISOString();
    return { phase: 'event', id, event: 'approval_redeemed', time, meta: { result: 'success' } };
  }

  unredeem(): void {
    // Nothing is kept of an approval, so there is nothing to take back.
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }
}
