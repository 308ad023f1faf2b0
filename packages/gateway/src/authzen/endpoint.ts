/** The AuthZEN Authorization API 1.0 over HTTP ("HTTPS JSON Binding"), and its metadata. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault, isJsonObject, parseJson, type JsonObject } from '@remit/contracts';
import type { AgentIdentity } from '@remit/enforce';
import { readBody } from '../http/body.ts';
import { header } from '../mcp/http-request.ts';
import { sendJson } from '../mcp/reply.ts';
import type { Services } from '../mcp/services.ts';
import { decisionOn } from './decision.ts';
import { badRequest, readEvaluation } from './entities.ts';
import { evaluations } from './evaluations.ts';
import type { Mapping } from './mapping.ts';
import { searchActions, searchResources, searchSubjects } from './search.ts';

const metadataPath = '/.well-known/authzen-configuration';

type Operation = (mapping: Mapping, identity: AgentIdentity, request: JsonObject) => Promise<JsonObject>;

const endpoints: readonly { path: string; parameter: string; operation: Operation }[] = [
  {
    path: '/access/v1/evaluation',
    parameter: 'access_evaluation_endpoint',
    operation: (mapping, identity, request) =>
      decisionOn(mapping, identity, readEvaluation(request, mapping.services.bounds)),
  },
  { path: '/access/v1/evaluations', parameter: 'access_evaluations_endpoint', operation: evaluations },
  { path: '/access/v1/search/subject', parameter: 'search_subject_endpoint', operation: searchSubjects },
  { path: '/access/v1/search/resource', parameter: 'search_resource_endpoint', operation: searchResources },
  { path: '/access/v1/search/action', parameter: 'search_action_endpoint', operation: searchActions },
];

/** Whether this path is of this API. */
export function isAuthzenPath(path: string): boolean {
  return path === metadataPath || path.startsWith('/access/v1/');
}

/** For what is refused before it gets here: the identifier of the request is repeated, whatever comes of it. */
export function repeatIdentifier(
  request: IncomingMessage,
  response: ServerResponse,
  length_max: number,
): void {
  const id = header(request, 'x-request-id');
  if (id !== undefined && id.length <= length_max) response.setHeader('x-request-id', id);
}

/** "Error Responses": the body is the message. */
export function sendError(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, JSON.stringify(message));
}

export class AuthzenEndpoint {
  readonly #services: Services;
  readonly #mapping: Mapping;

  constructor(mapping: Mapping) {
    this.#services = mapping.services;
    this.#mapping = mapping;
  }

  /** Answers the request, whatever it is; never rejects. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    identity: AgentIdentity,
  ): Promise<void> {
    try {
      if (path === metadataPath) this.#metadata(request, response);
      else await this.#evaluate(request, response, path, identity);
    } catch (error) {
      const { status, message } = this.#problem(error);
      sendError(response, status, message);
    }
  }

  async #evaluate(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    identity: AgentIdentity,
  ): Promise<void> {
    const endpoint = endpoints.find((each) => each.path === path);
    if (!endpoint) throw new HttpProblem(404, 'There is nothing at this path.');
    assertMethod(request, response, 'POST');
    const type = header(request, 'content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/json') throw badRequest('Content-Type must be application/json.');
    const { bounds } = this.#services;
    const body = parseJson(await readBody(request, bounds.request_bytes_max), bounds.json_depth_max);
    if (!isJsonObject(body)) throw badRequest('The body must be a JSON object.');
    const answer = await endpoint.operation(this.#mapping, identity, body);
    sendJson(response, 200, JSON.stringify(answer));
  }

  /** The identifier is the address that the client has used: its Host has been checked. */
  #metadata(request: IncomingMessage, response: ServerResponse): void {
    assertMethod(request, response, 'GET');
    const origin = `http://${header(request, 'host') ?? ''}`;
    const urls = endpoints.map(({ path, parameter }) => [parameter, `${origin}${path}`] as const);
    sendJson(response, 200, JSON.stringify({ policy_decision_point: origin, ...Object.fromEntries(urls) }));
  }

  #problem(error: unknown): { status: number; message: string } {
    if (error instanceof HttpProblem) return { status: error.status, message: error.message };
    if (error instanceof Fault)
      return { status: error.code === 'body_too_large' ? 413 : 400, message: error.message };
    this.#services.logger.error({ err: error }, 'a request for a decision failed inside the gateway');
    return { status: 500, message: 'The gateway failed.' };
  }
}

class HttpProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function assertMethod(request: IncomingMessage, response: ServerResponse, method: string): void {
  if (request.method === method) return;
  response.setHeader('allow', method);
  throw new HttpProblem(405, `${request.method ?? ''} is not allowed here.`);
}
