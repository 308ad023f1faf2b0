/** How far back uses of limits count. */
import type { CompiledPolicy } from '../port.ts';
import { internals } from './compiled.ts';

/** The longest period of any limit, in milliseconds; 0 where none has one. Older uses no longer count. */
export function longestWindow(policy: CompiledPolicy): number {
  const agents = [...internals(policy).agentPolicies.values()];
  const windows = agents.flatMap((agent) => agent.limits.map((limit) => limit.window_ms ?? 0));
  return windows.reduce((longest, window) => Math.max(longest, window), 0);
}
