/**
 * What changes between two policies, in decisions: for every agent and tool of either, calls are decided
 * by both. Conditions are tried on both sides of each constant that they compare with. What is not a
 * call of a tool, and constants that a condition computes, are not tried.
 */
import type { Action, Decision } from '@remit/contracts';
import { internals } from '../compile/compiled.ts';
import { decide } from '../decide/decide.ts';
import type { CompiledPolicy } from '../port.ts';
import { samplesFor } from './samples.ts';
import type { Sample } from './samples.ts';
import { workspaceChanges } from './workspace.ts';
import type { WorkspaceChange } from './workspace.ts';

/** A decision as far as it can change. */
export interface DecidedAs {
  effect: Decision['effect'];
  tier?: string;
  code?: string;
}

/** Limits of an agent that count its calls of these tools in one of the policies only. */
export interface LimitChange {
  agent: string;
  tools: string[];
  /** Like `calls/60000/agent at most 60`. */
  added: string[];
  removed: string[];
}

/** Calls of one tool by one agent that are decided otherwise, all in the same way. */
export interface DecisionChange {
  agent: string;
  tool: string;
  before: DecidedAs;
  after: DecidedAs;
  /** How many of the calls that were tried: all of them, or those with some arguments. */
  changed: number;
  tried: number;
  /** One such call. */
  example: Sample;
  /** Conditions that speak of this tool, in either policy. */
  conditions: string[];
  /** The rule that decides in the newer policy, else the one that decided in the older. */
  rule?: Decision['rule'];
}

export interface PolicyDiff {
  /** Mode, servers, groups, who agrees to changes. */
  workspace: WorkspaceChange[];
  agents: { added: string[]; removed: string[] };
  tools: { added: string[]; removed: string[]; redefined: string[] };
  /** Fields that an agent may see and send in one of them only. */
  data: { agent: string; denied: string[]; no_longer_denied: string[] }[];
  /** Controls of an agent that hold in one of them only: risk, scope, terms of approval, flows, content. */
  controls: { agent: string; added: string[]; removed: string[] }[];
  decisions: DecisionChange[];
  limits: LimitChange[];
  /** Pairs of agent and tool that were compared, and that there are. */
  compared: number;
  pairs: number;
}

export function diffPolicies(older: CompiledPolicy, newer: CompiledPolicy): PolicyDiff {
  const steps = differing(older, newer, Infinity);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * The same, so that it keeps nobody waiting: `pause` is called between any two steps. At most about
 * `calls_max` calls are tried; where they are used up, the rest is not compared.
 */
export async function diffPoliciesInSteps(
  older: CompiledPolicy,
  newer: CompiledPolicy,
  calls_max: number,
  pause: () => Promise<unknown> | undefined,
): Promise<PolicyDiff> {
  const steps = differing(older, newer, calls_max);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await pause();
  }
}

function* differing(
  older: CompiledPolicy,
  newer: CompiledPolicy,
  calls_max: number,
): Generator<void, PolicyDiff> {
  const agents = union(older.agents.keys(), newer.agents.keys());
  const tools = union(toolsOf(older).keys(), toolsOf(newer).keys());
  const people = union(older.workspace.groups.values(), newer.workspace.groups.values())
    .flat()
    .slice(0, PEOPLE_MAX);
  const compared: Compared[] = [];
  let tried = 0;
  for (const agent of agents) {
    for (const tool of tools) {
      if (tried >= calls_max) break;
      const one = compare(older, newer, agent, tool, people);
      tried += one.tried;
      compared.push(one);
      yield;
    }
  }
  return {
    workspace: workspaceChanges(older, newer),
    agents: listed(older.agents, newer.agents),
    tools: { ...listed(toolsOf(older), toolsOf(newer)), redefined: redefined(older, newer) },
    data: agents.flatMap((agent) => dataChange(older, newer, agent) ?? []),
    controls: agents.flatMap((agent) => controlChange(older, newer, agent) ?? []),
    decisions: compared.flatMap(({ decisions }) => decisions),
    limits: together(compared.flatMap(({ limits }) => limits)),
    compared: compared.length,
    pairs: agents.length * tools.length,
  };
}

/** Members of groups that are tried as the person on whose behalf. */
const PEOPLE_MAX = 8;

function union<Item>(left: Iterable<Item>, right: Iterable<Item>): Item[] {
  return [...new Set([...left, ...right])].toSorted();
}

function listed(older: ReadonlyMap<string, unknown>, newer: ReadonlyMap<string, unknown>) {
  return {
    added: [...newer.keys()].filter((name) => !older.has(name)).toSorted(),
    removed: [...older.keys()].filter((name) => !newer.has(name)).toSorted(),
  };
}

/** `server/tool` → the digest of its definition. */
function toolsOf(policy: CompiledPolicy): Map<string, string> {
  return new Map([...internals(policy).tools].map(([key, { digest }]) => [key, digest]));
}

function redefined(older: CompiledPolicy, newer: CompiledPolicy): string[] {
  const after = toolsOf(newer);
  return [...toolsOf(older)]
    .filter(([name, digest]) => after.has(name) && after.get(name) !== digest)
    .map(([name]) => name)
    .toSorted();
}

