/** The same question for others: may `support` call the last tool with an amount over 100? */
import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { PolicyEngine } from '@microsoft/agent-governance-sdk';
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin';

/** What somebody would write by hand for exactly one rule. */
export function handWritten(rules: number): () => boolean {
  const last = `tool-${rules - 1}`;
  const request = { agent: 'support', tool: last, args: { amount: 150 } };
  const decide = ({ agent, tool, args }: typeof request): { effect: string } => {
    if (agent === 'support' && tool === last && args.amount > 100) return { effect: 'approve' };
    return { effect: 'deny' };
  };
  return () => decide(request).effect === 'approve';
}

/** Cedar, its policies parsed beforehand. */
export function cedar(rules: number): () => boolean {
  const policies = Array.from(
    { length: rules },
    (_, at) =>
      `permit(principal == Agent::"support", action == Action::"tool-${at}", resource) when { context.amount > 100 };`,
  );
  const id = `bench-${rules}`;
  const parsed = preparsePolicySet(id, { staticPolicies: policies.join('\n') });
  if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed));
  const request = {
    principal: { type: 'Agent', id: 'support' },
    action: { type: 'Action', id: `tool-${rules - 1}` },
    resource: { type: 'Server', id: 'crm' },
    context: { amount: 150 },
    preparsedPolicySetId: id,
    entities: [],
  };
  return () => {
    const answer = statefulIsAuthorized(request);
    return answer.type === 'success' && answer.response.decision === 'allow';
  };
}

const casbinModel = `
[request_definition]
r = sub, obj, amount
[policy_definition]
p = sub, obj, max
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.amount > 100
`;

export async function casbin(rules: number): Promise<() => boolean> {
  const lines = Array.from({ length: rules }, (_, at) => `p, support, tool-${at}, 100`);
  const enforcer = await newEnforcer(newModelFromString(casbinModel), new StringAdapter(lines.join('\n')));
  return () => enforcer.enforceSync('support', `tool-${rules - 1}`, 150);
}

export function agentGovernance(rules: number): () => boolean {
  const engine = new PolicyEngine();
  engine.loadPolicy({
    name: 'bench',
    agent: 'support',
    scope: 'agent',
    default_action: 'deny',
    rules: Array.from({ length: rules }, (_, at) => ({
      name: `large_${at}`,
      condition: `tool == 'tool-${at}' and amount > 100`,
      ruleAction: 'require_approval',
    })),
  });
  const request = { tool: `tool-${rules - 1}`, amount: 150 };
  return () => engine.evaluatePolicy('support', request).action === 'require_approval';
}
