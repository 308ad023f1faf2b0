import type { CompiledPolicy } from '../port.ts';
import { internals } from './compiled.ts';

/** The longest period of any limit, in milliseconds; 0 where none has one. Older uses no longer count. */
export function longestWindow(policy: CompiledPolicy): number {
  const limits = internals(policy).agentPolicies.values().flatMap((agent) => agent.limits);
  return limits.reduce((longest, limit) => Math.max(longest, limit.window_ms ?? 0), 0);
}
