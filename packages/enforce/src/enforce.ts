/**
 * The journey of one governed action, in one place. Every adapter comes through here: what an agent
 * may do, and what is written down of it, does not depend on the protocol (invariant 5).
 */
import type {
  Action,
  Decision,
  JsonObject,
  JsonValue,
  Performed,
  Refusal,
  RefusalCode,
} from '@remit/contracts';
import { decide, type StateSnapshot } from '@remit/policy';
import { askForApproval } from './asking.ts';
import { deniedArguments, inspectResult, malformedArguments } from './inspection.ts';
import { InterimMessages, type Interim } from './interim.ts';
import type { Approval, Ports, ReadNote, ReserveResult } from './ports.ts';
import { intentRecord, outcomeRecord, refusalRecord } from './records.ts';
import { refusalOf, unsentRemedy, unwritable, type RefusalDetail } from './refusals.ts';

/** How the action is carried out, once everything has agreed. */
export interface Call {
  /**
   * Sends the action upstream. Called at most once (invariant 2); must not throw. What the server says
   * before its answer reaches the agent only by way of `interim`.
   */
  perform(args: JsonObject, interim: Interim): Promise<Performed>;
}

export type Outcome =
  | { kind: 'answered'; decision: Decision; result: 'success' | 'error'; value: JsonValue }
  | { kind: 'refused'; decision: Decision; refusal: Refusal }
  /** The agent ended it; nobody waits for an answer. */
  | { kind: 'cancelled'; decision: Decision };

/**
 * Decides, inspects, asks, commits, performs, inspects and records one action. Resolves when the
 * outcome is durable; never rejects for anything that an agent or an upstream can cause.
 */
export async function enforce(action: Action, call: Call, ports: Ports): Promise<Outcome> {
  const started = ports.clock.monotonic();

  // 1 decide
  let decision = decide(ports.policy(), action, snapshot(action, ports));
  ports.observer?.decided?.(action, decision);
  if (decision.effect === 'deny') {
    return refuse(action, decision, ports, (decision.code ?? 'not_permitted') as RefusalCode);
  }

  // 2 inspect the arguments
  const fault = malformedArguments(action, ports);
  if (fault) return refuse(action, decision, ports, fault.code, fault);
  const denied = deniedArguments(action, decision);
  if (denied && decision.mode === 'enforce') return refuse(action, decision, ports, denied.code, denied);
  if (denied) decision = observed(decision, denied.code, denied.reason);

  // 3 approve
  let approval: Approval | undefined;
  if (decision.effect === 'approve') {
    const asked = await askForApproval(action, decision, ports);
    if ('code' in asked) return refuse(action, decision, ports, asked.code, asked);
    approval = asked.approval;
  }

  // 4 commit: limits reserved and intent recorded, durable, before anything happens
  const refused = await commit(action, decision, approval, ports);
  if (refused) return refused;

  // 5 perform
  let noted: ReadNote | undefined;
  const saw = (params: JsonObject): void => {
    noted = ports.flows.saw(action, params);
  };
  const interim = new InterimMessages(decision, saw, ports.pseudonym);
  const performed = await call.perform(action.arguments, interim);

  // 6 inspect the result
  const answer = inspectResult(performed, decision, ports.pseudonym);

  // 7 record, durable, before the agent sees it
  const sent = performed.result === 'success' || performed.result === 'error' || performed.sent;
  ports.limits.settle(action.id, sent);
  if ('value' in answer) noted = ports.flows.saw(action, answer.value) ?? noted;
  const duration_ms = ports.clock.monotonic() - started;
  const ended = { ...answer, noted, duration_ms, sent, time: timestamp(ports), interim: interim.summary() };
  ports.observer?.finished?.(action, ended);
  try {
    await ports.ledger.append([outcomeRecord(action, decision, ended)]);
  } catch (error) {
    return unrecorded(action, decision, ports, error, 'it ran, but its result is withheld');
  }
  if (answer.result === 'cancelled') return { kind: 'cancelled', decision };
  if (answer.result === 'unknown') {
    const { reason } = answer;
    const detail = sent ? { reason } : { reason, remedy: unsentRemedy };
    return { kind: 'refused', decision, refusal: refusalOf('upstream_failed', action, decision, detail) };
  }
  return { kind: 'answered', decision, result: answer.result, value: answer.value };
}

