/** The people's listener: every route of the table behind the same guards, in the same order. */
import { bounds } from '@remit/contracts';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { AuditReads } from '../audit-reads.ts';
import { handlersOf } from '../handlers/all.ts';
import { problemMedia } from '../api/problem.ts';
import { routes, type OperationId } from '../api/routes.ts';
import type { ServerLog } from '../ports.ts';
import { authenticator, refusalFor, type Caller } from './caller.ts';
import type { ControlDeps, ControlOptions } from './deps.ts';
import { EventStreams } from './event-stream.ts';
import { hostFault } from './hosts.ts';
import { RecentAnswers } from './idempotency.ts';
import { acceptJsonOnly } from './json-body.ts';
import { faultOf, problemOf, routeNotFound } from './problems.ts';
import { refusalRecorder } from './refusals.ts';
import { answerer } from './answer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read; absent on routes that are open to all. */
    caller: Caller | undefined;
  }
  interface FastifyContextConfig {
    operation?: OperationId;
  }
}

/**
 * The listener, not yet listening: `inject` serves a command that runs in this process, `listen` the
 * network. `close` ends its live streams; the registry and the ledger are closed by whoever opened them.
 */
export function createControl(options: ControlOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: bounds.people_request_bytes_max,
    requestTimeout: bounds.request_body_ms,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 1024 },
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply, options.log),
  });
  app.server.headersTimeout = bounds.request_headers_ms;
  app.decorateRequest('caller', undefined);
  acceptJsonOnly(app);
  guard(app, options);
  const recordRefusal = refusalRecorder(app, options);
  app.setErrorHandler(async (error, request, reply) => {
    await recordRefusal(error, request);
    return sendProblem(error, request, reply, options.log);
  });
  app.setNotFoundHandler((request, reply) => sendProblem(routeNotFound(), request, reply, options.log));
  addRoutes(app, depsOf(options), options.log);
  return app;
}

function depsOf({ registry, ...options }: ControlOptions): ControlDeps {
  const { agents, people, credentials } = registry;
  return { ...options, agents, people, credentials, reads: new AuditReads(options) };
}

/** No page may embed, sniff or remember an answer. The console states a policy of its own for its pages. */
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Host, origin, token and permission, all before a byte of the body is read. */
function guard(
  app: FastifyInstance,
  { registry, operatorToken, hosts = [], origins = [], log }: ControlOptions,
): void {
  const authenticate = authenticator(operatorToken, registry.people);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    const { host, origin, authorization } = request.headers;
    const foreign = hostFault({ hosts, origins }, host, origin);
    if (foreign) throw foreign;
    const { operation } = request.routeOptions.config;
    if (operation === undefined) return;
    request.caller = authenticate(authorization);
    const refusal = refusalFor(request.caller, routes[operation].permission, registry.people);
    if (refusal) throw refusal;
  });
  app.addHook('onResponse', async (request, reply) => {
    log?.answered?.({
      route: nameOf(request),
      status: reply.statusCode,
      duration_ms: reply.elapsedTime,
      caller: request.caller?.id ?? 'nobody',
    });
  });
}

function addRoutes(app: FastifyInstance, deps: ControlDeps, log: ServerLog | undefined): void {
  const answer = answerer(handlersOf(deps), new RecentAnswers(deps.clock));
  const streams = new EventStreams(deps, log);
  app.addHook('preClose', async () => streams.closeAll());
  for (const operation of Object.keys(routes) as OperationId[]) {
    const { method, path } = routes[operation];
    const url = path.replace('{*}', '*').replace(/\{([^}]+)\}/g, ':$1');
    const handler = operation === 'streamEvents' ? streams.open : answer(operation);
    app.route({ method, url, config: { operation }, exposeHeadRoute: false, handler });
  }
}

function sendProblem(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: ServerLog | undefined,
) {
  const error = faultOf(thrown);
  const problem = problemOf(error);
  if (isOurs(problem.status, error)) log?.failed?.(error, nameOf(request));
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="remit"');
  return reply.code(problem.status).type(problemMedia).send(JSON.stringify(problem));
}

/** Worth a line in the log: nobody foresaw it, or it has a cause that the caller is not told. */
function isOurs(status: number, error: unknown): boolean {
  return status === 500 || (status > 500 && error instanceof Error && error.cause !== undefined);
}

/** The route's pattern: a path could name a person. */
function nameOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? 'unknown'}`;
}
