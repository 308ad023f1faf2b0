/**
 * Requests to the people's listener that are refused because of who sends them, as the ledger keeps them.
 * What is refused for its shape is not: nobody tried to get more than they are given.
 */
import { bounds } from '@remit/contracts';
import { RefusedAttempts, type RefusedAttempt } from '@remit/enforce';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ControlOptions } from './deps.ts';
import { problemOf } from './problems.ts';

/** 401 and 403, and 421 for a listener that is called by a foreign name (RFC 9110, section 15.5). */
const refusedStatuses: readonly number[] = [401, 403, 421];

export type RecordRefusal = (error: unknown, request: FastifyRequest) => Promise<void>;

/** Resolves when the refusal is recorded or counted; at once for any other error. Never rejects. */
export function refusalRecorder(
  app: FastifyInstance,
  { ledger, clock, newId, log }: ControlOptions,
): RecordRefusal {
  const unrecorded = (error: unknown) => log?.failed?.(error, 'recording a refusal');
  const attempts = new RefusedAttempts({ ledger, clock, newId, unrecorded });
  const sweeping = setInterval(() => void attempts.sweep(), bounds.refused_attempts_window_ms);
  sweeping.unref();
  app.addHook('onClose', async () => {
    clearInterval(sweeping);
    await attempts.close();
  });
  return async (error, request) => {
    const { status, code, detail } = problemOf(error);
    if (refusedStatuses.includes(status)) await attempts.record(attemptOf(request, code, detail));
  };
}

/** Of a caller who is known, with who it is; a stranger's words are sealed, and its token is nowhere. */
function attemptOf(
  { caller, routeOptions, ip }: FastifyRequest,
  code: string,
  reason: string,
): RefusedAttempt {
  const { operation } = routeOptions.config;
  const meta = { listener: 'people', ...(operation !== undefined && { route: operation }) };
  if (caller === undefined) {
    const event = code === 'token_required' ? 'login' : 'request_refused';
    return { event, subject: "the people's listener", code, meta, payload: { reason, source: ip } };
  }
  const payload = { reason, source: ip, ...(caller.name !== undefined && { by_name: caller.name }) };
  return { event: 'request_refused', subject: caller.id, code, meta: { ...meta, by: caller.id }, payload };
}
