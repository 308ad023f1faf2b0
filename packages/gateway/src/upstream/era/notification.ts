/** Notifications of a server, in either era: to the agent whose call they belong to, or to the lists. */
import type { Bounds, JsonObject } from '@remit/contracts';
import type { Notification } from '../../exchange.ts';
import type { Call } from '../call.ts';
import type { Connection } from '../connection.ts';
import type { UpstreamCounts } from '../counts.ts';
import type { EraEvents, ListKind } from './era.ts';

/** Severities of RFC 5424, the least severe first (2025-11-25, server/utilities/logging). */
const levels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

const changed_lists: ReadonlyMap<string, ListKind> = new Map([
  ['notifications/tools/list_changed', 'tools'],
  ['notifications/resources/list_changed', 'resources'],
  ['notifications/prompts/list_changed', 'prompts'],
]);

/** Position among the severities; -1 for a word that is none. */
export function severity(level: unknown): number {
  return typeof level === 'string' ? levels.indexOf(level) : -1;
}

/** True where the notification was one of a change, and has been passed on as such. */
export function passChange({ method, params }: Notification, events: EraEvents): boolean {
  const list = changed_lists.get(method);
  if (list !== undefined) {
    events.listChanged(list);
    return true;
  }
  if (method !== 'notifications/resources/updated') return false;
  if (typeof params?.['uri'] === 'string') events.resourceUpdated(params['uri']);
  return true;
}

export interface InterimDependencies {
  connection: Connection;
  counts: UpstreamCounts;
  bounds: Bounds;
}

/**
 * Progress and log messages. A progress notification carries our own token, which names the call;
 * a log message goes to the call on whose stream it came, or to the only open one; never to another.
 */
export function passInterim(
  { method, params = {} }: Notification,
  call: Call | undefined,
  dependencies: InterimDependencies,
): void {
  if (method === 'notifications/progress') passProgress(params, dependencies);
  else if (method === 'notifications/message') passLog(params, call, dependencies);
  else if (method === 'notifications/elicitation/complete') passCompletion(params, dependencies);
}

/** The agents' side puts the agent's own token in; ours does not leave. */
function passProgress(params: JsonObject, dependencies: InterimDependencies): void {
  const { progressToken, ...progress } = params;
  const call = dependencies.connection.callWith(progressToken);
  if (call === undefined) return;
  call.progressed();
  pass(call, { method: 'notifications/progress', params: progress }, dependencies);
}

function passLog(params: JsonObject, call: Call | undefined, dependencies: InterimDependencies): void {
  const wanted = severity(call?.peer?.log_level);
  if (call === undefined || wanted === -1 || severity(params['level']) < wanted) return;
  pass(call, { method: 'notifications/message', params }, dependencies);
}

/** A URL elicitation is done (2025-11-25, client/elicitation): told to the call that had asked it. */
function passCompletion(params: JsonObject, dependencies: InterimDependencies): void {
  const { elicitationId } = params;
  if (typeof elicitationId !== 'string') return;
  const call = dependencies.connection.findCall((open) => open.elicitations.has(elicitationId));
  if (call !== undefined)
    pass(call, { method: 'notifications/elicitation/complete', params: { elicitationId } }, dependencies);
}

function pass(call: Call, notification: Notification, { counts, bounds }: InterimDependencies): void {
  call.interim_messages += 1;
  if (call.interim_messages > bounds.interim_messages_per_call_max) counts.interim_dropped += 1;
  else call.peer?.notify(notification);
}
