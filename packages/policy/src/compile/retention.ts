/** What may not be kept any longer: payloads of the records of agents, by what their policies say of retention. */
import type { CompiledPolicy } from '../port.ts';
import type { Retained } from './agent-controls.ts';
import { internals } from './compiled.ts';

/** Where several fit a record, the shortest time holds. */
export interface RetentionRule extends Retained {
  agent: string;
}

export function retentionRules(policy: CompiledPolicy): RetentionRule[] {
  return [...internals(policy).agentPolicies].flatMap(([agent, { retention }]) =>
    retention.map((rule) => ({ agent, ...rule })),
  );
}
