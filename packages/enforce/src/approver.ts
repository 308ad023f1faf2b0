/** Who may decide on a held call: the policy's terms of approval, which the approval carries since it was asked for. */
import { Fault } from '@remit/contracts';
import type { Approval } from './ports.ts';

export interface Approver {
  name: string;
  /** Groups that the person is in, by the registry of people or by policy. */
  groups: readonly string[];
}

/**
 * @throws Fault `approver_is_requester`, `approver_is_owner`, `approver_not_asked`,
 * `approval_already_given`: nobody decides for others what the policy leaves to them.
 */
export function refuseUnfit(approval: Approval, approver: Approver, now: number): void {
  const { name } = approver;
  if (approval.user !== undefined && isSamePerson(approval.user, name)) {
    throw new Fault('approver_is_requester', `\`${name}\` is the person the call is made for`, {
      remedy: 'somebody else has to decide',
    });
  }
  const { terms } = approval;
  if (terms === undefined) return;
  const isOwner = terms.owner !== undefined && isSamePerson(terms.owner, name);
  if (isOwner && !terms.owner_may) {
    throw new Fault('approver_is_owner', `\`${name}\` owns the agent \`${approval.agent}\``, {
      remedy: 'somebody else has to decide, or the policy has to say `approvals: { owner: true }`',
    });
  }
  if (!isOwner && !isAsked(approval, approver, now)) {
    const groups = terms.who.map((list) => list.join(' or ')).join(', and ');
    throw new Fault('approver_not_asked', `\`${name}\` is not in the groups that decide: ${groups}`, {
      remedy: 'somebody of these groups has to decide',
    });
  }
  if (approval.given?.some(({ by }) => isSamePerson(by, name)) === true) {
    throw new Fault('approval_already_given', `\`${name}\` has approved it already`, {
      remedy: 'somebody else has to agree as well',
    });
  }
}

/** Somebody of each list of groups; after a while also somebody of those it escalates to. */
function isAsked({ terms, requested_at }: Approval, { groups }: Approver, now: number): boolean {
  const among = (list: readonly string[]): boolean => list.some((group) => groups.includes(group));
  if (terms === undefined || terms.who.every(among)) return true;
  const waited = now - Date.parse(requested_at);
  return terms.escalate.some(({ to, after_ms }) => waited >= after_ms && among(to));
}

/** Spellings that people would take for one name are one name: width, compatibility forms, case. */
function isSamePerson(left: string, right: string): boolean {
  const folded = (name: string): string => name.normalize('NFKC').toLowerCase().normalize('NFC');
  return folded(left) === folded(right);
}

/** How many more people have to agree, once one more has. */
export function stillNeeded({ terms, given }: Approval): number {
  return Math.max(0, (terms?.count ?? 1) - (given?.length ?? 0) - 1);
}
