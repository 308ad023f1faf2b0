/** Errors as RFC 9457 problem details. */
import { STATUS_CODES } from 'node:http';
import { Fault, FilterFault } from '@remit/contracts';
import type { z } from 'zod';
import type { Problem } from '../api/problem.ts';

/** The HTTP status of each code; a code that is not here is a fault of Remit's own. */
const statuses: Record<string, number> = {
  export_too_large: 400,
  hold_on_nothing: 400,
  invalid_request: 400,
  invalid_query: 400,
  filter_given_twice: 400,
  filter_malformed: 400,
  filter_too_long: 400,
  unknown_action: 400,
  unknown_decision: 400,
  unknown_filter: 400,
  unknown_result: 400,
  unknown_tier: 400,
  unreadable_number: 400,
  unreadable_time: 400,
  token_required: 401,
  approval_needs_person: 403,
  approver_is_owner: 403,
  approver_is_proposer: 403,
  approver_is_requester: 403,
  approver_not_asked: 403,
  erasure_by_requester: 403,
  needs_administrator: 403,
  not_permitted: 403,
  operator_only: 403,
  origin_not_allowed: 403,
  agent_not_found: 404,
  approval_not_found: 404,
  credential_not_found: 404,
  erasure_not_found: 404,
  event_not_found: 404,
  file_not_found: 404,
  hold_not_found: 404,
  key_not_found: 404,
  person_not_found: 404,
  policy_version_not_found: 404,
  route_not_found: 404,
  unknown_tool: 404,
  backup_exists: 409,
  backup_interrupted: 409,
  backup_unwritable: 409,
  agent_exists: 409,
  agent_not_in_policy: 409,
  agent_retired: 409,
  approval_already_given: 409,
  approval_not_pending: 409,
  groups_contradict: 409,
  last_administrator: 409,
  payloads_held: 409,
  person_exists: 409,
  policy_in_force: 409,
  policy_not_waiting: 409,
  policy_version_unusable: 409,
  request_in_progress: 409,
  shown_once: 409,
  subject_is_registered: 409,
  too_many_erasures: 409,
  too_many_holds: 409,
  tool_changed: 409,
  request_too_large: 413,
  media_type_not_supported: 415,
  host_not_allowed: 421,
  idempotency_key_reused: 422,
  too_many_streams: 429,
  internal_error: 500,
  ledger_damaged: 500,
  policy_version_damaged: 500,
  upstream_failed: 502,
  ledger_unavailable: 503,
  not_ready: 503,
  store_unavailable: 503,
  too_many_changes: 503,
};

/** A request that does not fit its schema, with every place that is at fault. */
export class InvalidRequest extends Fault {
  readonly issues: readonly { at: string; message: string }[];

  constructor(issues: readonly { at: string; message: string }[]) {
    super('invalid_request', 'The request does not have the shape that this route takes.', {
      remedy: 'See /api/v1/openapi.json.',
    });
    this.issues = issues;
  }
}

/** At most this many places are named: the list is the caller's to make long. */
const issuesShown = 20;

export function invalidRequest(part: string, error: z.ZodError): InvalidRequest {
  return new InvalidRequest(
    error.issues.slice(0, issuesShown).map((issue) => ({
      at: [part, ...issue.path.slice(0, 16).map(String)].join('.').slice(0, 256),
      message: issue.message,
    })),
  );
}

/** True where the caller can be told what is wrong; otherwise it is ours and stays with us. */
function isExpected(error: unknown): error is Fault {
  return error instanceof Fault && statuses[error.code] !== undefined;
}

export function problemOf(error: unknown): Problem {
  const fault = isExpected(error) ? error : unexpected;
  const status = statuses[fault.code] ?? 500;
  return {
    type: `urn:remit:problem:${fault.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code: fault.code,
    detail: fault.message,
    ...(fault.remedy !== undefined && { remedy: fault.remedy }),
    ...(fault instanceof InvalidRequest && { errors: [...fault.issues] }),
    ...(fault instanceof FilterFault && { errors: [placeIn(fault)] }),
  };
}

function placeIn({ from, to, text }: FilterFault): { at: string; message: string } {
  const message = `characters ${from + 1} to ${to}: ${text.slice(from, Math.min(to, from + 80))}`;
  return { at: 'query.filter', message };
}

const unexpected = new Fault('internal_error', 'Something went wrong in Remit; it has been logged.', {
  remedy: 'Look at the log of the Remit process.',
});

export function routeNotFound(): Fault {
  return new Fault('route_not_found', 'There is no such route.', { remedy: 'See /api/v1/openapi.json.' });
}

/** Fastify's own refusals in Remit's words; anything else as it is. */
export function faultOf(error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error) || !('statusCode' in error)) return error;
  if (error.statusCode === 413)
    return new Fault('request_too_large', 'The body is larger than this listener takes.');
  if (error.statusCode === 415) {
    return new Fault('media_type_not_supported', 'Bodies are `application/json`.', {
      remedy: 'Send `Content-Type: application/json`.',
    });
  }
  const refused = typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500;
  return refused ? new InvalidRequest([{ at: 'request', message: 'is not well formed' }]) : error;
}
