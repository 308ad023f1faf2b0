/** Carries out one request: schemas in, handler, schema out. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { RouteDefinition } from '../api/route.ts';
import { routes } from '../api/routes.ts';
import type { AnsweredId, Handlers } from '../handlers/handler.ts';
import { required, type Caller } from './caller.ts';
import type { Answer, RecentAnswers } from './idempotency.ts';
import { InvalidRequest, invalidRequest } from './problems.ts';

interface ParsedCall {
  parameters: unknown;
  query: unknown;
  body: unknown;
  caller: Caller | undefined;
}

const nothing = z.strictObject({});

export function answerer(handlers: Handlers<AnsweredId>, recent: RecentAnswers) {
  return (operation: AnsweredId) => {
    const route: RouteDefinition = routes[operation];
    // `Handlers` ties each handler to its own row; here, where the row is any, that tie is lost to the checker.
    const handler = handlers[operation] as (call: ParsedCall) => unknown;
    return async (request: FastifyRequest, reply: FastifyReply) => {
      const call = parse(route, request);
      const carryOut = async () => answerOf(route, await handler(call));
      const key = idempotencyKey(request);
      const answer =
        key === undefined ? await carryOut() : await recent.once(keyed(request, key, route), carryOut);
      return send(reply, route, answer);
    };
  };
}

function parse(route: RouteDefinition, request: FastifyRequest): ParsedCall {
  return {
    parameters: checked('path', route.parameters ?? z.object({}), request.params),
    query: checked('query', route.query ?? nothing, request.query),
    body: checked('body', route.body ?? nothing, request.body ?? {}),
    caller: request.caller,
  };
}

/** @throws InvalidRequest */
export function checked<Schema extends z.ZodType>(
  part: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidRequest(part, result.error);
  return result.data;
}

/** Only what the contract names leaves the process, whatever a handler returned. */
function answerOf(route: RouteDefinition, result: unknown): Answer {
  if (route.response) return { status: route.status, body: route.response.parse(result) };
  return { status: route.status, ...(route.media !== undefined && { body: result }) };
}

function send(reply: FastifyReply, route: RouteDefinition, { status, body }: Answer): FastifyReply {
  if (route.immutable) reply.header('cache-control', 'private, max-age=31536000, immutable');
  if (route.media !== undefined) reply.type(route.media);
  if (body instanceof Uint8Array) return reply.code(status).send(Buffer.from(body));
  return reply.code(status).send(body);
}

/** Undefined on reads, and where there is none. The draft has it quoted; bare ones are common. */
function idempotencyKey({ method, headers }: FastifyRequest): string | undefined {
  const header = headers['idempotency-key'];
  if (method === 'GET' || header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new InvalidRequest([
    { at: 'header.idempotency-key', message: 'must be 1 to 255 visible ASCII characters' },
  ]);
}

function keyed({ caller, method, url, body }: FastifyRequest, key: string, route: RouteDefinition) {
  return {
    caller: required(caller).id,
    key,
    content: `${method} ${url}\n${JSON.stringify(body ?? {})}`,
    shown_once: route.shown_once ?? false,
  };
}
