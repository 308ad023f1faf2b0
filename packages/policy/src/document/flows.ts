/**
 * The `flows:` part of a document: what was read decides what may be done.
 *
 *     flows:
 *       - { from: untrusted, to: external, then: approve }
 *       - { from: [restricted, ssn], to: [external, email-send], then: deny }
 *       - { from: sensitive, to: external, then: approve, by: owner }
 */
import type { Spot } from '../diagnostics.ts';
import { describeAs } from './described.ts';
import { listOf, oneOf, oneOrMore, readWord, shaped } from './reading.ts';
import type { Reader, Word } from './reading.ts';

const flowEffects = ['allow', 'approve', 'deny'] as const;
type FlowEffect = (typeof flowEffects)[number];

export interface FlowDocument {
  /** Labels of what was read: trust of its source, sensitivity, class of data. */
  from: Word[];
  /** Where it would go: kind of sink, consequence, tool, action, argument. */
  to: Word[];
  then: FlowEffect;
  /** `approve` by the person whose task it is, instead of whoever approves for the agent. */
  by?: 'owner';
  path: string;
  spot: Spot;
}

const readKeys = shaped<Required<Pick<FlowDocument, 'from' | 'to' | 'then' | 'by'>>>({
  what: 'a flow',
  keys: {
    from: oneOrMore(readWord),
    to: oneOrMore(readWord),
    then: oneOf(flowEffects),
    by: oneOf(['owner']),
  },
  required: ['from', 'to', 'then'],
});

const readFlow: Reader<FlowDocument> = (tree, reading) => {
  const read = readKeys(tree, reading);
  if (read?.from === undefined || read.to === undefined || read.then === undefined) return undefined;
  const { from, to, then, by } = read;
  if (by !== undefined && then !== 'approve') {
    const message = '`by` says who approves, so it stands beside `then: approve`';
    reading.findings.error('invalid_value', message, tree.spot);
    return undefined;
  }
  return { from, to, then, ...(by && { by }), path: reading.path, spot: tree.spot };
};

describeAs(readFlow, readKeys);

export const readFlows: Reader<FlowDocument[]> = listOf(readFlow);
