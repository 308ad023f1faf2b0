/**
 * Requests by a server (2025 era): elicitation, sampling and roots are carried to the agent whose
 * call they belong to. Where that is not certain the server gets an error: a question must never
 * reach another agent.
 */
import { Fault, isJsonObject } from '@remit/contracts';
import type { JsonObject } from '@remit/contracts';
import type { Peer, RpcError } from '../../exchange.ts';
import type { Call } from '../call.ts';
import type { ServerRequest } from '../incoming.ts';
import type { EraDependencies } from './era.ts';
import { input_methods } from './input-requests.ts';

const method_not_found = -32601;
const internal_error = -32603;
/** What a client says whose person refuses (2025-11-25, client/sampling "Error Handling"). */
const refused_by_user = -1;

/** What an agent is being asked at the moment, by the server's id: aborted where the server withdraws it. */
export type OpenQuestions = Map<ServerRequest['id'], AbortController>;

/** The key under which a single request travels in the seam's map. */
const key = 'request';

export async function answerServerRequest(
  request: ServerRequest,
  call: Call | undefined,
  dependencies: EraDependencies,
  open: OpenQuestions,
): Promise<void> {
  const { connection } = dependencies;
  if (request.method === 'ping') return connection.respond(request.id, {});
  if (!input_methods.has(request.method)) {
    return connection.respondError(request.id, { code: method_not_found, message: 'method not found' });
  }
  const subject = connection.loneCall()?.subject;
  if (subject !== undefined) dependencies.events.asked(subject);
  const refusal = whyNotAsked(call, dependencies);
  if (call?.peer === undefined || refusal !== undefined) {
    return connection.respondError(request.id, refusal ?? unattributed());
  }
  await carry(request, call, call.peer, dependencies, open);
}

function whyNotAsked(
  call: Call | undefined,
  { counts, bounds, logger }: EraDependencies,
): RpcError | undefined {
  if (call?.peer === undefined) {
    counts.unattributed_requests += 1;
    logger.warn('the server asked for input, but not for exactly one open call; it was refused');
    return unattributed();
  }
  call.asks += 1;
  if (call.asks <= bounds.ask_rounds_max) return undefined;
  return { code: internal_error, message: `more than ${bounds.ask_rounds_max} requests for one call` };
}

function unattributed(): RpcError {
  return { code: internal_error, message: 'the request belongs to no single open call' };
}

async function carry(
  request: ServerRequest,
  call: Call,
  peer: Peer,
  { connection, logger }: EraDependencies,
  open: OpenQuestions,
): Promise<void> {
  const { id, method, params } = request;
  const { signal } = openQuestion(id, open);
  noteElicitation(call, params);
  try {
    const responses = await call.whileAsking(() =>
      peer.ask({ [key]: { method, ...(params && { params }) } }, signal),
    );
    // What is cancelled is not answered (2025-11-25, basic/utilities/cancellation "Behavior Requirements").
    if (signal.aborted) return;
    const result = responses[key];
    if (isJsonObject(result)) connection.respond(id, result);
    else connection.respondError(id, { code: internal_error, message: 'the client gave no usable answer' });
  } catch (error) {
    if (signal.aborted) return;
    logger.info(
      { method, code: error instanceof Fault ? error.code : undefined },
      'a request by the server was not answered',
    );
    connection.respondError(id, askError(error));
  } finally {
    if (open.get(id)?.signal === signal) open.delete(id);
  }
}

function openQuestion(id: ServerRequest['id'], open: OpenQuestions): AbortController {
  const question = new AbortController();
  open.set(id, question);
  return question;
}

function noteElicitation(call: Call, params: JsonObject | undefined): void {
  if (typeof params?.['elicitationId'] === 'string') call.elicitations.add(params['elicitationId']);
}

/** Why an agent's client, or a policy, refused is none of the server's business. */
function askError(error: unknown): RpcError {
  if (!(error instanceof Fault) || error.code === 'ask_failed')
    return { code: internal_error, message: 'the client could not be asked' };
  return error.code === 'ask_timeout'
    ? { code: internal_error, message: 'the client did not answer in time' }
    : { code: refused_by_user, message: 'the request was refused' };
}
