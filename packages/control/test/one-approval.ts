/** An approval office for tests of the API in front of it. */
import { Fault, type ApprovalStatus } from '@remit/contracts';
import type { Approval, ApprovalOffice } from '@remit/enforce';

export class OneApproval implements ApprovalOffice {
  readonly held = new Map<string, Approval>();

  list({ status, agent }: { status?: ApprovalStatus; agent?: string }): Approval[] {
    return [...this.held.values()].filter(
      (one) =>
        (status === undefined || one.status === status) && (agent === undefined || one.agent === agent),
    );
  }

  get(id: string): Approval | undefined {
    return this.held.get(id);
  }

  decide(id: string, verdict: 'approve' | 'deny', by: string, note?: string): Promise<Approval> {
    const approval = this.held.get(id);
    if (approval?.status !== 'pending')
      return Promise.reject(new Fault('approval_not_pending', 'It is decided.'));
    const decided = { by, at: '2026-03-03T14:32:15.000Z', ...(note !== undefined && { note }) };
    const after: Approval = { ...approval, status: verdict === 'approve' ? 'approved' : 'denied', decided };
    this.held.set(id, after);
    return Promise.resolve(after);
  }
}
