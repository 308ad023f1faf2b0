/** Changed decisions, put together by agent, tool and the rules that decide. */
import { titled } from '../recorded/name.ts';
import type { ChangedCall } from './replay-recorded.ts';

export interface ChangeGroup {
  agent: string;
  kind: ChangedCall['kind'];
  tool: string;
  before: { effect: string; tier?: string; code?: string; rule?: string };
  after: { effect: string; tier?: string; code?: string; rule?: string };
  count: number;
  /** The first of them, to look at with `remit audit show`. */
  example: string;
  /** Why it would be decided so. */
  reason: string;
}

/** By agent, then the rule that decides now, then the one that decided; the most frequent first. */
export function grouped(changes: readonly ChangedCall[]): ChangeGroup[] {
  const groups = new Map<string, ChangeGroup>();
  for (const { id, agent, kind, tool, before, after } of changes) {
    const group = { agent, kind, tool, before: saidOf(before), after: saidOf(after) };
    const key = JSON.stringify(group);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { ...group, count: 1, example: id, reason: after.reason });
    else known.count += 1;
  }
  return [...groups.values()].toSorted(
    (a, b) =>
      compare(a.agent, b.agent) || compare(a.after.rule ?? '', b.after.rule ?? '') || b.count - a.count,
  );
}

function saidOf({ effect, tier, code, rule }: ChangeGroup['before']): ChangeGroup['before'] {
  return { effect, ...(tier && { tier }), ...(code && { code }), ...(rule && { rule }) };
}

function compare(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

export function describeGroups(groups: readonly ChangeGroup[]): string[] {
  return groups.flatMap((group, at) => {
    const heading = group.agent === groups[at - 1]?.agent ? [] : [`agent ${group.agent}`];
    const { kind, tool, before, after, count, example, reason } = group;
    return [
      ...heading,
      `  ${count} × ${titled(kind, tool)}: ${described(before)} → ${described(after)}`,
      ...(before.rule === undefined ? [] : [`      was: ${before.rule}`]),
      `      now: ${reason}`,
      `      see: remit audit show ${example}`,
    ];
  });
}

function described({ effect, tier, code }: ChangeGroup['before']): string {
  const detail = effect === 'deny' ? code : tier;
  return detail === undefined ? effect : `${effect} (${detail})`;
}
