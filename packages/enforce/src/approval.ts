/** One approval: how it begins, and what a verdict makes of it. */
import { bounds, type Action, type Decision } from '@remit/contracts';
import { stillNeeded } from './approver.ts';
import type { Approval } from './ports.ts';

/** What a verdict makes of an approval: approved once as many have agreed as its terms ask for. */
export function withVerdict(
  approval: Approval,
  verdict: 'approve' | 'deny',
  by: string,
  note: string | undefined,
  now: number,
): Approval {
  const decided = { by, at: new Date(now).toISOString(), ...(note !== undefined && { note }) };
  if (verdict === 'deny') return { ...approval, status: 'denied', decided };
  const given = [...(approval.given ?? []), decided];
  if (stillNeeded(approval, by) > 0) return { ...approval, given };
  const expires_at = new Date(now + bounds.approval_redeem_ms).toISOString();
  return { ...approval, status: 'approved', given, decided, expires_at };
}

/** One that waits from now on, for as long as its terms say. */
export function newApproval(
  { id, now }: { id: string; now: number },
  action: Action,
  decision: Decision,
  digest: string,
): Approval {
  const approval: Approval = {
    id,
    status: 'pending',
    digest,
    agent: action.agent,
    kind: action.kind,
    server: action.server,
    target: action.target,
    arguments: action.arguments,
    reason: decision.reasons[0] ?? 'the policy asks for a person',
    policy_version: decision.policy_version,
    requested_at: new Date(now).toISOString(),
    expires_at: new Date(now + (decision.approval?.within_ms ?? bounds.approval_pending_ms)).toISOString(),
  };
  if (action.user !== undefined) approval.user = action.user;
  if (action.context.conversation_id !== undefined) approval.conversation = action.context.conversation_id;
  else if (action.session !== undefined) approval.session = action.session;
  if (decision.rule) approval.rule = decision.rule;
  if (decision.approval) approval.terms = decision.approval;
  return approval;
}
