/** What agents do, before anybody restricts them: tools, risk, what was risky, and the remit that fits. */
import type { ToolsLock } from '@remit/contracts';
import {
  loadWorkspace,
  lockedTool,
  type AgentProfile,
  type CompiledPolicy,
  type LockedTool,
  type SourceFile,
  type Suggestion,
} from '@remit/policy';
import { nameOf, titled } from '../recorded/name.ts';
import type { RecordedCall } from '../recorded/recorded-calls.ts';
import { suggestionFor } from '../recorded/suggestion.ts';

interface Used {
  kind: RecordedCall['action']['kind'];
  /** As policies write it: `server/tool`, a URI, a server. */
  tool: string;
  calls: number;
  /** Calls that did not run: refused, or held. */
  not_run: number;
  effect?: LockedTool['effect'];
  /** Why its use is of high risk; absent where it is not. */
  high_risk?: string;
}

export interface AgentVisibility {
  agent: string;
  in_policy: boolean;
  calls: number;
  /** Different people on whose behalf it acted. */
  people: number;
  tools: Used[];
  declared_risk?: AgentProfile['risk'];
  /** What its use implies, as it would for a policy that grants just that. */
  implied_risk?: AgentProfile['risk'];
  suggestion: Suggestion;
}

export interface Visible {
  policy: CompiledPolicy;
  files: readonly SourceFile[];
  lock: ToolsLock | undefined;
}

/** Agents of the policy and of the recording, by name. */
export function visibilityOf(visible: Visible, calls: readonly RecordedCall[]): AgentVisibility[] {
  const byAgent = Map.groupBy(calls, ({ action }) => action.agent);
  const names = [...new Set([...visible.policy.agents.keys(), ...byAgent.keys()])].toSorted();
  const risks = impliedRisks(visible, byAgent);
  return names.map((agent) => {
    const own = byAgent.get(agent) ?? [];
    const profile = visible.policy.agents.get(agent);
    const implied = risks.get(agent);
    const declared = profile?.risk_from === 'declared' ? profile.risk : undefined;
    return {
      agent,
      in_policy: profile !== undefined,
      calls: own.length,
      people: new Set(own.flatMap(({ action }) => action.user ?? [])).size,
      tools: usedTools(visible.policy, own),
      ...(declared && { declared_risk: declared }),
      ...(implied && { implied_risk: implied }),
      suggestion: suggestionFor(visible.policy, agent, own),
    };
  });
}

function usedTools(policy: CompiledPolicy, calls: readonly RecordedCall[]): Used[] {
  const groups = Map.groupBy(calls, ({ action }) => titled(action.kind, nameOf(action)));
  const used = [...groups.values()].map((own): Used => {
    const { action } = own[0]!;
    const { kind, server, target } = action;
    const locked = kind === 'tool_invoke' ? lockedTool(policy, server, target) : undefined;
    const why = locked && highRisk(locked);
    return {
      kind,
      tool: nameOf(action),
      calls: own.length,
      not_run: own.filter(({ ran }) => !ran).length,
      ...(locked && { effect: locked.effect }),
      ...(why !== undefined && { high_risk: why }),
    };
  });
  return used.toSorted((a, b) => b.calls - a.calls || (a.tool < b.tool ? -1 : 1));
}

function highRisk({ effect, external, reversible, movesMoney }: LockedTool): string | undefined {
  const reasons = [
    ...(effect === 'destructive' ? ['destroys'] : []),
    ...(effect === 'external' || (external && effect !== 'read') ? ['reaches outside'] : []),
    ...(movesMoney ? ['moves money'] : []),
    ...(reversible ? [] : ['cannot be undone']),
  ];
  return reasons.length === 0 ? undefined : reasons.join(', ');
}

/** The risk of agents that may do what these did and no more, as the risk framework itself tells it. */
function impliedRisks(
  { files, lock, policy }: Visible,
  byAgent: ReadonlyMap<string, readonly RecordedCall[]>,
): Map<string, AgentProfile['risk']> {
  const stands = new Map([...byAgent.keys()].map((agent, at) => [`recorded use ${at}`, agent]));
  const documents = [...stands].map(([name, agent]) => {
    const calls = byAgent.get(agent)!.filter(({ action }) => action.kind === 'tool_invoke');
    const tools = [...new Set(calls.map(({ action }) => nameOf(action)))];
    const known = tools.filter((tool) => lockedTool(policy, ...splitTool(tool)) !== undefined);
    return `---\n${JSON.stringify({ agent: name, access: { tools: { allow: known } } })}\n`;
  });
  const loaded = loadWorkspace([...files, { path: 'recorded-use.yaml', text: documents.join('') }], lock);
  return new Map([...stands].map(([name, agent]) => [agent, loaded.policy?.agents.get(name)?.risk]));
}

function splitTool(key: string): [server: string, tool: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
