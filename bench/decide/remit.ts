/** The benchmark's policies in Remit's language: one agent, as many tools as rules, a condition each. */
import type { Action, ToolsLock } from '@remit/contracts';
import { decide, loadWorkspace } from '@remit/policy';
import type { CompiledPolicy, StateSnapshot } from '@remit/policy';

function lockOf(tools: number): ToolsLock {
  const inputSchema = {
    type: 'object',
    properties: { amount: { type: 'number' }, customer_id: { type: 'string' } },
  };
  const list = Array.from({ length: tools }, (_, at) => ({
    digest: `sha256:${at}`,
    definition: { name: `tool-${at}`, inputSchema },
  }));
  return { version: 1, servers: { crm: { tools: list } } };
}

/** Rule i: calls of tool i with an amount over 100 need approval. */
function workspaceOf(rules: number): string {
  const actions = Array.from(
    { length: rules },
    (_, at) => `  large_${at}: { tool: tool-${at}, when: args.amount > 100 }`,
  );
  return `workspace: bench\nservers: { crm: { command: [crm] } }\nactions:\n${actions.join('\n')}\n`;
}

export function load(texts: readonly string[], lock: ToolsLock): CompiledPolicy {
  const { policy, diagnostics } = loadWorkspace(
    texts.map((text, at) => ({ path: `${at}.yaml`, text })),
    lock,
  );
  if (policy === undefined) throw new Error(JSON.stringify(diagnostics.slice(0, 3)));
  return policy;
}

export function call(agent: string, tool: number): Action {
  return {
    id: 'act_1',
    kind: 'tool_invoke',
    agent,
    server: 'crm',
    target: `tool-${tool}`,
    arguments: { amount: 150, customer_id: 'c-1' },
    context: { conversation_id: 'c-1' },
    received_at: '2026-11-22T10:00:00.000Z',
    via: 'mcp',
    tool_digest: `sha256:${tool}`,
  };
}

export const state: StateSnapshot = {
  decision_id: 'dec_1',
  now: '2026-11-22T10:00:00.000Z',
  agent_status: 'active',
};

/** Decides the call that only the last rule matches. */
export function remit(rules: number): () => boolean {
  const words = Array.from({ length: rules }, (_, at) => `large_${at}`);
  const agent = `agent: support\nguardrails:\n  tier_3_approval: [${words.join(', ')}]\n`;
  const policy = load([workspaceOf(rules), agent], lockOf(rules));
  const action = call('support', rules - 1);
  return () => decide(policy, action, state).effect === 'approve';
}

/** 1,000 agents with ten rules each, a condition each, over 1,000 tools. */
export function estate(agents: number, rulesPerAgent: number): { texts: string[]; lock: ToolsLock } {
  const documents = Array.from({ length: agents }, (_, agent) => {
    const words = Array.from({ length: rulesPerAgent }, (_, rule) => `large_${(agent * 7 + rule) % agents}`);
    return `agent: agent-${agent}\nowner: team-${agent % 20}\nguardrails:\n  tier_3_approval: [${words.join(', ')}]\n`;
  });
  return { texts: [workspaceOf(agents), ...documents], lock: lockOf(agents) };
}
