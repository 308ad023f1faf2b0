import { Fault } from '@remit/contracts';
import type { Approval, ApprovalOffice } from '@remit/enforce';
import type { approvalRoutes } from '../api/approvals.ts';
import { foldName } from '../registry/people.ts';
import { required } from '../server/caller.ts';
import type { ControlDeps } from '../server/deps.ts';
import type { Call, Handlers } from './handler.ts';
import { page } from './pages.ts';
import { present } from './present.ts';

const pageSize = 100;

export function approvalHandlers({ approvals, reads }: ControlDeps): Handlers<keyof typeof approvalRoutes> {
  const decide =
    (verdict: 'approve' | 'deny') =>
    async ({ parameters, body, caller }: Call<'approve'>) => {
      const { name } = required(caller);
      if (name === undefined) throw new Error('a decision reached its handler without a person');
      refuseRequester(find(approvals, parameters.id), name);
      return approvals.decide(parameters.id, verdict, name, body.note);
    };
  return {
    listApprovals: ({ query: { limit, cursor, ...filter } }) => {
      const { items, ...rest } = page(approvals.list(present(filter)), limit ?? pageSize, cursor);
      return { approvals: items, ...rest };
    },
    showApproval: async ({ parameters, caller }) => {
      const approval = find(approvals, parameters.id);
      await reads.record(caller, { of: 'approval', subject: approval.id });
      return approval;
    },
    approve: decide('approve'),
    deny: decide('deny'),
  };
}

function find(approvals: ApprovalOffice, id: string): Approval {
  const approval = approvals.get(id);
  if (approval) return approval;
  throw new Fault('approval_not_found', `There is no approval \`${id}\`.`, {
    remedy: 'See those that wait with `remit approvals list`.',
  });
}

/** The office compares names as they are written; here two spellings of one name are one person. */
function refuseRequester(approval: Approval, by: string): void {
  if (approval.user === undefined || foldName(approval.user) !== foldName(by)) return;
  throw new Fault('approver_is_requester', 'Nobody decides on a call that is made on their own behalf.', {
    remedy: 'Somebody else has to decide.',
  });
}
