/** A decision on a made-up call: the same `decide` as for a real one, with nothing behind it. */
import type { Action } from '@remit/contracts';
import type { Question } from '@remit/control';
import type { AgentStatus } from '@remit/enforce';
import { explain, type CompiledPolicy, type Explanation, type LocatedTool } from '@remit/policy';
import type { Machine } from '../machine.ts';
import { locateTool } from './locate-tool.ts';

export function explainQuestion(
  policy: CompiledPolicy,
  question: Question,
  machine: Pick<Machine, 'clock' | 'newId'>,
  agent_status: AgentStatus = 'active',
): Explanation & LocatedTool {
  const located = locateTool(policy, question.tool);
  const { server, tool, digest } = located;
  const now = new Date(machine.clock.now()).toISOString();
  const action: Action = {
    id: machine.newId('act'),
    kind: 'tool_invoke',
    agent: question.agent,
    ...(question.user === undefined ? {} : { user: question.user }),
    server,
    target: tool,
    arguments: question.arguments,
    context: {},
    received_at: now,
    via: 'mcp',
    ...(digest === undefined ? {} : { tool_digest: digest }),
  };
  const state = { decision_id: machine.newId('dec'), now, agent_status };
  return { ...located, ...explain(policy, action, state) };
}
