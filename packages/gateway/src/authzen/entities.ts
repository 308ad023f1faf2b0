/** Requests of the OpenID AuthZEN Authorization API 1.0 ("Information Model"), read strictly; unknown fields are ignored. */
import { Fault, isJsonObject, type Bounds, type JsonObject, type JsonValue } from '@remit/contracts';

interface Entity {
  type: string;
  id: string;
  properties: JsonObject;
}

export interface Evaluation {
  subject: Entity;
  action: { name: string; properties: JsonObject };
  resource: Entity;
  context: JsonObject;
}

/** @throws Fault `bad_request` for what is missing or of the wrong shape. */
export function readEvaluation(request: JsonObject, bounds: Bounds): Evaluation {
  return {
    subject: readEntity(request, 'subject', bounds),
    action: readAction(request, bounds),
    resource: readEntity(request, 'resource', bounds),
    context: readObject(request['context'], '`context`'),
  };
}

export function readEntity(request: JsonObject, key: 'subject' | 'resource', bounds: Bounds): Entity {
  const { type, id, properties } = required(request, key);
  return {
    type: readText(type, `\`${key}.type\``, bounds),
    id: readText(id, `\`${key}.id\``, bounds),
    properties: readObject(properties, `\`${key}.properties\``),
  };
}

/** The entity that is searched for: its id is ignored ("Search APIs"). */
export function readSearched(request: JsonObject, key: 'subject' | 'resource', bounds: Bounds): string {
  return readText(required(request, key)['type'], `\`${key}.type\``, bounds);
}

export function readAction(request: JsonObject, bounds: Bounds): Evaluation['action'] {
  const { name, properties } = required(request, 'action');
  return {
    name: readText(name, '`action.name`', bounds),
    properties: readObject(properties, '`action.properties`'),
  };
}

export function readObject(value: JsonValue | undefined, what: string): JsonObject {
  if (value === undefined) return {};
  if (isJsonObject(value)) return value;
  throw badRequest(`${what} must be an object.`);
}

function required(request: JsonObject, key: string): JsonObject {
  const value = request[key];
  if (value === undefined || !isJsonObject(value)) throw badRequest(`\`${key}\` must be an object.`);
  return value;
}

function readText(value: JsonValue | undefined, what: string, { entity_length_max: max }: Bounds): string {
  if (typeof value !== 'string') throw badRequest(`${what} must be a string.`);
  if (value.length > max) throw badRequest(`${what} is longer than ${max} characters.`);
  return value;
}

export function badRequest(message: string): Fault {
  return new Fault('bad_request', message);
}
