/** A call that somebody described, by the name that they give the tool, through a rehearsal. */
import type { Action, Context, JsonObject, Performed } from '@remit/contracts';
import type { Rehearsal, Rehearsed } from '@remit/enforce';
import { labelsFrom, locateTool, type CompiledPolicy } from '@remit/policy';

export interface DescribedCall {
  agent: string;
  user?: string | undefined;
  /** `server/tool`, the bare name where it is unique, or `server__tool`. */
  tool: string;
  arguments: JsonObject;
  context: Context;
  at_ms: number;
  /** What the conversation has read before, in words of flow rules. */
  labels?: readonly string[] | undefined;
  /** What the tool answered, where that is known. */
  performed?: Performed | undefined;
}

export type Answer = Omit<Rehearsed, 'decision'>;

/** A name that no tool has is refused as the gateway refuses it: before policy, in every mode. */
export async function rehearse(
  rehearsal: Rehearsal,
  policy: CompiledPolicy,
  call: DescribedCall,
): Promise<Answer> {
  const located = locateTool(policy, call.tool);
  if (!located.found) return unknownTool(policy, call, located.candidates);
  const { server, tool, digest } = located;
  const action: Omit<Action, 'id'> = {
    kind: 'tool_invoke',
    agent: call.agent,
    ...(call.user === undefined ? {} : { user: call.user }),
    server,
    target: tool,
    arguments: call.arguments,
    context: call.context,
    received_at: new Date(call.at_ms).toISOString(),
    via: 'mcp',
    ...(digest === undefined ? {} : { tool_digest: digest }),
  };
  const read = labelsFrom(policy, call.labels ?? []);
  if (read !== undefined) rehearsal.begin(action, read);
  return rehearsal.call(action, { performed: call.performed });
}

function unknownTool(policy: CompiledPolicy, { agent, tool }: DescribedCall, candidates: string[]): Answer {
  const known = candidates.map((name) => `\`${name}\``).join(', ');
  const reason =
    candidates.length === 0
      ? `There is no tool \`${tool}\` in tools.lock.`
      : `Several servers have a tool \`${tool}\`: ${known}.`;
  const mode = policy.agents.get(agent)?.mode ?? policy.workspace.mode;
  return { effect: 'deny', policy_effect: 'deny', mode, code: 'unknown_tool', reason };
}
