/** Long work on the main thread in short turns, so that no call waits for all of it. */
import { setImmediate } from 'node:timers/promises';
import { bounds, type Clock } from '@remit/contracts';

/** To be called between two steps: gives a promise where it is time to let others have their turn. */
export type Pause = () => Promise<unknown> | undefined;

export function givingWay(clock: Clock): Pause {
  let since = clock.monotonic();
  return () => {
    if (clock.monotonic() - since < bounds.policy_turn_ms) return undefined;
    return setImmediate().then(() => {
      since = clock.monotonic();
    });
  };
}
