/** Who may decide on a policy version that waits: a person, of the groups that were asked, who did not ask for it. */
import { Fault } from '@remit/contracts';
import { foldName } from '../registry/people.ts';
import type { Actor } from '../ports.ts';
import type { Candidate, Somebody } from './standing.ts';

/** A person with a token of their own; the groups by the registry of people and by the policy in force. */
export interface Approver extends Actor {
  name: string;
  groups: readonly string[];
}

/** @throws Fault `approver_is_proposer`, `approver_not_asked`, `approval_already_given`. */
export function refuseUnfitApprover(candidate: Candidate, approver: Approver): void {
  if (candidate.proposed_by.some((one) => isSame(one, approver))) {
    throw new Fault('approver_is_proposer', 'Nobody agrees to a policy that they asked for themselves.', {
      remedy: 'Somebody else has to decide.',
    });
  }
  refuseUnasked(candidate, approver);
  if (candidate.approved_by.some((one) => isSame(one, approver))) {
    throw new Fault('approval_already_given', 'You have agreed to this policy already.', {
      remedy: 'Somebody else has to agree as well.',
    });
  }
}

/** Whoever asked for it may also take it back. @throws Fault `approver_not_asked`. */
export function refuseUnfitRejecter(candidate: Candidate, approver: Approver): void {
  if (!candidate.proposed_by.some((one) => isSame(one, approver))) refuseUnasked(candidate, approver);
}

function refuseUnasked({ terms: { who } }: Candidate, { groups }: Approver): void {
  if (who.length === 0 || who.some((group) => groups.includes(group))) return;
  throw new Fault('approver_not_asked', `This takes somebody of ${who.join(' or ')}.`, {
    remedy: 'Somebody of these groups has to decide.',
  });
}

/** Also by name: whoever was removed and added again is the same person. */
function isSame(one: Somebody, { id, name }: Approver): boolean {
  return one.id === id || (one.name !== undefined && foldName(one.name) === foldName(name));
}
