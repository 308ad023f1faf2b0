/**
 * The journey of one governed action, in one place. Every adapter comes through here: what an agent
 * may do, and what is written down of it, does not depend on the protocol (invariant 5).
 */
import { Fault, type Action, type Decision, type JsonObject, type JsonValue } from '@remit/contracts';
import type { Performed, Refusal, RefusalCode } from '@remit/contracts';
import { decide } from '@remit/policy';
import { callDigest } from './digest.ts';
import { inspectArguments, inspectInterim, inspectResult } from './inspection.ts';
import type { Approval, Ports } from './ports.ts';
import { intentRecord, outcomeRecord, refusalRecord } from './records.ts';
import { refusalOf, type RefusalDetail } from './refusals.ts';

/** How the action is carried out, once everything has agreed. */
export interface Call {
  /**
   * Sends the action upstream. Called at most once (invariant 2); must not throw. What the server says
   * before its answer reaches the agent only as `visible` gives it.
   */
  perform(args: JsonObject, visible: Visible): Promise<Performed>;
}

/** An interim message (progress, log) as the agent may see it. */
export type Visible = (message: JsonObject) => JsonObject;

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
  const decision = decide(ports.policy(), action, snapshot(action, ports));
  ports.observer?.decided?.(action, decision);
  if (decision.effect === 'deny') {
    return refuse(action, decision, ports, (decision.code ?? 'not_permitted') as RefusalCode);
  }

  // 2 inspect the arguments
  const objection = inspectArguments(action, decision, ports);
  if (objection) return refuse(action, decision, ports, objection.code, objection);

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
  const performed = await call.perform(action.arguments, (message) => inspectInterim(message, decision));

  // 6 inspect the result
  const answer = inspectResult(performed, decision);

  // 7 record, durable, before the agent sees it
  const sent = performed.result === 'success' || performed.result === 'error' || performed.sent;
  ports.limits.settle(action.id, sent);
  const duration_ms = ports.clock.monotonic() - started;
  const detail = { ...answer, duration_ms, sent, time: timestamp(ports) };
  ports.observer?.finished?.(action, detail);
  try {
    await ports.ledger.append([outcomeRecord(action, decision, detail)]);
  } catch (error) {
    return unrecorded(action, decision, ports, error, 'it ran, but its result is withheld');
  }
  if (answer.result === 'cancelled') return { kind: 'cancelled', decision };
  if (answer.result === 'unknown') {
    return { kind: 'refused', decision, refusal: refusalOf('upstream_failed', action, decision, answer) };
  }
  return { kind: 'answered', decision, result: answer.result, value: answer.value };
}

function snapshot(action: Action, ports: Ports) {
  return {
    decision_id: ports.newId('dec'),
    now: action.received_at,
    // An agent that nobody registered is no agent: closed like a retired one.
    agent_status: ports.agents.status(action.agent) ?? 'retired',
  } as const;
}

type Asked = { approval: Approval } | ({ code: RefusalCode } & RefusalDetail);

async function askForApproval(action: Action, decision: Decision, ports: Ports): Promise<Asked> {
  let approval: Approval;
  try {
    const digest = callDigest(action, decision.policy_version);
    approval = await ports.approvals.join(action, decision, digest);
  } catch (error) {
    return notAsked(action, error, ports);
  }
  const reason = decision.reasons[0] ?? 'the policy asks for a person';
  switch (approval.status) {
    case 'approved':
      return { approval };
    case 'denied':
      return { code: 'approval_denied', reason: denial(approval), approval };
    case 'expired':
      return { code: 'approval_expired', reason: expiry(approval), approval };
    case 'pending':
    case 'redeemed':
      return {
        code: 'approval_pending',
        reason: `${reason} It waits as approval ${approval.id}.`,
        remedy: 'Go on with other work and send the same call again later; do not change its arguments.',
        approval,
      };
  }
}

function notAsked(action: Action, error: unknown, ports: Ports): { code: RefusalCode; reason: string } {
  if (!(error instanceof Fault)) throw error;
  const { code, message } = error;
  if (code === 'limit_reached' || code === 'invalid_arguments') {
    return { code, reason: `Nobody was asked: ${message}.` };
  }
  ports.observer?.unrecorded?.(action, error);
  return { code: 'ledger_unavailable', reason: unwritable('nobody was asked') };
}

function expiry({ id, decided }: Approval): string {
  const missed = decided === undefined ? 'was not decided in time' : 'was given, but not used in time';
  return `Approval ${id} ${missed}.`;
}

function denial(approval: Approval): string {
  const note = approval.decided?.note;
  return `A person denied approval ${approval.id}${note === undefined ? '' : `: ${note}`}.`;
}

async function commit(
  action: Action,
  decision: Decision,
  approval: Approval | undefined,
  ports: Ports,
): Promise<Outcome | undefined> {
  const reserved = ports.limits.reserve(action.id, decision.reservations, ports.clock.now());
  if (!reserved.ok && decision.mode === 'enforce') {
    const { failed, retry_after_ms } = reserved;
    const code = retry_after_ms === undefined ? 'limit_reached' : 'rate_limited';
    const reason = `The limit ${failed.rule.name} (${failed.rule.file}:${failed.rule.line}) is used up.`;
    return refuse(action, decision, ports, code, {
      reason,
      ...(retry_after_ms !== undefined && { retry_after_ms }),
    });
  }
  const redemption = approval && ports.approvals.redeem(approval.id, action.id);
  if (approval && !redemption) {
    ports.limits.settle(action.id, false);
    return refuse(action, decision, ports, 'approval_pending', {
      reason: `Approval ${approval.id} was used by another call a moment ago.`,
      remedy: 'Send the call again to ask for an approval of its own, if it has to run twice.',
    });
  }
  const intent = intentRecord(action, decision, approval?.id);
  try {
    await ports.ledger.append(redemption ? [redemption, intent] : [intent]);
    return undefined;
  } catch (error) {
    ports.limits.settle(action.id, false);
    if (approval) ports.approvals.unredeem(approval.id, action.id);
    return unrecorded(action, decision, ports, error, 'it did not run');
  }
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

/** Without the ledger's own words, which name files: they are for operators, who watch. */
function unwritable(consequence: string): string {
  return `The ledger cannot record this call: ${consequence}.`;
}

function timestamp(ports: Ports): string {
  return new Date(ports.clock.now()).toISOString();
}
