/**
 * What a policy means, said slowly: no index, no plans, no compiled conditions. It works on documents
 * as plain values and goes through every word of them for every call.
 */
import { holds } from './expression.ts';
import { classes, tools } from './plain.ts';
import type { Area, PlainCall, PlainDocument, PlainPolicy } from './plain.ts';

type Says = 'allow' | 'deny' | (typeof tiers)[number];
interface Entry {
  says: Says;
  word: string;
  /** As a rule reference names it: `a access.tools.deny[1]`. */
  name: string;
}

export interface Meaning {
  mode: string;
  effect: 'allow' | 'deny' | 'approve';
  policy_effect: 'allow' | 'deny' | 'approve';
  code?: string;
  tier?: string;
  /** Rules that may be named as the one that decided. */
  rules: string[];
}

const tiers = ['automatic', 'logged', 'approval', 'blocked'] as const;
const implied = {
  read: 'automatic',
  write: 'logged',
  destructive: 'approval',
  external: 'approval',
} as const;

export function meaning(policy: PlainPolicy, call: PlainCall): Meaning {
  const own = policy.documents.find((document) => document.agent === call.agent);
  const mode = own?.mode ?? policy.mode;
  const said = ruling(policy, own, call);
  const passes = mode === 'observe' && own !== undefined && observable(policy, said);
  return { ...said, mode, effect: passes ? 'allow' : said.policy_effect };
}

/** Observe mode lets a refusal by policy through, but neither a changed tool nor a suspended agent. */
function observable(policy: PlainPolicy, said: Ruling): boolean {
  if (said.code === 'agent_suspended' || said.code === 'tool_changed') return false;
  return !(said.tier === 'blocked' && policy.keep_tier_4_blocked);
}

type Ruling = Omit<Meaning, 'mode' | 'effect'>;

function ruling(policy: PlainPolicy, own: PlainDocument | undefined, call: PlainCall): Ruling {
  if (call.status !== 'active') return refusal('agent_suspended');
  const entries = own === undefined ? [] : entriesOf(documentsOf(own, policy.documents), areaOf(call));
  if (call.kind === 'tool_invoke' && !isTool(call)) {
    const blocked = entries.some(
      ({ says, word }) => says === 'blocked' && applies(policy, word, call) === true,
    );
    return { ...refusal('unknown_tool'), ...(blocked && { tier: 'blocked' }) };
  }
  if (call.kind === 'tool_invoke' && call.drifted) return refusal('tool_changed');
  if (own === undefined) return refusal('not_permitted');
  const unclear = entries.filter((entry) => applies(policy, entry.word, call) === undefined);
  if (unclear.length > 0) {
    const blocked = entries.some(
      (entry) => entry.says === 'blocked' && applies(policy, entry.word, call) !== false,
    );
    const tier = blocked ? { tier: 'blocked' } : {};
    return { ...refusal('denied_by_policy'), ...tier, rules: unclear.map((entry) => entry.name) };
  }
  return judged(
    entries.filter((entry) => applies(policy, entry.word, call) === true),
    own,
    call,
  );
}

function refusal(code: string): Ruling {
  return { policy_effect: 'deny', code, rules: [] };
}

function judged(matching: Entry[], own: PlainDocument, call: PlainCall): Ruling {
  const saying = (says: Says) => matching.filter((entry) => entry.says === says).map((entry) => entry.name);
  const refusing = saying('deny').length > 0 ? saying('deny') : saying('blocked');
  if (refusing.length > 0) {
    const tier = saying('blocked').length > 0 ? { tier: 'blocked' } : {};
    return { ...refusal('denied_by_policy'), ...tier, rules: refusing };
  }
  const stated = tiers.toReversed().find((tier) => saying(tier).length > 0);
  if (stated === undefined && saying('allow').length === 0) return refusal('not_permitted');
  const rules = saying(stated ?? 'allow');
  const tier = asksAlways(own, call) ? 'approval' : (stated ?? implied[effectOf(call)]);
  if (tier === 'approval') return { policy_effect: 'approve', code: 'approval_pending', tier, rules };
  return { policy_effect: 'allow', tier, rules };
}

/**
 * A person approves whatever a critical agent starts (what a server asks back is part of that), and
 * whatever destroys or acts outside: an agent that may do so is of high risk.
 */
