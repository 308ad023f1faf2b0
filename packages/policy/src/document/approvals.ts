/**
 * The `approvals:` part of a document: who decides on a held call, and within what time.
 *
 *     approvals:
 *       who: [support-managers]
 *       count: 1
 *       owner: false
 *       within: 4h
 *       escalate: { to: [directors], after: 1h }
 *       hold: 30s
 *       actions:
 *         - { action: refund_over_100, who: [finance], count: 2 }
 */
import { describeAs } from './described.ts';
import { readDuration } from './duration.ts';
import type { Duration } from './duration.ts';
import { listOf, oneOrMore, placed, readBoolean, readPositive, readWord, shaped } from './reading.ts';
import type { Placed, Reader, Word } from './reading.ts';

interface Escalation {
  to: Word[];
  after: Duration;
}

export interface ApprovalTermsDocument {
  /** Groups; whoever is in one of them decides. Without it, anybody who may approve. */
  who?: Placed<Word[]>;
  /** How many people have to agree. */
  count?: Placed<number>;
  /** True where the agent's owner may decide as well. */
  owner?: Placed<boolean>;
  /** How long a decision may take. */
  within?: Placed<Duration>;
  /** Who may decide as well, once it has waited for so long. */
  escalate?: Placed<Escalation>;
  /** How long the agent's call may be kept open while it waits. */
  hold?: Placed<Duration>;
}

interface ActionApprovalDocument extends ApprovalTermsDocument {
  action: Word;
}

export interface ApprovalsDocument extends ApprovalTermsDocument {
  actions: ActionApprovalDocument[];
}

const readEscalationKeys = shaped<Escalation>({
  what: '`escalate`',
  keys: { to: oneOrMore(readWord), after: readDuration },
  required: ['to', 'after'],
});

const readEscalation: Reader<Escalation> = (tree, reading) => {
  const read = readEscalationKeys(tree, reading);
  return read?.to === undefined || read.after === undefined ? undefined : { to: read.to, after: read.after };
};

describeAs(readEscalation, readEscalationKeys);

const terms = {
  who: placed(oneOrMore(readWord)),
  count: placed(readPositive),
  owner: placed(readBoolean),
  within: placed(readDuration),
  escalate: placed(readEscalation),
  hold: placed(readDuration),
};

const readActionKeys = shaped<Required<ActionApprovalDocument>>({
  what: 'an approval of `actions`',
  keys: { action: readWord, ...terms },
  required: ['action'],
});

const readAction: Reader<ActionApprovalDocument> = (tree, reading) => {
  const read = readActionKeys(tree, reading);
  return read?.action === undefined ? undefined : { ...read, action: read.action };
};

describeAs(readAction, readActionKeys);

const readKeys = shaped<Required<ApprovalsDocument>>({
  what: '`approvals`',
  keys: { ...terms, actions: listOf(readAction) },
});

export const readApprovals: Reader<ApprovalsDocument> = (tree, reading) => {
  const read = readKeys(tree, reading);
  return read && { ...read, actions: read.actions ?? [] };
};

describeAs(readApprovals, readKeys);
