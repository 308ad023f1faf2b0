/** How long the event loop stands still while a large workspace is loaded beside other work. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { bounds } from '@remit/contracts';
import type { ToolsLock } from '@remit/contracts';
import { loadWorkspaceInSteps } from '@remit/policy';

/** Milliseconds: of the event loop's longest delay, and of the processor time of the longest turn. */
export interface Swap {
  delay_ms: number;
  turn_ms: number;
}

/** With the turns that `remit up` takes. */
export async function swap(texts: readonly string[], lock: ToolsLock): Promise<Swap> {
  const files = texts.map((text, at) => ({ path: `${at}.yaml`, text }));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let turn_ms = 0;
  let since = performance.now();
  let used = process.threadCpuUsage();
  const pause = (): Promise<unknown> | undefined => {
    if (performance.now() - since < bounds.policy_turn_ms) return undefined;
    const { user, system } = process.threadCpuUsage(used);
    turn_ms = Math.max(turn_ms, (user + system) / 1000);
    return setImmediate().then(() => {
      since = performance.now();
      used = process.threadCpuUsage();
    });
  };
  delay.enable();
  const { policy } = await loadWorkspaceInSteps(files, lock, pause);
  delay.disable();
  if (policy === undefined) throw new Error('the workspace of the benchmark does not load');
  return { delay_ms: delay.max / 1e6, turn_ms };
}
