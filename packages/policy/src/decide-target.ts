/** Rulings on what is not a tool: resources, prompts, completion, sampling, elicitation. */
import { isJsonObject } from '@remit/contracts';
import type { Action, ActionKind } from '@remit/contracts';
import type { AgentPolicy } from './compile/agent.ts';
import { judge } from './compile/ruling.ts';
import type { Ruling, Subject } from './compile/ruling.ts';
import type { AccessArea } from './document/access.ts';
import type { ToolEffect } from './document/workspace.ts';
import { uriFault } from './names/uri.ts';

const areas: Partial<Record<ActionKind, AccessArea>> = {
  resource_read: 'resources',
  prompt_get: 'prompts',
  sampling: 'sampling',
  elicitation: 'elicitation',
};

/** What an action of this kind does, where no tier names it. */
function effectOf(kind: ActionKind): ToolEffect {
  return kind === 'sampling' || kind === 'elicitation' ? 'write' : 'read';
}

export function targetRuling(agent: AgentPolicy, action: Action): Ruling {
  const { kind, server, target } = action;
  const subject: Subject = {
    kind,
    name: kind === 'sampling' || kind === 'elicitation' ? `${kind} by ${server}` : target,
    effect: effectOf(kind),
  };
  const area = kind === 'completion' ? completedArea(action) : areas[kind];
  if (area === undefined) return judge(agent.judged, subject, []);
  if (area !== 'resources')
    return judge(agent.judged, subject, agent.index(area).matching([], server, target));
  return resourceRuling(agent, subject, action);
}

function resourceRuling(agent: AgentPolicy, subject: Subject, { kind, server, target }: Action): Ruling {
  const index = agent.index('resources');
  // Completion names a template, whose parameters are open.
  if (kind === 'completion') {
    const rules = index.meeting(server, templatePattern(target));
    const blanket = rules.filter(
      (rule) => rule.says !== 'deny' || index.matching([target], server, target).includes(rule),
    );
    return judge(agent.judged, subject, blanket);
  }
  const fault = uriFault(target);
  if (fault === undefined) return judge(agent.judged, subject, index.matching([target], server, target));
  return {
    effect: 'deny',
    code: 'not_permitted',
    reasons: [`Resource \`${target}\` cannot be matched against the policy: ${fault}.`],
    remedy: 'Use the URI exactly as the server lists it.',
  };
}

/** A completion follows what it completes: `ref` of the request (MCP 2025-11-25, server/utilities/completion). */
function completedArea({ arguments: request, target }: Action): AccessArea | undefined {
  const reference = request['ref'];
  if (!isJsonObject(reference)) return target.includes(':') ? 'resources' : 'prompts';
  if (reference['type'] === 'ref/prompt') return reference['name'] === target ? 'prompts' : undefined;
  if (reference['type'] === 'ref/resource') return reference['uri'] === target ? 'resources' : undefined;
  return undefined;
}

/** A URI template (RFC 6570) as a pattern: each expression can become any text. */
export function templatePattern(template: string): string {
  return template.replaceAll(/\{[^{}]*\}/g, '*');
}
