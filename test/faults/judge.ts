/** What must be true after a crash, told by the upstream's own database and by the ledger. */
import { executions } from '@remit/testkit';
import { expect } from 'vitest';
import { z } from 'zod';
import type { RunningRemit } from '../e2e/remit.ts';
import type { Answered } from './load.ts';

const event = z.looseObject({
  id: z.string(),
  parameters: z.looseObject({ marker: z.string() }),
  result: z.string(),
});
export type CallEvent = z.infer<typeof event>;

/**
 * Everything answered is in the ledger, nothing was executed without an intent or twice, no event is
 * left open, and the log verifies. Gives the events by marker.
 */
export async function judge(
  remit: RunningRemit,
  database: string,
  answered: readonly Answered[],
): Promise<Map<string, CallEvent>> {
  const events = await callEvents(remit);
  for (const { marker, result } of answered) {
    if (result) expect(events.get(marker)?.result, `answered: ${marker}`).toMatch(/^(success|error|denied)$/);
  }
  for (const [marker, times] of executions(database)) {
    expect(times, `executed: ${marker}`).toBe(1);
    expect(events.has(marker), `executed without an intent: ${marker}`).toBe(true);
  }
  const verified = await remit.run('audit', 'verify');
  expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  return events;
}

async function callEvents(remit: RunningRemit): Promise<Map<string, CallEvent>> {
  const events = new Map<string, CallEvent>();
  let until: string[] = [];
  for (;;) {
    const { stdout, stderr, code } = await remit.run(
      ...['audit', 'search', 'action:tool_invoke', '--limit', '1000', '--json', ...until],
    );
    expect(code, stderr).toBe(0);
    const page = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => event.parse(JSON.parse(line)));
    for (const found of page) events.set(found.parameters.marker, found);
    if (page.length < 1000) return events;
    until = ['--until', String(page.at(-1)?.['timestamp'])];
  }
}
