/**
 * What a policy means, said slowly: no index, no plans, no compiled conditions. It works on documents
 * as plain values and goes through every word of them for every call.
 */
import type { Tier } from '@remit/contracts';

export interface PlainDocument {
  agent?: string;
  role?: string;
  roles?: string[];
  inherit?: readonly string[];
  mode?: 'observe' | 'enforce';
  risk?: 'low' | 'critical';
  access?: { tools?: { allow?: string[]; deny?: string[] } };
  guardrails?: Record<string, string[]>;
}

/** Name of the action → its tool, and above (or up to) which `n` it is. */
export const actions: Record<string, { tool: string; when: string; holds: (n: number) => boolean }> = {
  big_write: { tool: 'crm/write', when: 'args.n > 10', holds: (n) => n > 10 },
  small_write: { tool: 'crm/write', when: 'args.n <= 10', holds: (n) => n <= 10 },
  exact_read: { tool: 'crm/read', when: 'args.n == 10', holds: (n) => n === 10 },
};

export const tools: Record<string, { effect: 'read' | 'write' | 'destructive' | 'external' }> = {
  'crm/read': { effect: 'read' },
  'crm/write': { effect: 'write' },
  'crm/wipe': { effect: 'destructive' },
  'web/fetch': { effect: 'read' },
  'web/post': { effect: 'external' },
};

export interface PlainCall {
  agent: string;
  tool: string;
  n: number | undefined;
}

const order: Tier[] = ['automatic', 'logged', 'approval', 'blocked'];
const implied = {
  read: 'automatic',
  write: 'logged',
  destructive: 'approval',
  external: 'approval',
} as const;

/** Like `allow logged` or, in observe mode, `observe deny not_permitted`. */
export function meaning(documents: readonly PlainDocument[], call: PlainCall): string {
  const own = documents.find((document) => document.agent === call.agent);
  if (own === undefined) return 'deny not_permitted';
  const said = policy(documentsOf(own, documents), own, call);
  return own.mode === 'observe' ? `observe ${said}` : said;
}

function policy(documents: readonly PlainDocument[], own: PlainDocument, call: PlainCall): string {
  const words = (list: (document: PlainDocument) => string[] | undefined) =>
    documents.flatMap((document) => list(document) ?? []);
  const inTier = (tier: Tier) => words((document) => document.guardrails?.[keyOf(tier)]);
  const allow = words((document) => document.access?.tools?.allow);
  const deny = words((document) => document.access?.tools?.deny);
  const all = [...allow, ...deny, ...order.flatMap(inTier)];
  if (call.n === undefined && all.some((word) => actions[word]?.tool === call.tool))
    return 'deny denied_by_policy';
  const matches = (list: string[]) => list.some((word) => means(word, call));
  if (matches(deny)) return 'deny denied_by_policy';
  if (matches(inTier('blocked'))) return 'deny denied_by_policy blocked';
  const stated = order.toReversed().find((tier) => matches(inTier(tier)));
  if (stated === undefined && !matches(allow)) return 'deny not_permitted';
  let tier: Tier = stated ?? implied[tools[call.tool]!.effect];
  if (own.risk === 'critical') tier = 'approval';
  return tier === 'approval' ? 'approve approval_pending approval' : `allow ${tier}`;
}

function keyOf(tier: Tier): string {
  return `tier_${order.indexOf(tier) + 1}_${tier}`;
}

function documentsOf(own: PlainDocument, documents: readonly PlainDocument[]): PlainDocument[] {
  const everyone = documents.filter(
    (document) => document.agent === undefined && document.role === undefined,
  );
  const roles = new Set(own.roles ?? []);
  for (let size = -1; size !== roles.size;) {
    size = roles.size;
    for (const document of documents) {
      if (document.role !== undefined && roles.has(document.role))
        for (const name of document.inherit ?? []) roles.add(name);
    }
  }
  return [
    own,
    ...everyone,
    ...documents.filter((document) => document.role !== undefined && roles.has(document.role)),
  ];
}

function means(word: string, { tool, n }: PlainCall): boolean {
  const action = actions[word];
  if (action !== undefined) return action.tool === tool && action.holds(n!);
  const whole = word.includes('/') ? word : `*/${word}`;
  return new RegExp(`^${whole.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(tool);
}
