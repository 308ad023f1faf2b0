/**
 * What events can be searched by, and what an event has to say to each key. Index and live streams ask the
 * same functions, so that a search and a stream never disagree about the same filter.
 */

/** Keys whose values stand in the open: definitions of policies and servers, never a person. */
export const plainKeys = [
  'agent',
  'server',
  'tool',
  'action',
  'result',
  'decision',
  'tier',
  'rule',
  'id',
] as const;
export type PlainKey = (typeof plainKeys)[number];

/** Keys whose values may point at a person, or of which one event has several. */
export const markKeys = ['user', 'by', 'code', 'approval', 'trace', 'class', 'label'] as const;
export type MarkKey = (typeof markKeys)[number];
/** One key of the context that the agent passed. */
export type ContextKey = `context.${string}`;
export type ValueKey = PlainKey | MarkKey | ContextKey;

/** Of these an event has one value each, so that it cannot have two different ones at once. */
export const isSingle = (key: ValueKey): boolean => key !== 'class' && key !== 'label';

export const numberKeys = ['duration_ms', 'bytes'] as const;
export type NumberKey = (typeof numberKeys)[number];

/** What people may write beside the names above. */
export const aliases: Readonly<Record<string, ValueKey | NumberKey>> = {
  kind: 'action',
  effect: 'decision',
  conversation: 'context.conversation_id',
  customer: 'context.customer_id',
  duration: 'duration_ms',
};

/** Bounds of times; `time` itself takes comparisons and a day. */
export const timeKeys = ['time', 'since', 'until'] as const;
export type TimeKey = (typeof timeKeys)[number];

/** Everything that can stand before a colon; `context.NAME` besides. */
export const filterKeys: readonly string[] = [
  ...plainKeys,
  ...markKeys,
  ...numberKeys,
  ...Object.keys(aliases),
  ...timeKeys,
];

/** An event, or the open and the sealed part of a record put together: whatever has these members. */
export type Searchable = Readonly<Record<string, unknown>>;

/** What the event says of a key; nothing where it says nothing. */
export function valuesOf(event: Searchable, key: ValueKey): string[] {
  if (key.startsWith('context.')) return texts(memberOf(event['context'], key.slice('context.'.length)));
  return valueReaders[key as PlainKey | MarkKey](event);
}

const valueReaders: Record<PlainKey | MarkKey, (event: Searchable) => string[]> = {
  id: (event) => texts(event['id']),
  agent: (event) => texts(event['agent']),
  server: (event) => texts(event['server']),
  tool: (event) => texts(event['tool']),
  action: (event) => texts(event['action']),
  result: (event) => texts(event['result']),
  decision: (event) => texts(memberOf(event['decision'], 'effect')),
  tier: (event) => texts(memberOf(event['decision'], 'tier')),
  rule: (event) => texts(memberOf(memberOf(event['decision'], 'rule'), 'name')),
  user: (event) => texts(event['user']),
  by: (event) => texts(event['by']),
  code: (event) => texts(event['code'] ?? memberOf(event['decision'], 'code')),
  approval: (event) => texts(event['approval_id']),
  trace: (event) => texts(event['trace_id']),
  class: (event) => [...listOf(event['classes']), ...namesIn(event['removed'])],
  label: (event) => listOf(event['labels']),
};

/** Every mark of an event with its key; of a context at most what one may have (`context_keys_max`). */
export function marksOf(event: Searchable): { key: MarkKey | ContextKey; value: string }[] {
  const keys: (MarkKey | ContextKey)[] = [...markKeys, ...contextKeysOf(event)];
  return keys.flatMap((key) => [...new Set(valuesOf(event, key))].map((value) => ({ key, value })));
}

function contextKeysOf(event: Searchable): ContextKey[] {
  return namesIn(event['context']).map((name): ContextKey => `context.${name}`);
}

export function numberOf(event: Searchable, key: NumberKey): number | undefined {
  const value = event[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Own members only: names come from agents. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.slice(0, listedMax).flatMap(texts) : [];
}

function namesIn(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value).slice(0, listedMax) : [];
}

/** Of what an event lists it is found by so many. */
const listedMax = 64;
