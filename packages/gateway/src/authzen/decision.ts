/**
 * One evaluation, decided by the same enforcement as a call (invariant 5). An agent asks about itself: what
 * others may do is nothing that a policy lets it know.
 */
import { contextSchema, type Action, type Context, type JsonObject } from '@remit/contracts';
import { evaluate, type AgentIdentity, type Evaluated } from '@remit/enforce';
import type { Services } from '../mcp/services.ts';
import { isConcealed } from './concealed.ts';
import type { Evaluation } from './entities.ts';
import { mapped, type Mapped, type Mapping } from './mapping.ts';

/** Subject types under which an agent is known; the second one is COAZ-MCP's. */
const subjectTypes: ReadonlySet<string> = new Set(['agent', 'identity']);

export function isSubject({ type, id }: { type: string; id: string }, { agent }: AgentIdentity): boolean {
  return subjectTypes.has(type) && id === agent;
}

export function isSubjectType(type: string): boolean {
  return subjectTypes.has(type);
}

type Weighing = (action: Action, ports: Services['ports']) => Promise<Evaluated>;

/** The Decision ("Decision"). @param weighing with a record, unless it says otherwise. */
export async function decisionOn(
  mapping: Mapping,
  identity: AgentIdentity,
  evaluation: Evaluation,
  weighing: Weighing = evaluate,
): Promise<JsonObject> {
  const found = mapped(mapping, identity, evaluation);
  return decisionOnMapped(mapping, identity, evaluation, found, weighing);
}

/** The same of what is known to be the call that the evaluation stands for. */
export async function decisionOnMapped(
  { services }: Mapping,
  identity: AgentIdentity,
  evaluation: Evaluation,
  found: Mapped,
  weighing: Weighing = evaluate,
): Promise<JsonObject> {
  if (!isSubject(evaluation.subject, identity)) return failed(403, 'An agent may ask about itself only.');
  if (found.kind === 'unknown') return failed(404, found.what);
  if (found.kind === 'always') return isActive(services, identity) ? { decision: true } : inactive();
  const action = actionOf(services, identity, evaluation.context, found.target);
  const { decision, refusal } = await weighing(action, services.ports);
  if (refusal === undefined) return { decision: true, context: { remit: allowed(decision) } };
  if (isConcealed(services, action)) return failed(404, `there is no tool ${evaluation.resource.id}`);
  return {
    decision: false,
    context: { reason: refusal.reason, remit: JSON.parse(JSON.stringify(refusal)) as JsonObject },
  };
}

/** What an allowed call carries with it: `data` says what has to be taken out of its result. */
function allowed({ id, tier, rule, data }: Evaluated['decision']): JsonObject {
  return {
    decision_id: id,
    effect: 'allow',
    ...(tier && { tier }),
    ...(rule && { rule: { ...rule } }),
    ...(data && { data: JSON.parse(JSON.stringify(data)) as JsonObject }),
  };
}

function actionOf(
  { ports, bounds }: Services,
  { agent }: AgentIdentity,
  context: JsonObject,
  target: Pick<Action, 'kind' | 'server' | 'target' | 'arguments' | 'tool_digest'>,
): Action {
  return {
    id: ports.newId('act'),
    agent,
    ...target,
    context: contextOf(context, bounds.context_keys_max),
    received_at: new Date(ports.clock.now()).toISOString(),
    via: 'authzen',
  };
}

/** What of the context Remit's own has room for; the rest is unknown to it, hence ignored. */
function contextOf(given: JsonObject, keys_max: number): Context {
  const known = Object.entries(given).filter(
    ([key, value]) => contextSchema.safeParse({ [key]: value }).success,
  );
  return Object.fromEntries(known.slice(0, keys_max)) as Context;
}

export function isActive({ ports }: Services, { agent }: AgentIdentity): boolean {
  return ports.agents.status(agent) === 'active';
}

function inactive(): JsonObject {
  return failed(403, 'The agent is not active.');
}

/** An error of one evaluation is a denial that says so ("Errors"). */
export function failed(status: number, message: string): JsonObject {
  return { decision: false, context: { error: { status, message } } };
}
