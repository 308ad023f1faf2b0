/** What an agent may see: lists of tools, resources and prompts are filtered with this. */
import type { ActionKind, DataRules } from '@remit/contracts';
import type { AgentPolicy } from '../compile/agent.ts';
import { internals } from '../compile/compiled.ts';
import type { Compiled } from '../compile/compiled.ts';
import type { Rule } from '../compile/rule.ts';
import type { AccessArea } from '../document/access.ts';
import { accessAreas } from '../document/access.ts';
import { toolKey } from '../names/tool.ts';
import type { LockedTool } from '../names/tool.ts';
import { templatePattern, uriFault } from '../names/uri.ts';
import type { AgentControls, CompiledPolicy, Target } from '../port.ts';

/**
 * True where some arguments could be allowed or held. Calls are decided all the same: this only
 * keeps lists short.
 */
export function mayUse(policy: CompiledPolicy, agent: string, target: Target): boolean {
  const compiled = internals(policy);
  const found = compiled.agentPolicies.get(agent);
  if (found === undefined) return compiled.observesEveryone;
  if (found.profile.mode === 'observe')
    return !(compiled.keepTier4Blocked && blocks(compiled, found, target));
  return passes(compiled, found, target);
}

function blocks(compiled: Compiled, agent: AgentPolicy, { kind, server, target }: Target): boolean {
  if (kind !== 'tool_invoke') return false;
  const plan = agent.plan(server, target, compiled.tools.get(toolKey(server, target)));
  return plan.always.some((rule) => rule.says === 'blocked');
}

function passes(compiled: Compiled, agent: AgentPolicy, { kind, server, target }: Target): boolean {
  if (agent.scope.excludes(compiled.environmentOf(server))) return false;
  if (kind === 'tool_invoke') {
    const tool = compiled.tools.get(toolKey(server, target));
    return (tool !== undefined || !compiled.locked) && agent.plan(server, target, tool).mayPass;
  }
  if (kind === 'resource_read') return resourcePasses(agent, server, target);
  const area = areaOf(kind);
  return area !== undefined && granted(agent.index(area).matching([], server, target));
}

function areaOf(kind: ActionKind): AccessArea | undefined {
  if (kind === 'prompt_get') return 'prompts';
  if (kind === 'agent_message') return 'messages';
  if (kind === 'model_call') return 'models';
  return kind === 'sampling' || kind === 'elicitation' ? kind : undefined;
}

/** `target` is a URI, or a URI template: some expansion of that has to be allowed. */
function resourcePasses(agent: AgentPolicy, server: string, target: string): boolean {
  const index = agent.index('resources');
  if (!target.includes('{')) {
    return uriFault(target) === undefined && granted(index.matching([target], server, target));
  }
  const whole = index.matching([target], server, target);
  return (
    !whole.some((rule) => rule.says === 'deny') &&
    index.meeting(server, templatePattern(target)).some((rule) => rule.says === 'allow')
  );
}

function granted(rules: readonly Rule[]): boolean {
  return rules.some((rule) => rule.says === 'allow') && !rules.some((rule) => rule.says === 'deny');
}

/** Servers of the workspace on which the agent may use anything at all, in the order of their names. */
export function visibleServers(policy: CompiledPolicy, agent: string): string[] {
  const compiled = internals(policy);
  const servers = [...compiled.workspace.servers.keys()].toSorted();
  const found = compiled.agentPolicies.get(agent);
  if (found === undefined) return compiled.observesEveryone ? servers : [];
  if (found.profile.mode === 'observe') return servers;
  const within = servers.filter((server) => !found.scope.excludes(compiled.environmentOf(server)));
  return within.filter((server) => accessAreas.some((area) => found.index(area).grantsOn(server)));
}

/** The data that this agent must neither see nor send; undefined where its policy says nothing of data. */
export function dataRules(policy: CompiledPolicy, agent: string): DataRules | undefined {
  return internals(policy).agentPolicies.get(agent)?.data;
}

/** The controls of this agent beside its rules and limits; undefined for an agent without a document. */
export function agentControls(policy: CompiledPolicy, agent: string): AgentControls | undefined {
  return internals(policy).agentPolicies.get(agent)?.controls;
}

/** The groups in which the workspace's `groups:` lists this person, whatever the case and width of the name. */
export function groupsInPolicy(policy: CompiledPolicy, person: string): readonly string[] {
  return internals(policy).groupsOf(person);
}

/** The locked definition of a tool; undefined where the lock does not know it. */
export function lockedTool(policy: CompiledPolicy, server: string, name: string): LockedTool | undefined {
  return internals(policy).tools.get(toolKey(server, name));
}