function dataChange(older: CompiledPolicy, newer: CompiledPolicy, agent: string) {
  const [before, after] = [older, newer].map(
    (policy) => new Set(internals(policy).agentPolicies.get(agent)?.data?.denied),
  );
  const denied = [...after!].filter((field) => !before!.has(field)).toSorted();
  const no_longer_denied = [...before!].filter((field) => !after!.has(field)).toSorted();
  return denied.length + no_longer_denied.length === 0 ? undefined : { agent, denied, no_longer_denied };
}

/** As they are written, wherever they stand; agents that only one of the policies has are told apart. */
function controlChange(older: CompiledPolicy, newer: CompiledPolicy, agent: string) {
  const [before, after] = [older, newer].map((policy) =>
    internals(policy)
      .agentPolicies.get(agent)
      // Limits are compared call by call.
      ?.controls.controls.filter(({ name }) => !name.startsWith('limits.'))
      .map(({ name, text }) => `${name}: ${text}`),
  );
  if (before === undefined || after === undefined) return undefined;
  const added = after.filter((control) => !before.includes(control)).toSorted();
  const removed = before.filter((control) => !after.includes(control)).toSorted();
  return added.length + removed.length === 0 ? undefined : { agent, added, removed };
}

interface Compared {
  /** Calls that both policies decided. */
  tried: number;
  decisions: DecisionChange[];
  limits: LimitChange[];
}

function compare(
  older: CompiledPolicy,
  newer: CompiledPolicy,
  agent: string,
  tool: string,
  people: readonly string[],
): Compared {
  const conditions = union(conditionsOf(older, agent, tool), conditionsOf(newer, agent, tool));
  const locked = internals(newer).tools.get(tool) ?? internals(older).tools.get(tool);
  const samples = samplesFor(locked?.definition.inputSchema ?? {}, conditions, people);
  const decisions = new Map<string, DecisionChange>();
  const limits: LimitChange[] = [];
  for (const example of samples) {
    const [was, is] = [decidedBy(older, agent, tool, example), decidedBy(newer, agent, tool, example)];
    const [before, after] = [decidedAs(was), decidedAs(is)];
    const key = JSON.stringify([before, after]);
    limits.push(...limitChange(agent, tool, was, is));
    if (JSON.stringify(before) === JSON.stringify(after)) continue;
    const known = decisions.get(key);
    if (known !== undefined) {
      known.changed += 1;
      continue;
    }
    const rule = is.rule ?? was.rule;
    const change = { agent, tool, before, after, changed: 1, tried: samples.length, example, conditions };
    decisions.set(key, { ...change, ...(rule && { rule }) });
  }
  return { decisions: [...decisions.values()], limits, tried: samples.length };
}

/** Of a call that neither policy refuses: what is refused takes nothing of a limit. */
function limitChange(agent: string, tool: string, was: Decision, is: Decision): LimitChange[] {
  if (was.effect === 'deny' || is.effect === 'deny') return [];
  const [before, after] = [limitsOf(was), limitsOf(is)];
  const added = after.filter((limit) => !before.includes(limit));
  const removed = before.filter((limit) => !after.includes(limit));
  return added.length + removed.length === 0 ? [] : [{ agent, tools: [tool], added, removed }];
}

/** Whose calls are counted together is part of a limit; who that is in this call is not. */
function limitsOf({ reservations }: Decision): string[] {
  const limits = reservations.map(({ key, max }) => `${key.replaceAll(/=[^/]*/g, '')} at most ${max}`);
  return [...new Set(limits)].toSorted();
}

/** The same change on several tools, once. */
function together(changes: readonly LimitChange[]): LimitChange[] {
  const groups = Map.groupBy(changes, ({ agent, added, removed }) => JSON.stringify([agent, added, removed]));
  return [...groups.values()].map((group) => ({
    ...group[0]!,
    tools: [...new Set(group.flatMap(({ tools }) => tools))].toSorted(),
  }));
}

function conditionsOf(policy: CompiledPolicy, agent: string, tool: string): string[] {
  const compiled = internals(policy);
  const found = compiled.agentPolicies.get(agent);
  const locked = compiled.tools.get(tool);
  if (found === undefined || locked === undefined) return [];
  const plan = found.plan(locked.server, locked.name, locked);
  return plan.conditionals.map(({ condition }) => condition.source);
}

/** A Monday at noon: what depends on the time of day is compared at this one. */
const NOW = '2026-01-05T12:00:00.000Z';

function decidedBy(policy: CompiledPolicy, agent: string, tool: string, sample: Sample): Decision {
  const slash = tool.indexOf('/');
  const action: Action = {
    id: 'act',
    kind: 'tool_invoke',
    agent,
    server: tool.slice(0, slash),
    target: tool.slice(slash + 1),
    context: {},
    received_at: NOW,
    via: 'mcp',
    ...sample,
  };
  return decide(policy, action, { decision_id: 'dec', now: NOW, agent_status: 'active' });
}

function decidedAs({ effect, tier, code }: Decision): DecidedAs {
  return { effect, ...(tier && { tier }), ...(effect === 'deny' && code && { code }) };
}
