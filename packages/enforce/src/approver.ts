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
  const { terms } = approval;
  if (isNamed(approval, name)) return refuseTwice(approval, name);
  if (approval.user !== undefined && isSamePerson(approval.user, name)) {
    throw new Fault('approver_is_requester', `\`${name}\` is the person the call is made for`, {
      remedy: 'somebody else has to decide',
    });
  }
  if (terms === undefined) return;
  if (terms.count === 0) {
    const people = terms.people?.map((person) => `\`${person}\``).join(' and ');
    throw new Fault('approver_not_asked', `only ${people} can decide on this call`, {
      remedy: 'that person has to decide',
    });
  }
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
  refuseTwice(approval, name);
}

function refuseTwice({ given }: Approval, name: string): void {
  if (given?.some(({ by }) => isSamePerson(by, name)) !== true) return;
  throw new Fault('approval_already_given', `\`${name}\` has approved it already`, {
    remedy: 'somebody else has to agree as well',
  });
}

/** True for a person whom the terms name: it is for that person to say. */
function isNamed({ terms }: Approval, name: string): boolean {
  return terms?.people?.some((person) => isSamePerson(person, name)) === true;
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

/** How many more people have to agree, once `name` has. */
export function stillNeeded(approval: Approval, name: string): number {
  const { terms, given = [] } = approval;
  const agreed = [...given.map(({ by }) => by), name];
  const others = agreed.filter((person) => !isNamed(approval, person)).length;
  const people = terms?.people ?? [];
  const missing = people.filter((person) => !agreed.some((one) => isSamePerson(one, person))).length;
  return missing + Math.max(0, (terms?.count ?? 1) - others);
}
