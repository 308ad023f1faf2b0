/** How long the event loop stands still while a large workspace is loaded beside other work. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ToolsLock } from '@remit/contracts';
import { loadWorkspaceInSteps } from '@remit/policy';
import { givingWay } from '../../packages/cli/src/giving-way.ts';

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
  let used = process.threadCpuUsage();
  const giveWay = givingWay({ now: () => Date.now(), monotonic: () => performance.now() });
  const pause = (): Promise<unknown> | undefined => {
    const pausing = giveWay();
    if (pausing === undefined) return undefined;
    const { user, system } = process.threadCpuUsage(used);
    turn_ms = Math.max(turn_ms, (user + system) / 1000);
    return pausing.then(() => {
      used = process.threadCpuUsage();
    });
  };
  delay.enable();
  const { policy } = await loadWorkspaceInSteps(files, lock, pause);
  delay.disable();
  if (policy === undefined) throw new Error('the workspace of the benchmark does not load');
  return { delay_ms: delay.max / 1e6, turn_ms };
}
