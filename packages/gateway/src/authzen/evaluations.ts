/** Several evaluations in one request ("Access Evaluations API"), with its three semantics. */
import { Fault, isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';
import type { AgentIdentity } from '@remit/enforce';
import { decisionOn, failed } from './decision.ts';
import { badRequest, readEvaluation, readObject } from './entities.ts';
import type { Mapping } from './mapping.ts';

/** After which decision no further one is made; undefined: all are made. */
const stopsAfter = new Map<string, boolean | undefined>([
  ['execute_all', undefined],
  ['deny_on_first_deny', false],
  ['permit_on_first_permit', true],
]);

/** @throws Fault `bad_request` for what concerns the whole request. */
export async function evaluations(
  mapping: Mapping,
  identity: AgentIdentity,
  request: JsonObject,
): Promise<JsonObject> {
  const { evaluations: asked, ...defaults } = request;
  if (asked !== undefined && !Array.isArray(asked)) throw badRequest('`evaluations` must be an array.');
  if (asked === undefined || asked.length === 0)
    return decisionOn(mapping, identity, readEvaluation(request, mapping.services.bounds));
  const { evaluations_max } = mapping.services.bounds;
  if (asked.length > evaluations_max)
    throw badRequest(`\`evaluations\` holds more than ${evaluations_max} of them.`);
  const semantic = semanticOf(defaults);
  const decisions: JsonObject[] = [];
  // One after the other, so that a semantic that stops has made no decision too many.
  for (const each of asked) {
    const decision = await decisionOnOne(mapping, identity, defaults, each);
    decisions.push(decision);
    if (decision['decision'] === semantic) break;
  }
  return { evaluations: decisions };
}

function semanticOf({ options }: JsonObject): boolean | undefined {
  const { evaluations_semantic = 'execute_all' } = readObject(options, '`options`');
  if (typeof evaluations_semantic === 'string' && stopsAfter.has(evaluations_semantic))
    return stopsAfter.get(evaluations_semantic);
  throw badRequest(`\`options.evaluations_semantic\` must be one of ${[...stopsAfter.keys()].join(', ')}.`);
}

/** What is wrong with one of them is its own denial; the others are decided all the same. */
async function decisionOnOne(
  mapping: Mapping,
  identity: AgentIdentity,
  defaults: JsonObject,
  given: JsonValue,
): Promise<JsonObject> {
  if (!isJsonObject(given)) return failed(400, 'An evaluation must be an object.');
  try {
    return await decisionOn(
      mapping,
      identity,
      readEvaluation({ ...defaults, ...given }, mapping.services.bounds),
    );
  } catch (error) {
    if (error instanceof Fault && error.code === 'bad_request') return failed(400, error.message);
    throw error;
  }
}
