/** One agent under one policy, with everything behind `enforce` in memory; what a test looks at lies open. */
import type { Action, JsonValue, NewRecord, Performed, ToolDefinition } from '@remit/contracts';
import { fingerprint } from '@remit/inspect';
import {
  Approvals,
  ArgumentChecks,
  enforce,
  FlowState,
  LimitCounters,
  type AgentStatus,
  type Ports,
} from '@remit/enforce';
import { loadWorkspace, type CompiledPolicy } from '@remit/policy';
import { action, counterIds, ManualClock, MemoryLedger } from './fixtures.ts';

const tool = (name: string, properties: Record<string, JsonValue>, required: string[]): ToolDefinition => ({
  name,
  inputSchema: { type: 'object', properties, required },
});
const definitions = [
  tool('customer-lookup', { customer_id: { type: 'string' } }, ['customer_id']),
  tool('refund-create', { amount: { type: 'number' }, note: { type: 'string' } }, ['amount']),
  tool('database-query', { sql: { type: 'string' } }, []),
];
const lock = {
  version: 1 as const,
  servers: {
    crm: { tools: definitions.map((definition) => ({ digest: fingerprint(definition), definition })) },
  },
};
const workspace = (mode: string) => `workspace: test
language: 1
mode: ${mode}
servers:
  crm: { command: [node, crm.mjs], trust: internal }
actions:
  refund_over_100: { tool: refund-create, when: args.amount > 100 }
`;
const support = `
agent: support
access:
  tools: { allow: [customer-lookup, refund-create], deny: [database-query] }
  prompts: { allow: ["crm/*"] }
  data: { deny: [ssn] }
guardrails:
  tier_1_automatic: [customer-lookup]
  tier_2_logged: [refund-create]
  tier_3_approval: [refund_over_100]
limits:
  calls: 5/minute
`;

/** @param agent the agent's document, where it is not the usual one. */
export function compiled(mode = 'enforce', agent = support): CompiledPolicy {
  const files = [
    { path: 'workspace.yaml', text: workspace(mode) },
    { path: 'support.yaml', text: agent },
  ];
  const { policy, diagnostics } = loadWorkspace(files, lock);
  if (!policy) throw new Error(JSON.stringify(diagnostics, null, 2));
  return policy;
}

let count = 0;
export function lookup(overrides: Partial<Action> = {}): Action {
  return action({
    id: `act_${++count}`,
    target: 'customer-lookup',
    arguments: { customer_id: 'cust-456' },
    ...overrides,
  });
}

export function refund(amount: number, overrides: Partial<Action> = {}): Action {
  return lookup({ target: 'refund-create', arguments: { amount }, ...overrides });
}

export class Governed {
  readonly ledger = new MemoryLedger();
  readonly clock = new ManualClock();
  readonly approvals: Approvals;
  readonly ports: Ports;
  status: AgentStatus | undefined = 'active';
  /** What the upstream saw, and what was recorded by then. */
  readonly performed: { args: unknown; story: string[] }[] = [];
  /** What the upstream answers. */
  answer: Performed = { result: 'success', value: { content: [] } };

  constructor(policy = compiled()) {
    const { ledger, clock } = this;
    const newId = counterIds();
    this.approvals = new Approvals({ ledger, clock, newId });
    this.ports = {
      policy: () => policy,
      agents: { authenticate: () => undefined, holds: () => true, status: () => this.status },
      ledger,
      limits: new LimitCounters(),
      flows: new FlowState(() => policy),
      approvals: this.approvals,
      argumentChecks: new ArgumentChecks(),
      clock,
      newId,
    };
  }

  call(of: Action) {
    const perform = (args: unknown) => {
      this.performed.push({ args, story: this.ledger.story });
      return Promise.resolve(this.answer);
    };
    return enforce(of, { perform }, this.ports);
  }

  get last(): NewRecord {
    return this.ledger.appended.at(-1)!;
  }
}
