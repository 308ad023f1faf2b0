/** Several evaluations in one request ("Access Evaluations API"), with its three semantics. */
import { Fault, isJsonObject, type JsonObject, type JsonValue } from '@remit/contracts';
import type { AgentIdentity } from '@remit/enforce';
import { decisionOn, decisionOnMapped, failed, isSubject } from './decision.ts';
import { badRequest, readEvaluation, readObject, type Evaluation } from './entities.ts';
import { declared, type Mapping } from './mapping.ts';

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
  const together = await decisionOnAll(mapping, identity, defaults, asked);
  const decisions: JsonObject[] = [];
  // One after the other, so that a semantic that stops has made no decision too many.
  for (const each of asked) {
    const decision = together ?? (await decisionOnOne(mapping, identity, defaults, each));
    decisions.push(decision);
    if (decision['decision'] === semantic) break;
  }
  return { evaluations: decisions };
}

/** Where a tool declares that these evaluations together are one call of it: one decision, which is that of each. */
async function decisionOnAll(
  mapping: Mapping,
  identity: AgentIdentity,
  defaults: JsonObject,
  asked: readonly JsonValue[],
): Promise<JsonObject | undefined> {
  if (asked.length < 2 || !asked.every(isJsonObject)) return undefined;
  const read = asked.map((each) => readOr400({ ...defaults, ...each }, mapping));
  const whole = read.filter((each): each is Evaluation => !('refused' in each));
  const [first] = whole;
  if (!first || whole.length < read.length || !whole.every(({ subject }) => isSubject(subject, identity)))
    return undefined;
  const call = declared(mapping.services, identity, whole);
  return call && decisionOnMapped(mapping, identity, first, call);
}

/** What is wrong with one evaluation is its own denial. */
function readOr400(request: JsonObject, { services }: Mapping): Evaluation | { refused: JsonObject } {
  try {
    return readEvaluation(request, services.bounds);
  } catch (error) {
    if (error instanceof Fault && error.code === 'bad_request')
      return { refused: failed(400, error.message) };
    throw error;
  }
}

function semanticOf({ options }: JsonObject): boolean | undefined {
  const { evaluations_semantic = 'execute_all' } = readObject(options, '`options`');
  if (typeof evaluations_semantic === 'string' && stopsAfter.has(evaluations_semantic))
    return stopsAfter.get(evaluations_semantic);
  throw badRequest(`\`options.evaluations_semantic\` must be one of ${[...stopsAfter.keys()].join(', ')}.`);
}

/** The others are decided all the same, whatever is wrong with this one. */
async function decisionOnOne(
  mapping: Mapping,
  identity: AgentIdentity,
  defaults: JsonObject,
  given: JsonValue,
): Promise<JsonObject> {
  if (!isJsonObject(given)) return failed(400, 'An evaluation must be an object.');
  const read = readOr400({ ...defaults, ...given }, mapping);
  return 'refused' in read ? read.refused : decisionOn(mapping, identity, read);
}
