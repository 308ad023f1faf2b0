/**
 * What flow rules make of a ruling. They only ever take away: what is allowed may have to wait for a person
 * or be refused. A deny wins; an `allow` lifts an approval where it speaks of all that the approval speaks
 * of, and names tool, action or argument where that one names a kind. Order decides nothing.
 *
 * Trust guards what is done, sensitivity where things go: a call that only reads is not held by a kind of
 * sink for the trust of what was read, since steering it changes nothing; what it sends out still counts.
 */
import type { FlowSnapshot, Labels } from '@remit/contracts';
import type { CompiledFlow, PlannedFlow } from './flow.ts';
import type { SourceLabel } from './labels.ts';

/** A rule that speaks of this call as it stands. */
export interface FlowMatch {
  flow: CompiledFlow;
  /** The labels of `from` that are there. */
  words: readonly string[];
  /** What the rule says of the call: the kinds that it is of, or where in it the value is. */
  because: { kinds: readonly string[] } | { argument: string; event?: string } | { named: true };
}

export interface FlowVerdict {
  then: 'approve' | 'deny';
  /** Those that say so, the deciding one first. */
  matches: FlowMatch[];
  /** True where the person whose task it is has to agree. */
  byOwner: boolean;
  /** True where somebody else has to, as well. */
  byOthers: boolean;
}

/** Undefined where no rule has anything against the call. */
export function judgeFlows(planned: readonly PlannedFlow[], state: FlowSnapshot): FlowVerdict | undefined {
  const matches = planned.flatMap((one) => matchesOf(one, state));
  const denying = matches.filter(({ flow }) => flow.then === 'deny');
  if (denying.length > 0) return { then: 'deny', matches: denying, byOwner: false, byOthers: false };
  const allowing = matches.filter(({ flow }) => flow.then === 'allow');
  const holding = matches.filter(
    (match) => match.flow.then === 'approve' && !allowing.some((allow) => lifts(allow, match)),
  );
  if (holding.length === 0) return undefined;
  return {
    then: 'approve',
    matches: holding,
    byOwner: holding.some(({ flow }) => flow.by === 'owner'),
    byOthers: holding.some(({ flow }) => flow.by === undefined),
  };
}

function matchesOf({ flow, kinds, named, onlyReads }: PlannedFlow, state: FlowSnapshot): FlowMatch[] {
  const matches: FlowMatch[] = [];
  const add = (
    labels: Labels | undefined,
    of: readonly SourceLabel[],
    because: FlowMatch['because'],
  ): void => {
    const words = labels === undefined ? [] : of.filter((word) => word.matches(labels));
    if (words.length > 0) matches.push({ flow, words: words.map(({ text }) => text), because });
  };
  if (named) add(state.read, flow.from, { named: true });
  const guarding = onlyReads ? flow.from.filter((word) => !word.speaksOfTrust) : flow.from;
  if (kinds.length > 0) add(state.read, guarding, { kinds });
  if (named) return matches;
  for (const path of flow.args) {
    for (const origin of state.origins.filter(({ pointer }) => isWithin(pointer, path)))
      add(origin.labels, flow.from, { argument: origin.pointer, event: origin.event });
    add(state.forgotten, flow.from, { argument: `/${path.join('/')}` });
  }
  return matches;
}

/** True where the pointer leads into the argument at this path; items of lists on the way do not count. */
function isWithin(pointer: string, path: readonly string[]): boolean {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  let at = 0;
  for (const name of path) {
    while (at < parts.length && parts[at] !== name && /^\d+$/.test(parts[at]!)) at += 1;
    if (parts[at] !== name) return false;
    at += 1;
  }
  return true;
}

function lifts(allow: FlowMatch, hold: FlowMatch): boolean {
  const speaksOfAll = hold.words.every((word) => allow.words.includes(word));
  return speaksOfAll && !('kinds' in allow.because) && 'kinds' in hold.because;
}
