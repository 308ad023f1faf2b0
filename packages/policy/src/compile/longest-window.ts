/** How far back uses of limits count. */
import type { Period } from '@remit/contracts';
import type { CompiledPolicy } from '../port.ts';
import { internals } from './compiled.ts';
import type { Lifetime } from './limit.ts';

/** No period of the calendar is longer, changes of the clock included. */
const longest_ms: Record<Period['unit'], number> = {
  second: 1000,
  minute: 60_000,
  hour: 2 * 3_600_000,
  day: 50 * 3_600_000,
  week: 8 * 86_400_000,
  month: 32 * 86_400_000,
  year: 367 * 86_400_000,
};

/** The longest time that a use counts under any limit, in milliseconds: 0 where none lasts beyond its call, else up to Infinity. */
export function longestWindow(policy: CompiledPolicy): number {
  const agents = [...internals(policy).agentPolicies.values()];
  const windows = agents.flatMap((agent) => agent.limits.map((limit) => lengthOf(limit.lifetime)));
  return windows.reduce((longest, window) => Math.max(longest, window), 0);
}

function lengthOf({ window_ms, period, idle_ms }: Lifetime): number {
  // Later uses keep a conversation alive, so that its first one can lie any time back.
  if (idle_ms !== undefined) return Infinity;
  return window_ms ?? (period === undefined ? 0 : longest_ms[period.unit]);
}
