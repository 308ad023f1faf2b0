/** What enforcing this policy would have refused, of the calls that ran. */
import { Rehearsal } from '@remit/enforce';
import type { CompiledPolicy } from '@remit/policy';
import { nameOf } from '../recorded/name.ts';
import type { RecordedCall } from '../recorded/recorded-calls.ts';

/** Calls that ran and would not have, all for the same reason. */
export interface Refusal {
  kind: RecordedCall['action']['kind'];
  /** As policies write it: `server/tool`, a URI, a server. */
  tool: string;
  effect: 'deny' | 'approve';
  code?: string;
  rule?: string;
  count: number;
  reason: string;
  /** The first of them, to look at with `remit audit show`. */
  example: string;
}

export interface AgentReadiness {
  agent: string;
  mode: 'enforce' | 'observe';
  calls: number;
  /** True where enforcing would have refused nothing that ran. What waits for a person is not refused. */
  ready: boolean;
  refused: Refusal[];
  /** Calls that would have waited for a person. */
  held: Refusal[];
}

/** Agents that made calls, by name. @param from calls before this only leave their state behind. */
export async function readinessOf(
  policy: CompiledPolicy,
  calls: readonly RecordedCall[],
  from: string,
): Promise<AgentReadiness[]> {
  const rehearsal = new Rehearsal(policy);
  const agents = new Map<string, AgentReadiness>();
  for (const call of calls) {
    const { action, ran } = call;
    const answer = await rehearsal.call(action, { agreed: ran });
    if (action.received_at < from) continue;
    const agent = agentIn(agents, policy, action.agent);
    agent.calls += 1;
    if (!ran || answer.policy_effect === 'allow') continue;
    const { policy_effect: effect, code, rule, reason } = answer;
    const list = effect === 'deny' ? agent.refused : agent.held;
    const { kind } = action;
    const tool = nameOf(action);
    const same = list.find(
      (one) => one.kind === kind && one.tool === tool && one.code === code && one.rule === rule?.name,
    );
    if (same !== undefined) same.count += 1;
    else
      list.push({
        kind,
        tool,
        effect,
        count: 1,
        reason,
        example: call.id,
        ...(code !== undefined && { code }),
        ...(rule && { rule: rule.name }),
      });
    agent.ready = agent.refused.length === 0;
  }
  return [...agents.values()].toSorted((a, b) => (a.agent < b.agent ? -1 : 1));
}

function agentIn(agents: Map<string, AgentReadiness>, policy: CompiledPolicy, name: string): AgentReadiness {
  const known = agents.get(name);
  if (known !== undefined) return known;
  const mode = policy.agents.get(name)?.mode ?? policy.workspace.mode;
  const made: AgentReadiness = { agent: name, mode, calls: 0, ready: true, refused: [], held: [] };
  agents.set(name, made);
  return made;
}
