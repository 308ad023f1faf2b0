/** Stage 3: the approval that an action joins, and what the agent is told while it cannot run. */
import { Fault, type Action, type Decision, type RefusalCode } from '@remit/contracts';
import { callDigest } from './digest.ts';
import type { Approval, Ports } from './ports.ts';
import { unwritable, type RefusalDetail } from './refusals.ts';

type Asked = { approval: Approval } | ({ code: RefusalCode } & RefusalDetail);

export async function askForApproval(action: Action, decision: Decision, ports: Ports): Promise<Asked> {
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