function snapshot(action: Action, ports: Ports): StateSnapshot {
  const flow = ports.flows.snapshot(action);
  return {
    decision_id: ports.newId('dec'),
    now: action.received_at,
    // An agent that nobody registered is no agent: closed like a retired one.
    agent_status: ports.agents.status(action.agent) ?? 'retired',
    ...(flow && { flow }),
  };
}

async function commit(
  action: Action,
  decision: Decision,
  approval: Approval | undefined,
  ports: Ports,
): Promise<Outcome | undefined> {
  const reserved = ports.limits.reserve(action, decision.reservations, ports.clock.now());
  const used_up = reserved.ok ? undefined : usedUp(reserved);
  if (used_up && decision.mode === 'enforce') return refuse(action, decision, ports, used_up.code, used_up);
  const redemption = approval && ports.approvals.redeem(approval.id, action.id);
  if (approval && !redemption) {
    ports.limits.settle(action.id, false);
    return refuse(action, decision, ports, 'approval_pending', {
      reason: `Approval ${approval.id} was used by another call a moment ago.`,
      remedy: 'Send the call again to ask for an approval of its own, if it has to run twice.',
    });
  }
  const recorded = used_up ? observed(decision, used_up.code, used_up.reason) : decision;
  const reserved_at = reserved.ok ? reserved.at : ports.clock.now();
  const answers = ports.flows.mayAnswer(action);
  const intent = intentRecord(action, recorded, { approval_id: approval?.id, reserved_at, answers });
  ports.flows.carried(action, decision.flow);
  try {
    await ports.ledger.append(redemption ? [redemption, intent] : [intent]);
    return undefined;
  } catch (error) {
    ports.limits.settle(action.id, false);
    if (approval) ports.approvals.unredeem(approval.id, action.id);
    return unrecorded(action, decision, ports, error, 'it did not run');
  }
}

interface UsedUp {
  code: RefusalCode;
  reason: string;
  retry_after_ms?: number;
}

/** Which limit has no room. */
function usedUp({ failed, used, retry_after_ms }: ReserveResult & { ok: false }): UsedUp {
  const reason = `The limit ${failed.rule.name} (${failed.rule.file}:${failed.rule.line}) ${used}.`;
  if (retry_after_ms === undefined) return { code: 'limit_reached', reason };
  return { code: 'rate_limited', reason, retry_after_ms };
}

/** In observe mode the call goes through; the record says what would have refused it, and reserves nothing more. */
function observed(decision: Decision, code: RefusalCode, reason: string): Decision {
  const counted = { ...decision, reservations: [] };
  // What the policy itself said against it came first, and stays.
  if (decision.policy_effect !== 'allow') return counted;
  return { ...counted, policy_effect: 'deny', code, reasons: [reason, ...decision.reasons] };
}

/** Records the refusal, then answers it; where it cannot be recorded, that is the answer. */
async function refuse(
  action: Action,
  decision: Decision,
  ports: Ports,
  code: RefusalCode,
  detail: RefusalDetail = {},
): Promise<Outcome> {
  const refusal = refusalOf(code, action, decision, detail);
  ports.observer?.finished?.(action, { result: 'denied', code, duration_ms: 0 });
  try {
    await ports.ledger.append([refusalRecord(action, decision, refusal)]);
  } catch (error) {
    return unrecorded(action, decision, ports, error, 'it did not run');
  }
  return { kind: 'refused', decision, refusal };
}

/** Closed, whatever kept it from being recorded. */
function unrecorded(
  action: Action,
  decision: Decision,
  ports: Ports,
  error: unknown,
  consequence: string,
): Outcome {
  ports.observer?.unrecorded?.(action, error);
  const refusal = refusalOf('ledger_unavailable', action, decision, { reason: unwritable(consequence) });
  return { kind: 'refused', decision, refusal };
}

function timestamp(ports: Ports): string {
  return new Date(ports.clock.now()).toISOString();
}
