/** Limits, and the reservations that a call has to make for them. */
import type { Action, Reservation, RuleReference } from '@remit/contracts';
import type { Condition } from '../condition/conditions.ts';
import type { Limit, LimitSubject } from '../document/limits.ts';
import type { RemitDocument } from '../document/remit.ts';
import type { Catalog } from '../names/catalog.ts';

/** A limit, resolved. It counts calls of `tool` under `condition`, or all calls where those are absent. */
export interface AppliedLimit {
  /** What is counted and how, for the key: `calls/60000`, `action:refund_over_100/86400000`. */
  name: string;
  max: number;
  window_ms?: number;
  by: LimitSubject;
  tool?: string;
  condition?: Condition;
  reference: RuleReference;
}

export function limitsOf(document: RemitDocument, catalog: Catalog): AppliedLimit[] {
  return document.limits.flatMap((limit) => {
    const counted = countedBy(limit, catalog);
    if (counted === undefined) return [];
    const reference = {
      name: `${document.title} ${limit.path}`,
      file: limit.spot.file,
      line: limit.spot.line,
    };
    const window = limit.window_ms === undefined ? {} : { window_ms: limit.window_ms };
    return [{ name: nameOf(limit), max: limit.max, by: limit.by, reference, ...window, ...counted }];
  });
}

function countedBy(limit: Limit, catalog: Catalog): Pick<AppliedLimit, 'tool' | 'condition'> | undefined {
  if (limit.action === undefined) return {};
  const meaning = catalog.resolve(limit.action);
  if (meaning?.kind !== 'tool') {
    if (meaning?.kind === 'glob') catalog.refusePattern(limit.action);
    return undefined;
  }
  return { tool: meaning.name, ...(meaning.action?.condition && { condition: meaning.action.condition }) };
}

function nameOf(limit: Limit): string {
  const counted = limit.action === undefined ? limit.kind : `action:${encodeURIComponent(limit.action.text)}`;
  return limit.window_ms === undefined ? counted : `${counted}/${limit.window_ms}`;
}

/**
 * One reservation for each counter; of two limits on the same counter the lower one. The key names
 * the subject in plain text: whoever records it outside the sealed payload hashes it first, since it
 * can hold a person's name.
 */
export function reservationsFor(limits: readonly AppliedLimit[], action: Action): Reservation[] {
  if (limits.length === 0) return [];
  const reservations = new Map<string, Reservation>();
  for (const limit of limits) {
    const key = `${limit.name}/agent=${encodeURIComponent(action.agent)}${subjectOf(limit.by, action)}`;
    const known = reservations.get(key);
    if (known !== undefined && known.max <= limit.max) continue;
    const window = limit.window_ms === undefined ? {} : { window_ms: limit.window_ms };
    reservations.set(key, { key, max: limit.max, rule: limit.reference, ...window });
  }
  return [...reservations.values()];
}

/** Calls that lack the subject (an unattended call has no user) share one counter. */
function subjectOf(by: LimitSubject, action: Action): string {
  switch (by) {
    case 'agent':
      return '';
    case 'tool':
      return `/tool=${encodeURIComponent(`${action.server}/${action.target}`)}`;
    case 'user':
      return `/user=${encodeURIComponent(action.user ?? '')}`;
    case 'conversation':
      return `/conversation=${conversationOf(action)}`;
  }
}

/** What the agent declares, else the protocol session, else the person (protocols.md, "Conversation"). */
function conversationOf(action: Action): string {
  const declared = action.context.conversation_id;
  if (declared !== undefined) return `declared:${encodeURIComponent(declared)}`;
  if (action.session !== undefined) return `session:${encodeURIComponent(action.session)}`;
  return `user:${encodeURIComponent(action.user ?? '')}`;
}
