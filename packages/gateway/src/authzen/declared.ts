/**
 * Mappings that tools declare (COAZ-MCP, "Declared Mappings"), read backwards: which call of which tool it is
 * that an enforcement point makes these evaluations of. References to fields are read, and nothing is
 * evaluated that a server has written: a mapping that computes is passed over, so what it makes is denied.
 */
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';
import type { AgentIdentity } from '@remit/enforce';
import type { Services } from '../mcp/services.ts';
import type { ToolEntry } from '../mcp/view.ts';
import { isConcealed } from './concealed.ts';
import type { Evaluation } from './entities.ts';
import { referenceIn } from './reference.ts';

export interface DeclaredCall {
  tool: ToolEntry;
  arguments: JsonObject;
}

/** What is known of the call while a template is laid over an evaluation. */
interface Reading {
  agent: string;
  /** The name of the tool, as agents see it. */
  name: string;
  arguments: JsonObject;
}

/** Every call that these evaluations, all together and in this order, can stand for; one for each tool. */
export function declaredCalls(
  services: Services,
  { agent }: AgentIdentity,
  asked: readonly Evaluation[],
): DeclaredCall[] {
  const calls: DeclaredCall[] = [];
  for (const [name, tool] of services.views.view(services.ports.policy()).tools.entries()) {
    const templates = templatesOf(tool.definition.inputSchema['x-authzen-mapping']);
    if (templates?.length !== asked.length || !tool.served) continue;
    if (isConcealed(services, { agent, kind: 'tool_invoke', server: tool.server, target: tool.name }))
      continue;
    const given = asked[0]?.action.properties['arguments'];
    const known = given !== undefined && isJsonObject(given) ? structuredClone(given) : {};
    const reading: Reading = { agent, name, arguments: known };
    if (templates.every((template, at) => fitsEvaluation(template, asked[at]!, reading)))
      calls.push({ tool, arguments: reading.arguments });
  }
  return calls;
}

/**
 * One template for each evaluation ("Mapping Envelopes"); undefined where there is none or it is malformed,
 * as with a subject inside an entry.
 */
function templatesOf(mapping: JsonValue | undefined): JsonObject[] | undefined {
  if (!isJsonObject(mapping) || Object.keys(mapping).length !== 1) return undefined;
  const { evaluation, evaluations } = mapping;
  if (isJsonObject(evaluation)) return [evaluation];
  if (!isJsonObject(evaluations)) return undefined;
  const { evaluations: entries, ...defaults } = evaluations;
  if (!Array.isArray(entries) || entries.length === 0) return undefined;
  const objects = entries.filter((entry) => isJsonObject(entry));
  if (objects.length < entries.length || objects.some((entry) => 'subject' in entry)) return undefined;
  return objects.map((entry) => ({ ...defaults, ...entry }));
}

/** Who asks is known by its key; `subject.type` is the server's word and counts for nothing ("Subject Identity"). */
function fitsEvaluation(template: JsonObject, asked: Evaluation, reading: Reading): boolean {
  const { subject = {}, action, resource, context = {} } = template;
  if (!isJsonObject(subject) || !isJsonObject(action) || !isJsonObject(resource)) return false;
  const { id = '$token.sub', properties = {} } = subject;
  if (!isPinned(action['name']) || !isPinned(resource['type']) || !('id' in resource)) return false;
  return (
    fits({ id, properties }, { ...asked.subject }, reading) &&
    fits(action, asked.action, reading) &&
    fits(resource, { ...asked.resource }, reading) &&
    fits(context, asked.context, reading)
  );
}

/** A mapping that took these from arguments could stand for whatever anybody asks. */
function isPinned(template: JsonValue | undefined): boolean {
  return typeof template === 'string' && (template === '$params.name' || !template.startsWith('$'));
}

/** Whether the template makes this value of the call; what that says of its arguments goes into the reading. */
function fits(template: JsonValue, value: JsonValue | undefined, reading: Reading): boolean {
  if (isJsonObject(template)) {
    if (!isJsonObject(value)) return false;
    return Object.entries(template).every(([key, inner]) =>
      fits(inner, Object.hasOwn(value, key) ? value[key] : undefined, reading),
    );
  }
  if (typeof template !== 'string' || !template.startsWith('$')) return isSame(template, value);
  if (template.startsWith('$$')) return value === template.slice(1);
  return fitsReference(template.slice(1), value, reading);
}

function fitsReference(expression: string, value: JsonValue | undefined, reading: Reading): boolean {
  const reference = referenceIn(expression);
  if (!reference) return false;
  if (value === undefined) return reference.optional;
  const [root, first, ...names] = reference.path;
  if (root === 'token') return first !== 'sub' || value === reading.agent;
  if (root !== 'params') return false;
  if (first === 'name' && names.length === 0) return value === reading.name;
  return first === 'arguments' && names.length > 0 && learn(reading.arguments, names, value);
}

/** Puts the value where the names lead; false where another one stands there already. */
function learn(args: JsonObject, names: readonly string[], value: JsonValue): boolean {
  const [name, ...rest] = names as [string, ...string[]];
  const known = Object.hasOwn(args, name) ? args[name] : undefined;
  if (rest.length === 0) {
    args[name] = value;
    return known === undefined || isSame(known, value);
  }
  const holder = known ?? {};
  if (!isJsonObject(holder)) return false;
  args[name] = holder;
  return learn(holder, rest, value);
}

function isSame(one: JsonValue, other: JsonValue | undefined): boolean {
  return other !== undefined && isDeepStrictEqual(one, other);
}