function asksAlways(own: PlainDocument, call: PlainCall): boolean {
  if (own.risk === 'critical') return call.kind !== 'sampling';
  return call.kind === 'tool_invoke' && ['destructive', 'external'].includes(effectOf(call));
}

function isTool({ server, target }: PlainCall): boolean {
  return tools[`${server}/${target}`] !== undefined;
}

function effectOf(call: PlainCall) {
  if (call.kind === 'tool_invoke') return tools[`${call.server}/${call.target}`]!;
  return call.kind === 'sampling' ? 'write' : 'read';
}

function areaOf({ kind }: PlainCall): Area {
  return (
    { tool_invoke: 'tools', resource_read: 'resources', prompt_get: 'prompts', sampling: 'sampling' } as const
  )[kind];
}

/** The agent's own document, its roles with all that they inherit, and what holds for everyone. */
function documentsOf(own: PlainDocument, documents: readonly PlainDocument[]): PlainDocument[] {
  const roles = new Set(own.roles ?? []);
  for (let size = -1; size !== roles.size;) {
    size = roles.size;
    for (const document of documents) {
      if (document.role !== undefined && roles.has(document.role))
        for (const name of document.inherit ?? []) roles.add(name);
    }
  }
  return documents.filter((document) => {
    if (document.agent !== undefined) return document === own;
    return document.role === undefined || roles.has(document.role);
  });
}

function entriesOf(documents: readonly PlainDocument[], area: Area): Entry[] {
  return documents.flatMap((document) => {
    const title = document.agent ?? document.role ?? 'every agent';
    const list = (says: Says, path: string, words: readonly string[] | undefined): Entry[] =>
      (words ?? []).map((word, at) => ({ says, word, name: `${title} ${path}[${at}]` }));
    const access = document.access?.[area];
    const inTiers = tiers.flatMap((tier, at) => {
      const key = `tier_${at + 1}_${tier}` as keyof NonNullable<PlainDocument['guardrails']>;
      return list(tier, `guardrails.${key}`, document.guardrails?.[key]);
    });
    return [
      ...list('allow', `access.${area}.allow`, access?.allow),
      ...list('deny', `access.${area}.deny`, access?.deny),
      ...(area === 'tools' ? inTiers : []),
    ];
  });
}

/** Undefined where a condition of a word that speaks of this call cannot be evaluated. */
function applies(policy: PlainPolicy, word: string, call: PlainCall): boolean | undefined {
  const { server, target } = call;
  const action = policy.actions[word];
  if (call.kind === 'tool_invoke' && action !== undefined) {
    if (!like(action.tool, `${server}/${target}`)) return false;
    return action.when === undefined ? true : holds(action.when, call);
  }
  if (call.kind === 'resource_read' && word.includes('://')) return like(word, target);
  if (call.kind === 'sampling') return like(word, server);
  return like(word.includes('/') ? word : `*/${word}`, `${server}/${target}`);
}

/** Server and target are matched apart, so that no `*` reaches over the slash between them. */
function like(pattern: string, text: string): boolean {
  const slash = pattern.includes('://') ? -1 : pattern.indexOf('/');
  if (slash < 0) return matches(pattern, text);
  const at = text.indexOf('/');
  return (
    matches(pattern.slice(0, slash), text.slice(0, at)) &&
    matches(pattern.slice(slash + 1), text.slice(at + 1))
  );
}

function matches(pattern: string, text: string): boolean {
  const source = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`).test(text);
}

/** True where the agent must neither see nor send this field; fields are those of `classes`, or their own. */
export function deniesField(policy: PlainPolicy, agent: string, field: string): boolean {
  const own = policy.documents.find((document) => document.agent === agent);
  if (own === undefined) return false;
  const rules = documentsOf(own, policy.documents).flatMap((document) => document.access?.data ?? []);
  const covers = (word: string): boolean => word === field || (classes[word] ?? []).includes(field);
  if (rules.some((rule) => rule.deny?.some(covers))) return true;
  const classified = Object.values(classes).some((fields) => fields.includes(field));
  const listed = rules.some((rule) => rule.allow !== undefined);
  return listed && classified && !rules.some((rule) => rule.allow?.some(covers));
}
