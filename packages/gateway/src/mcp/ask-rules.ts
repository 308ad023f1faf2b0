/** What a client can be asked, and what counts as an answer (MCP 2026-07-28, client/*, basic/patterns/mrtr). */
import { isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';
import type { InputRequest } from '../exchange.ts';

/** Why this client cannot be asked this, in a sentence; undefined where it can. */
export function cannotAsk(capabilities: JsonObject, { method, params }: InputRequest): string | undefined {
  switch (method) {
    case 'elicitation/create':
      return cannotElicit(capabilities['elicitation'], params?.['mode'] ?? 'form');
    case 'sampling/createMessage':
      return cannotSample(capabilities['sampling'], params);
    case 'roots/list':
      return isJsonObject(capabilities['roots']) ? undefined : 'The client does not list roots.';
    default:
      return `No client can be asked ${method}.`;
  }
}

function cannotElicit(elicitation: JsonValue | undefined, mode: JsonValue): string | undefined {
  if (!isJsonObject(elicitation)) return 'The client does not take elicitations.';
  // An empty capability means form mode (client/elicitation, "Capabilities").
  const supported = Object.keys(elicitation).length === 0 ? ['form'] : Object.keys(elicitation);
  if (typeof mode === 'string' && supported.includes(mode)) return undefined;
  return `The client does not take elicitations of mode ${JSON.stringify(mode)}.`;
}

function cannotSample(sampling: JsonValue | undefined, params: JsonObject | undefined): string | undefined {
  if (!isJsonObject(sampling)) return 'The client does not sample.';
  const withTools = params?.['tools'] !== undefined || params?.['toolChoice'] !== undefined;
  return withTools && !isJsonObject(sampling['tools']) ? 'The client does not sample with tools.' : undefined;
}

const elicitationActions = new Set<JsonValue | undefined>(['accept', 'decline', 'cancel']);

/** Whether the client's answer has the shape that this request asks for. */
export function isAnswer(method: string, value: JsonValue | undefined): value is JsonObject {
  if (value === undefined || !isJsonObject(value)) return false;
  switch (method) {
    case 'elicitation/create':
      return elicitationActions.has(value['action']) && isContent(value['content']);
    case 'sampling/createMessage':
      return typeof value['model'] === 'string' && typeof value['role'] === 'string' && 'content' in value;
    case 'roots/list':
      return Array.isArray(value['roots']) && value['roots'].every(isRoot);
    default:
      return false;
  }
}

function isContent(content: JsonValue | undefined): boolean {
  return content === undefined || content === null || isJsonObject(content);
}

function isRoot(root: JsonValue): boolean {
  return isJsonObject(root) && typeof root['uri'] === 'string';
}

/** The capabilities that the gateway passes on: what can be asked, and nothing that it does not carry. */
export function askableCapabilities(declared: JsonObject): JsonObject {
  const passed: JsonObject = {};
  for (const name of ['elicitation', 'sampling', 'roots']) {
    const capability = declared[name];
    if (isJsonObject(capability)) passed[name] = capability;
  }
  return passed;
}
