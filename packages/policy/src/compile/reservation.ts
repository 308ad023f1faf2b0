/** What a call has to reserve of the limits that apply to it. */
import { hash } from 'node:crypto';
import { bounds, decimalOf, decimalText } from '@remit/contracts';
import type { Action, JsonValue, Reservation } from '@remit/contracts';
import { valueAt } from '../condition/field-path.ts';
import type { AppliedLimit, LimitField } from './limit.ts';

/** A limit that cannot be counted for this call, which is therefore denied. The message is part of a sentence. */
export class LimitFailure extends Error {
  readonly limit: AppliedLimit;

  constructor(limit: AppliedLimit, message: string) {
    super(message);
    this.limit = limit;
  }
}

/**
 * One reservation for each counter; of two limits on the same counter the lower one. The key names
 * the subject in plain text: it can hold a person's name, so it is recorded in sealed payloads only.
 *
 * @throws LimitFailure
 */
export function reservationsFor(limits: readonly AppliedLimit[], action: Action): Reservation[] {
  if (limits.length === 0) return [];
  const reservations = new Map<string, Reservation>();
  for (const limit of limits) {
    const measure = measureOf(limit, action);
    if (measure === undefined) continue;
    for (const key of keysOf(limit, action)) {
      const known = reservations.get(key);
      if (known !== undefined && known.max <= limit.max) continue;
      const { max, reference, lifetime } = limit;
      reservations.set(key, { key, max, rule: reference, ...lifetime, ...measure });
    }
  }
  return [...reservations.values()];
}

/** What this call adds; undefined where the limit does not count it. */
function measureOf(limit: AppliedLimit, action: Action): Pick<Reservation, 'sum' | 'distinct'> | undefined {
  if (limit.measured === undefined) return {};
  const value = argument(limit, limit.measured, action);
  if (value === undefined) return undefined;
  if (limit.kind === 'sum') return { sum: amountOf(limit, limit.measured, value) };
  return { distinct: targetsOf(limit, limit.measured, value) };
}

/** The argument's value; undefined where the call may leave it out. */
function argument(limit: AppliedLimit, field: LimitField, action: Action): JsonValue | undefined {
  const value = valueAt(action.arguments, field.path);
  if (value !== undefined || field.path.optional) return value;
  if (!field.declaredBy.has(`${action.server}/${action.target}`)) return undefined;
  throw new LimitFailure(limit, `\`${field.path.text}\` is missing`);
}

/** A negative amount would make room for what is over the limit. */
function amountOf(limit: AppliedLimit, { path }: LimitField, value: JsonValue): string {
  const amount = decimalOf(value);
  if (amount === undefined) throw new LimitFailure(limit, `\`${path.text}\` is not a number`);
  if (amount.units < 0n) throw new LimitFailure(limit, `\`${path.text}\` is negative`);
  return decimalText(amount);
}

/** Every item of a list is a target. Spellings that differ count as different ones. */
function targetsOf(limit: AppliedLimit, { path }: LimitField, value: JsonValue): string[] {
  const values = Array.isArray(value) ? value : [value];
  if (values.length > bounds.limit_targets_max) {
    const most = `more than the ${bounds.limit_targets_max} targets that one call may name`;
    throw new LimitFailure(limit, `\`${path.text}\` has ${most}`);
  }
  return [...new Set(values.map((item) => shortened(JSON.stringify(item))))];
}

function keysOf(limit: AppliedLimit, action: Action): string[] {
  const key = `${limit.name}/agent=${encoded(action.agent)}`;
  const subject = subjectOf(limit, action);
  if (limit.perConversation || limit.by === 'conversation')
    return conversationsOf(action).map((conversation) => `${key}${conversation}${subject}`);
  return [`${key}${subject}`];
}

/** Calls that lack the subject (an unattended call has no user) share one counter. */
function subjectOf(limit: AppliedLimit, action: Action): string {
  switch (limit.by) {
    case 'agent':
    case 'conversation':
      return '';
    case 'tool':
      return `/tool=${encoded(`${action.server}/${action.target}`)}`;
    case 'user':
      return `/user=${encoded(action.user ?? '')}`;
    default:
      return `/${limit.by.path.text}=${encoded(subjectText(limit, limit.by, action))}`;
  }
}

/** Case, width and surrounding space do not make another subject, which would be another counter. */
function subjectText(limit: AppliedLimit, field: LimitField, action: Action): string {
  const value = argument(limit, field, action);
  if (value === undefined) return '';
  if (typeof value === 'object')
    throw new LimitFailure(limit, `\`${field.path.text}\` is not a single value`);
  const text = String(value);
  if (text.length > bounds.limit_by_length_max) {
    const most = `longer than the ${bounds.limit_by_length_max} characters that a limit counts by`;
    throw new LimitFailure(limit, `\`${field.path.text}\` is ${most}`);
  }
  return text.normalize('NFKC').trim().toLowerCase();
}

/**
 * The conversations that a call counts in: that of agent and person, and the one that the agent
 * declares, or its protocol session. An agent can claim a new id and open a new session whenever it
 * likes, so that neither starts with nothing used (protocols.md, "Conversation").
 */
function conversationsOf({ context, session, user }: Action): string[] {
  const person = `/person=${encoded(user ?? '')}`;
  const declared = context.conversation_id;
  if (declared !== undefined) return [person, `/conversation=declared:${encoded(declared)}`];
  return session === undefined ? [person] : [person, `/conversation=session:${encoded(session)}`];
}

const PLAIN = /^[A-Za-z0-9_.-]*$/;

function encoded(text: string): string {
  const short = shortened(text);
  return PLAIN.test(short) ? short : encodeURIComponent(short.toWellFormed());
}

function shortened(text: string): string {
  if (text.length <= bounds.limit_subject_length_max) return text;
  return `sha256:${hash('sha256', text, 'base64url')}`;
}
