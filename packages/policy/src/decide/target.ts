/** Answers on what is not a tool: resources, prompts, completion, sampling, elicitation, messages, models. */
import { isJsonObject } from '@remit/contracts';
import type { Action, ActionKind } from '@remit/contracts';
import type { AgentPolicy } from '../compile/agent.ts';
import { concernsEveryKind } from '../compile/limit.ts';
import type { Outcome } from '../compile/plan.ts';
import { judge } from '../compile/ruling.ts';
import type { Ruling, Subject } from '../compile/ruling.ts';
import type { Rule } from '../compile/rule.ts';
import type { AccessArea } from '../document/access.ts';
import { looksLikeUri, templatePattern, uriFault } from '../names/uri.ts';

const areas: Partial<Record<ActionKind, AccessArea>> = {
  resource_read: 'resources',
  prompt_get: 'prompts',
  sampling: 'sampling',
  elicitation: 'elicitation',
  agent_message: 'messages',
  model_call: 'models',
};

/** What the server asks for while it works on a call: part of that call, and counted with it. */
export function comesFromServer(kind: ActionKind): boolean {
  return kind === 'sampling' || kind === 'elicitation';
}

export function targetAnswer(agent: AgentPolicy, action: Action): Outcome {
  const limits = comesFromServer(action.kind) ? [] : agent.limits.filter(concernsEveryKind);
  return { ruling: targetRuling(agent, action), limits };
}

function targetRuling(agent: AgentPolicy, action: Action): Ruling {
  const area = areaOf(action);
  const fault = area === 'resources' && action.kind === 'resource_read' ? uriFault(action.target) : undefined;
  if (fault !== undefined) return unmatchable(action.target, fault);
  return judge(agent.judged, subjectOf(action), area === undefined ? [] : targetRules(agent, area, action));
}

function subjectOf({ kind, server, target }: Action): Subject {
  const asked = comesFromServer(kind);
  return {
    kind,
    name: asked ? `${kind} by ${server}` : target,
    effect: asked || kind === 'agent_message' ? 'write' : 'read',
  };
}

/** The rules that match; for the completion of a template, those that match something it can become. */
export function targetRules(agent: AgentPolicy, area: AccessArea, { kind, server, target }: Action): Rule[] {
  const index = agent.index(area);
  const names = area === 'resources' ? [target] : [];
  if (area !== 'resources' || kind !== 'completion') return index.matching(names, server, target);
  const denies = index.matching(names, server, target).filter((rule) => rule.says === 'deny');
  const grants = index.meeting(server, templatePattern(target)).filter((rule) => rule.says !== 'deny');
  return [...denies, ...grants];
}

export function areaOf(action: Action): AccessArea | undefined {
  return action.kind === 'completion' ? completedArea(action) : areas[action.kind];
}

function unmatchable(uri: string, fault: string): Ruling {
  return {
    effect: 'deny',
    code: 'not_permitted',
    reasons: [`Resource \`${uri}\` cannot be matched against the policy: ${fault}.`],
    remedy: 'Use the URI exactly as the server lists it.',
  };
}

/**
 * A completion follows what it completes: the request's `ref` (MCP 2025-11-25,
 * server/utilities/completion) where the action carries it, else the look of the target.
 */
function completedArea({ arguments: request, target }: Action): AccessArea | undefined {
  const reference = Object.hasOwn(request, 'ref') ? request['ref'] : undefined;
  if (!isJsonObject(reference)) return looksLikeUri(target) ? 'resources' : 'prompts';
  if (reference['type'] === 'ref/prompt') return reference['name'] === target ? 'prompts' : undefined;
  if (reference['type'] === 'ref/resource') return reference['uri'] === target ? 'resources' : undefined;
  return undefined;
}
