/**
 * What `enforce` would answer now, for whoever carries the decision out elsewhere (AuthZEN). It is the same
 * journey with nothing at its end: limits and approvals are looked at and not taken, nobody is asked for one,
 * and the decision is the one event on record.
 */
import type { Action, Decision, NewRecord, Refusal } from '@remit/contracts';
import { redeemedRecord } from './approval-records.ts';
import { newApproval } from './approval.ts';
import { enforce, type Call } from './enforce.ts';
import type { Approval, ApprovalDesk, Flows, Limits, Ports } from './ports.ts';
import { decisionRecord } from './records.ts';
import { refusalOf, unwritable } from './refusals.ts';

export interface Evaluated {
  decision: Decision;
  /** Absent where the action is allowed. */
  refusal?: Refusal;
}

/** Resolves when the decision is durable; where it cannot be recorded, it is a refusal. Never rejects. */
export async function evaluate(action: Action, ports: Ports): Promise<Evaluated> {
  const evaluated = await weigh(action, ports);
  ports.observer?.decided?.(action, evaluated.decision);
  try {
    await ports.ledger.append([decisionRecord(action, evaluated.decision, evaluated.refusal)]);
    return evaluated;
  } catch (error) {
    ports.observer?.unrecorded?.(action, error);
    const reason = unwritable('it is not decided');
    const refusal = refusalOf('ledger_unavailable', action, evaluated.decision, { reason });
    return { decision: evaluated.decision, refusal };
  }
}

/** The same without a record, for searches, which weigh many actions that nobody is about to do. */
export async function weigh(action: Action, ports: Ports): Promise<Evaluated> {
  const quiet = { ...ports };
  delete quiet.observer;
  const outcome = await enforce(action, notSent, {
    ...quiet,
    ledger: { append: keepNothing },
    limits: looking(ports.limits),
    approvals: new AbsentDesk(ports),
    flows: lookingAt(ports.flows),
  });
  if (outcome.kind !== 'refused') return { decision: outcome.decision };
  return { decision: outcome.decision, refusal: asDecision(outcome.refusal, outcome.decision) };
}

/** Id of the approval that is none. */
const nobodyAsked = 'none';

/** Where nobody was asked, a refusal names no approval. */
function asDecision(given: Refusal, decision: Decision): Refusal {
  const { approval, ...refusal } = given;
  if (approval?.id !== nobodyAsked) return given;
  return {
    ...refusal,
    reason: decision.reasons[0] ?? refusal.reason,
    remedy: 'A person has to agree first: the call itself asks for that.',
  };
}

const notSent: Call = { perform: () => Promise.resolve({ result: 'cancelled', sent: false }) };

function keepNothing(records: readonly NewRecord[]): ReturnType<Ports['ledger']['append']> {
  return Promise.resolve(records.map((_, sequence) => ({ source: 'evaluation', epoch: 0, sequence })));
}

/** Takes and gives back at once, which nobody can see in between. */
function looking(limits: Limits): Limits {
  return {
    reserve(action, reservations, now) {
      const reserved = limits.reserve(action, reservations, now);
      if (reserved.ok) limits.settle(action.id, false);
      return reserved;
    },
    settle: () => undefined,
  };
}

/** Nothing is sent, so nothing is carried anywhere, and nothing comes back. */
function lookingAt(flows: Flows): Flows {
  return {
    snapshot: (action) => flows.snapshot(action),
    carried: () => undefined,
    mayAnswer: (action) => flows.mayAnswer(action),
    saw: () => undefined,
  };
}

/** Where nobody sits who could be asked: what was asked before is looked at, and nothing of it is used up. */
class AbsentDesk implements ApprovalDesk {
  readonly #ports: Ports;
  #found: Approval | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  join(action: Action, decision: Decision, digest: string): Promise<Approval> {
    this.#found = this.find(action, digest);
    const now = this.#ports.clock.now();
    return Promise.resolve(this.#found ?? newApproval({ id: nobodyAsked, now }, action, decision, digest));
  }

  find(action: Action, digest: string): Approval | undefined {
    return this.#ports.approvals.find(action, digest);
  }

  /** Of the copy that was found, for a ledger that keeps nothing. */
  redeem(id: string, action_id: string): NewRecord | undefined {
    if (this.#found?.id !== id) return undefined;
    const time = new Date(this.#ports.clock.now()).toISOString();
    return redeemedRecord({ ...this.#found, redeemed_by: action_id }, { id: this.#ports.newId('evt'), time });
  }

  unredeem(): void {
    // Nothing was redeemed.
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }
}
