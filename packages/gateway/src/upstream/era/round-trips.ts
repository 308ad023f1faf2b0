/**
 * Multi round-trip requests (2026-07-28, basic/patterns/mrtr). A server that needs input answers
 * `input_required`; the agent is asked, and the same request goes on with the answers. That is the
 * continuation that the server has asked for, under a new id: the call as such is still sent once.
 */
import { Fault } from '@remit/contracts';
import type { Bounds, Clock, JsonObject } from '@remit/contracts';
import type { UpstreamAnswer, UpstreamRequest } from '../../exchange.ts';
import type { EraAnswer } from './era.ts';
import { readInputRequests } from './input-requests.ts';

/** "Supported Requests": no other may be answered so. */
const supporting: ReadonlySet<string> = new Set(['tools/call', 'resources/read', 'prompts/get']);

const internal_error = -32603;

type Send = (params: JsonObject, total_ms: number) => Promise<UpstreamAnswer>;
type Step = { answer: EraAnswer } | { params: JsonObject };

export async function withRoundTrips(
  request: UpstreamRequest,
  { bounds, clock }: { bounds: Bounds; clock: Clock },
  send: Send,
): Promise<EraAnswer> {
  const ends_at = clock.monotonic() + bounds.upstream_call_total_ms;
  let { params } = request;
  for (let round = 0; round <= bounds.ask_rounds_max; round += 1) {
    const answer = await send(params, Math.max(1, ends_at - clock.monotonic()));
    // What is not sent now was sent before: the server has answered it.
    if (answer.kind === 'failed' && round > 0) return { ...answer, sent: true };
    const step = await continueWith(answer, request);
    if ('answer' in step) return step.answer;
    params = step.params;
  }
  return garbage(`the server asked for input more than ${bounds.ask_rounds_max} times`);
}

async function continueWith(answer: UpstreamAnswer, request: UpstreamRequest): Promise<Step> {
  if (answer.kind !== 'result') return { answer };
  const { resultType } = answer.result;
  if (resultType === undefined || resultType === 'complete') return { answer };
  if (resultType === 'task' && mayBeTask(request)) return { answer: { kind: 'task', handle: answer.result } };
  if (resultType !== 'input_required' || !supporting.has(request.method)) {
    return { answer: garbage('the server’s answer is of a type that Remit does not know') };
  }
  return await gather(answer.result, request);
}

/** Tools only, and only where the client is said to take tasks (extension, "Supported Methods"). */
function mayBeTask({ method, peer }: UpstreamRequest): boolean {
  return method === 'tools/call' && peer.tasks !== undefined;
}

/** Asks the agent, and makes the parameters of the next round: the original ones, answers and state. */
async function gather(result: JsonObject, request: UpstreamRequest): Promise<Step> {
  const { requestState } = result;
  const requests = readInputRequests(result['inputRequests'] ?? {});
  if (requests === undefined || (requestState !== undefined && typeof requestState !== 'string')) {
    return { answer: garbage('the server’s request for input is malformed') };
  }
  if (Object.keys(requests).length === 0 && requestState === undefined) {
    return { answer: garbage('the server asks for input without saying which') };
  }
  try {
    const inputResponses = Object.keys(requests).length === 0 ? undefined : await request.peer.ask(requests);
    if (request.signal.aborted) return { answer: cancelled() };
    const state = requestState === undefined ? {} : { requestState };
    return { params: { ...request.params, ...(inputResponses && { inputResponses }), ...state } };
  } catch (error) {
    return { answer: unanswered(error) };
  }
}

/** The server had answered, so that nothing is unknown: the call ends as an error with the reason. */
function unanswered(error: unknown): UpstreamAnswer {
  if (error instanceof Fault && error.code === 'cancelled') return cancelled();
  const reason = error instanceof Fault ? error.message : 'the client could not be asked';
  return {
    kind: 'error',
    error: { code: internal_error, message: `the server needs input that it did not get: ${reason}` },
  };
}

function cancelled(): UpstreamAnswer {
  return { kind: 'failed', reason: 'cancelled', sent: true, message: 'the agent cancelled the call' };
}

function garbage(message: string): UpstreamAnswer {
  return { kind: 'failed', reason: 'garbage', sent: true, message };
}
