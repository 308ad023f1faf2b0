/** Answers on what is not a tool: resources, prompts, completion, sampling, elicitation, messages, models. */
import { isJsonObject } from '@remit/contracts';
import type { Action, ActionKind } from '@remit/contracts';
import type { AgentPolicy } from '../compile/agent.ts';
import { concernsEveryKind } from '../compile/limit.ts';
import type { Compiled } from '../compile/compiled.ts';
import type { Outcome } from '../compile/plan.ts';
import { judge } from '../compile/ruling.ts';
import type { Ruling, Subject } from '../compile/ruling.ts';
import type { Rule } from '../compile/rule.ts';
import type { AccessArea } from '../document/access.ts';
import type { SinkFacts } from '../flow/flow.ts';
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

export function targetAnswer(compiled: Compiled, agent: AgentPolicy, action: Action): Outcome {
  const limits = comesFromServer(action.kind) ? [] : agent.limits.filter(concernsEveryKind);
  const facts = sinkOf(compiled, action);
  const flows = facts === undefined ? {} : { flows: agent.flowsTo(facts) };
  return { ruling: targetRuling(agent, action), limits, ...flows };
}

/**
 * Where the action would go, as flow rules see it. What a server is sent in a read, a sampling answer or an
 * elicitation, its operator sees. An agent of this workspace takes the labels with the message.
 */
function sinkOf(compiled: Compiled, { kind, server, target }: Action): SinkFacts | undefined {
  switch (kind) {
    case 'resource_read':
    case 'prompt_get':
    case 'sampling':
    case 'elicitation':
      return { sink: compiled.sinkOf(server), consequence: 'none', effect: 'read' };
    case 'agent_message':
      return compiled.agents.has(target)
        ? { sink: 'internal', consequence: 'reversible', effect: 'write' }
        : { sink: 'external', consequence: 'irreversible', effect: 'external' };
    case 'completion':
    case 'model_call':
    case 'tool_invoke':
      return undefined;
  }
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
