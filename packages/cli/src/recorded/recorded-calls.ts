/** Actions as they were recorded, of tools and of all else, with what was decided on them then. */
import {
  actionKinds,
  bounds,
  contextSchema,
  effectSchema,
  modeSchema,
  ruleReferenceSchema,
  tierSchema,
  type Action,
  type ActionKind,
  type AuditEvent,
  type Effect,
} from '@remit/contracts';
import { z } from 'zod';
import { eventsOf, type SearchEvents } from './search-events.ts';

export interface RecordedCall {
  id: string;
  /** The call as it was made; what it ran on is not in it. */
  action: Omit<Action, 'id'>;
  was: WasDecided;
  /** True where the call reached the tool. */
  ran: boolean;
}

/** What the policy said then, whether or not observe mode let the call through. */
export interface WasDecided {
  effect: Effect;
  tier?: string;
  code?: string;
  rule?: string;
  version: string;
}

const eventSchema = z.looseObject({
  agent: z.string(),
  server: z.string(),
  tool: z.string().optional(),
  /** Sealed with the arguments: the URI of a resource can name a person. */
  target: z.string().optional(),
  user: z.string().optional(),
  code: z.string().optional(),
  approval_id: z.string().optional(),
  tool_digest: z.string().optional(),
  parameters: z.record(z.string(), z.json()).default({}),
  context: contextSchema.default({}),
  decision: z.looseObject({
    policy_effect: effectSchema,
    mode: modeSchema,
    policy_version: z.string(),
    code: z.string().optional(),
    tier: tierSchema.optional(),
    rule: ruleReferenceSchema.optional(),
  }),
});

export interface RecordedFilter {
  agent?: string | undefined;
  /** RFC 3339. */
  since: string;
}

/** From when on calls are read whose uses of limits may still count at `from`; RFC 3339. */
export function lookingBack(from: string, longest_window_ms: number): string {
  return new Date(Math.max(0, Date.parse(from) - longest_window_ms)).toISOString();
}

export interface RecordedCalls {
  /** Oldest first. */
  calls: RecordedCall[];
  /** Events of calls that hold no parameters any more (erased, or past their retention) or no decision. */
  unreadable: number;
  /** True where there were more than fit: the oldest are left out. */
  cut: boolean;
}

export async function recordedCalls(search: SearchEvents, filter: RecordedFilter): Promise<RecordedCalls> {
  const read: RecordedCalls = { calls: [], unreadable: 0, cut: false };
  for (const kind of actionKinds) await readKind(kind, search, filter, read);
  read.calls.reverse();
  // Searches go kind by kind; of one kind the order is that of the log.
  read.calls.sort((a, b) => compared(a.action.received_at, b.action.received_at));
  const over = read.calls.length - bounds.recorded_calls_max;
  if (over <= 0) return read;
  return { ...read, calls: read.calls.slice(over), cut: true };
}

async function readKind(
  kind: ActionKind,
  search: SearchEvents,
  { agent, since }: RecordedFilter,
  read: RecordedCalls,
): Promise<void> {
  const query = { action: kind, since, ...(agent === undefined ? {} : { agent }) } as const;
  const max = bounds.recorded_calls_max;
  let count = 0;
  for await (const event of eventsOf(search, query, max + 1)) {
    const call = readCall(kind, event);
    count += 1;
    if (count > max) read.cut = true;
    else if (call === undefined) read.unreadable += 1;
    else read.calls.push(call);
  }
}

function compared(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

function readCall(kind: ActionKind, event: AuditEvent): RecordedCall | undefined {
  const read = event.parameters === undefined ? undefined : eventSchema.safeParse(event).data;
  const target = read?.target ?? read?.tool;
  if (read === undefined || target === undefined) return undefined;
  const { agent, server, user, tool_digest, context, parameters } = read;
  const action: RecordedCall['action'] = {
    kind,
    agent,
    server,
    target,
    arguments: parameters,
    context,
    received_at: event.timestamp,
    via: 'mcp',
    ...(user === undefined ? {} : { user }),
    ...(tool_digest === undefined ? {} : { tool_digest }),
  };
  const ran = event.result !== 'denied' && event.result !== 'held';
  return { id: event.id, action, was: wasDecided(event, read), ran };
}

/** Refusals that say nothing of the policy: a person said no, or something was out of order. */
const otherRefusals = new Set([
  'approval_pending',
  'approval_denied',
  'approval_expired',
  'ledger_unavailable',
  'upstream_failed',
]);

function wasDecided({ result }: AuditEvent, { code, decision }: z.output<typeof eventSchema>): WasDecided {
  const refused = result === 'denied' && code !== undefined && !otherRefusals.has(code);
  const said = refused ? code : decision.code;
  return {
    effect: refused ? 'deny' : decision.policy_effect,
    version: decision.policy_version,
    ...(said === undefined ? {} : { code: said }),
    ...(decision.tier === undefined ? {} : { tier: decision.tier }),
    ...(decision.rule === undefined ? {} : { rule: decision.rule.name }),
  };
}
