/** The methods that only the 2025 era has. */
import type { JsonObject } from '@remit/contracts';
import { mayUse } from '@remit/policy';
import { isLogLevel } from '../log-level.ts';
import type { Operation } from '../operations.ts';
import { uriParam } from '../params.ts';
import { serverOf } from '../resources.ts';
import type { AgentRequest } from '../request.ts';
import { invalidParams, methodNotFound } from '../rpc-fault.ts';
import type { Services } from '../services.ts';
import type { Session } from './session.ts';

type SessionOperation = (
  services: Services,
  request: AgentRequest,
  session: Session,
) => JsonObject | Promise<JsonObject>;

const methods = new Map<string, SessionOperation>([
  ['ping', () => ({})],
  ['logging/setLevel', setLevel],
  ['resources/subscribe', subscribe],
  ['resources/unsubscribe', unsubscribe],
]);

/** The operation of a method of this era; undefined where it is common to both or unknown. */
export function sessionOperation(
  method: string,
  session: Session,
): { operation: Operation; isCall: false } | undefined {
  const operation = methods.get(method);
  if (!operation) return undefined;
  return {
    operation: (services, request) => Promise.resolve(operation(services, request, session)),
    isCall: false,
  };
}

/** Held for the session and given to servers with each call (2025-11-25, server/utilities/logging). */
function setLevel(services: Services, request: AgentRequest, session: Session): JsonObject {
  const view = services.views.view(services.ports.policy(), request.caller.scope);
  if (!('logging' in view.capabilities)) throw methodNotFound(request.method);
  const { level } = request.params;
  if (!isLogLevel(level)) throw invalidParams('`params.level` is not a log level.');
  session.logLevel = level;
  return {};
}

async function subscribe(services: Services, request: AgentRequest, session: Session): Promise<JsonObject> {
  const uri = uriParam(request.params, services.bounds);
  if (session.watched.size >= services.bounds.watched_resources_max) {
    throw invalidParams(`One session may watch ${services.bounds.watched_resources_max} resources.`);
  }
  const server = serverOf(services, request.caller, uri);
  const target = { kind: 'resource_read', server, target: uri } as const;
  if (!mayUse(services.ports.policy(), request.caller.agent, target)) {
    throw invalidParams('This agent may not read the resource, so it may not watch it.', { uri });
  }
  await session.watched.add(uri, server);
  return {};
}

async function unsubscribe(services: Services, request: AgentRequest, session: Session): Promise<JsonObject> {
  await session.watched.remove(uriParam(request.params, services.bounds));
  return {};
}
