/** Refusals in words that a model can act on: what was refused, by which rule, and what to do. */
import type { Action, Decision, Refusal, RefusalCode } from '@remit/contracts';
import type { Approval } from './ports.ts';

export interface RefusalDetail {
  reason?: string;
  remedy?: string;
  retry_after_ms?: number;
  approval?: Approval;
}

const remedies: Record<RefusalCode, string> = {
  denied_by_policy: 'Do not try again; use another tool, or ask the person you work for.',
  not_permitted:
    'Do not try again; use a tool from your list, or ask for this permission to be added to the policy.',
  unknown_tool: 'Call tools/list and use one of the names it gives.',
  approval_pending: 'A person has to agree first. Go on with other work and send the same call again later.',
  approval_denied: 'A person said no to exactly this call. Do not repeat it; tell the person you work for.',
  approval_expired: 'Nobody decided in time. Send the same call again to ask anew, if it is still needed.',
  rate_limited: 'Wait, then send the call again.',
  limit_reached: 'The limit is used up. Do not retry in a loop; tell the person you work for.',
  out_of_scope: "This is outside the agent's scope; do not try again.",
  content_blocked: 'Take the named data out of the arguments and send the call again.',
  flow_blocked: 'What was read in this conversation may not go there; do not try again.',
  tool_changed:
    'Someone has to review the changed tool (`remit tools diff`, `remit tools accept`) before it can be used.',
  agent_suspended: 'This agent has been suspended; stop and tell the person you work for.',
  ledger_unavailable: 'Remit cannot record now, so nothing runs. Try again in a minute.',
  upstream_failed:
    'The server gave no usable answer. It may or may not have acted: check before you repeat the call.',
  invalid_arguments: "Correct the arguments to the tool's input schema and send the call again.",
};

/** Instead of the one for `upstream_failed`, where it is certain that the server has seen nothing. */
export const unsentRemedy =
  'It was not sent, so nothing happened. Send it again later, if it is still needed.';

/** The refusal of an action, built on its decision. */
export function refusalOf(
  code: RefusalCode,
  action: Action,
  decision: Decision,
  detail: RefusalDetail = {},
): Refusal {
  const refusal: Refusal = {
    code,
    decision_id: decision.id,
    effect: code === 'approval_pending' ? 'approve' : 'deny',
    reason: detail.reason ?? decision.reasons[0] ?? `${action.target} was refused`,
    remedy: detail.remedy ?? (code === decision.code ? decision.remedy : undefined) ?? remedies[code],
  };
  if (decision.tier) refusal.tier = decision.tier;
  if (decision.rule) refusal.rule = decision.rule;
  if (detail.retry_after_ms !== undefined) refusal.retry_after_s = Math.ceil(detail.retry_after_ms / 1000);
  if (detail.approval) {
    const { id, status, expires_at } = detail.approval;
    refusal.approval = { id, status, expires_at };
  }
  return refusal;
}

/** Without the ledger's own words, which name files: they are for operators, who watch. */
export function unwritable(consequence: string): string {
  return `The ledger cannot record this call: ${consequence}.`;
}
