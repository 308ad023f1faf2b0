/** Who decides on held calls of an agent, and within what time. */
import type { ApprovalTerms } from '@remit/contracts';
import type { Condition } from '../condition/conditions.ts';
import type { ApprovalTermsDocument, ApprovalsDocument } from '../document/approvals.ts';
import type { Placed, Word } from '../document/reading.ts';
import type { Powers } from '../document/powers.ts';
import type { Catalog } from '../names/catalog.ts';
import { referenceTo, stated } from './layers.ts';
import type { Layers, Statement } from './layers.ts';

/** Terms for calls of one tool, perhaps only under a condition. They replace the general ones, key by key. */
export interface ActionTerms {
  tool: string;
  condition?: Condition;
  statements: TermStatements;
}

export interface TermStatements {
  who: readonly Statement<readonly Word[]>[];
  count: readonly Statement<number>[];
  owner: readonly Statement<boolean>[];
  within: readonly Statement<{ text: string; ms: number }>[];
  escalate: readonly Statement<{ to: readonly Word[]; after: { text: string; ms: number } }>[];
  hold: readonly Statement<{ text: string; ms: number }>[];
}

/** What is said of the agent's approvals in general, key by key. */
export function generalTerms(layers: Layers): TermStatements {
  const of = <Key extends keyof ApprovalTermsDocument>(key: Key) =>
    stated<NonNullable<ApprovalTermsDocument[Key]>['value']>(layers, ({ approvals }) => [
      approvals?.value[key],
    ]);
  return {
    who: of('who'),
    count: of('count'),
    owner: of('owner'),
    within: of('within'),
    escalate: of('escalate'),
    hold: of('hold'),
  };
}

/** The terms of `actions` in one document; names that cannot be resolved are reported and left out. */
export function actionTerms(document: Powers, approvals: ApprovalsDocument, catalog: Catalog): ActionTerms[] {
  return approvals.actions.flatMap((terms) => {
    const meaning = catalog.resolve(terms.action);
    if (meaning?.kind === 'glob') catalog.refusePattern(terms.action);
    if (meaning?.kind !== 'tool') return [];
    const condition = meaning.action?.condition;
    return [
      { tool: meaning.name, statements: statementsOf(document, terms), ...(condition && { condition }) },
    ];
  });
}

function statementsOf(document: Powers, terms: ApprovalTermsDocument): TermStatements {
  const of = <Value>(placed: Placed<Value> | undefined): Statement<Value>[] =>
    placed === undefined
      ? []
      : [{ value: placed.value, reference: referenceTo(document, placed), from: 'policy' }];
  return {
    who: of(terms.who),
    count: of(terms.count),
    owner: of(terms.owner),
    within: of(terms.within),
    escalate: of(terms.escalate),
    hold: of(terms.hold),
  };
}

/**
 * The terms of one call. Where several documents speak of the same key all of them hold: somebody of
 * each list of groups, the highest number, the shortest time; the owner only where nobody forbids it.
 */
export function termsOf(
  general: TermStatements,
  specific: readonly TermStatements[],
  owner: string | undefined,
): ApprovalTerms {
  const of = <Key extends keyof TermStatements>(key: Key): TermStatements[Key] => {
    const found = specific.flatMap((one) => one[key] as readonly unknown[]);
    return (found.length > 0 ? found : general[key]) as TermStatements[Key];
  };
  const within = of('within').map(({ value }) => value.ms);
  const hold = of('hold').map(({ value }) => value.ms);
  const owners = of('owner').map(({ value }) => value);
  return {
    who: of('who').map(({ value }) => value.map((word) => word.text)),
    count: Math.max(1, ...of('count').map(({ value }) => value)),
    owner_may: owners.length > 0 && owners.every((may) => may),
    escalate: of('escalate').map(({ value }) => ({
      to: value.to.map((word) => word.text),
      after_ms: value.after.ms,
    })),
    ...(owner !== undefined && { owner }),
    ...(within.length > 0 && { within_ms: Math.min(...within) }),
    ...(hold.length > 0 && { hold_ms: Math.min(...hold) }),
  };
}
