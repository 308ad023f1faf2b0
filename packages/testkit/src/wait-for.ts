import { setTimeout as wait } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for, for the message. */
  what?: string;
  timeout_ms?: number;
  interval_ms?: number;
}

/**
 * Polls until the condition gives something other than `undefined` or `false`, and answers with it.
 * For what no event announces; where there is an event, await that.
 * @throws Error after `timeout_ms` (default 10,000), with the last error of the condition as cause.
 */
export async function waitFor<Value>(
  condition: () => Value | undefined | false | Promise<Value | undefined | false>,
  { what = 'the condition', timeout_ms = 10_000, interval_ms = 20 }: WaitOptions = {},
): Promise<Value> {
  const attempts = Math.max(1, Math.ceil(timeout_ms / interval_ms));
  let cause: unknown;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await wait(interval_ms);
  }
  throw new Error(`${what} did not come true within ${String(timeout_ms)} ms`, { cause });
}
